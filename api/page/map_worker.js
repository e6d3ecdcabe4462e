// Source map to sizes by source, beside the page, so that it stays responsive.

const DIGITS = new Int8Array(128).fill(-1);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].forEach((digit, value) => (DIGITS[digit.charCodeAt(0)] = value));

onmessage = async ({ data: file }) => {
  try {
    const text = (await file.text()).replace(/^\ufeff/, "").replace(/^\)\]\}'[^\n]*\n/, "");
    postMessage({ facts: facts(JSON.parse(text)) });
  } catch (error) {
    postMessage({ problem: error instanceof SyntaxError ? `it is no JSON: ${error.message}` : error.message });
  }
};

function facts(map) {
  const found = { bySource: new Map(), tokens: 0, unmapped: 0, names: 0, sections: 0, debugId: map.debug_id ?? map.debugId ?? "" };
  if (Array.isArray(map.sections)) {
    for (const section of map.sections) {
      if (!section?.map) throw new Error("a section has no map in it");
      add(found, section.map);
      found.sections += 1;
    }
  } else add(found, map);
  const sources = [...found.bySource.values()].sort((one, other) => other.size - one.size);
  return { ...found, bySource: undefined, sources };
}

function add(found, map) {
  if (typeof map !== "object" || map === null || typeof map.mappings !== "string") throw new Error("it has no `mappings`: it is no source map");
  const names = Array.isArray(map.sources) ? map.sources : [];
  const ignored = new Set(map.ignoreList ?? map.x_google_ignoreList ?? []);
  const root = map.sourceRoot ? `${String(map.sourceRoot).replace(/\/$/, "")}/` : "";
  const sizes = measure(map.mappings, names.length, found);
  found.names += map.names?.length ?? 0;
  names.forEach((name, index) => {
    const key = `${root}${name ?? "(no name)"}`;
    const source = found.bySource.get(key) ?? { name: key, size: 0, hasContent: false, ignored: ignored.has(index) };
    source.size += sizes[index];
    source.hasContent ||= typeof map.sourcesContent?.[index] === "string";
    found.bySource.set(key, source);
  });
}

/** Return how many columns of the generated code come from each source; a line's last token counts for one. */
function measure(mappings, count, found) {
  const sizes = new Float64Array(count);
  let column = 0, source = 0, last = -1, lastColumn = 0, at = 0;
  const close = (end) => {
    if (last >= 0) sizes[last] += end;
    else if (last === -2) found.unmapped += end;
  };
  const number = () => {
    let value = 0, shift = 1, digit;
    do {
      digit = DIGITS[mappings.charCodeAt(at)] ?? -1;
      if (digit < 0) throw new Error(`mappings, character ${at}: ${JSON.stringify(mappings[at] ?? "the end")} is no digit of a number`);
      at += 1;
      value += (digit & 31) * shift;
      shift *= 32;
    } while (digit & 32);
    return value % 2 ? -(value - 1) / 2 : value / 2;
  };
  while (at < mappings.length) {
    const sign = mappings.charCodeAt(at);
    if (sign === 59) {
      close(1);
      [column, last] = [0, -1];
      at += 1;
    } else if (sign === 44) at += 1;
    else {
      column += number();
      close(column - lastColumn);
      found.tokens += 1;
      last = -2;
      if (at < mappings.length && mappings.charCodeAt(at) !== 44 && mappings.charCodeAt(at) !== 59) {
        source += number();
        number();
        number();
        if (source < 0 || source >= count) throw new Error(`mappings, character ${at}: there is no source ${source}`);
        last = source;
        if (at < mappings.length && mappings.charCodeAt(at) !== 44 && mappings.charCodeAt(at) !== 59) number();
      }
      lastColumn = column;
    }
    if (sign === 59) lastColumn = 0;
  }
  close(1);
  return sizes;
}
