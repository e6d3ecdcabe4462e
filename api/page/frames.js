// Frames of an answer: where each is from, its source lines, and why it was not mapped.

import { element, name, plural, prose, visible } from "./dom.js";

const OPEN_AT_ONCE = 25;
const NAMELESS = new Set(["<anonymous>", "<unknown>", "?", ""]);
const FOREIGN = /(?:^|\/)(?:node_modules|bower_components)\/|^(?:node|native|internal|chrome-extension|moz-extension|safari-web-extension):|\(webpack\)|webpack\/(?:bootstrap|runtime)/;
const UPWARDS = /^(?:\.{1,2}\/)+/;
const FILES = { minified_source: "minified file", source_map: "source map", source: "original file" };
const FOUND_BY = { "debug-id": "by its debug id", release: "by release and name", "release-old": "by release and name", url: "by its URL", scraping: "by its URL" };
const BENIGN = new Set(["native_frame", "runtime_internal", "no_line"]);

/** Return the frames of an answer as the page shows them, in lists, one for each stack trace. */
export function framesOf(answer) {
  return answer.stacktraces.map((trace, number) =>
    trace.frames.map((frame, index) => shown(frame, answer.raw_stacktraces[number].frames[frame.data?.raw_index ?? index])));
}

/** Return the elements of all stack traces. */
export function frameLists(traces) {
  let opened = 0;
  return traces.map((frames, number) => element("section", { class: "stack", "aria-label": `Stack trace ${number + 1}` },
    traces.length > 1 && element("h3", {}, `Stack trace ${number + 1} of ${traces.length}`),
    element("ol", { class: "frames" }, frames.map((frame) => {
      const wanted = !frame.foreign && !frame.benign && opened < OPEN_AT_ONCE;
      opened += wanted;
      return item(frame, wanted);
    }))));
}

/** Return how many frames have which reason, those with most first. */
export function reasonCounts(traces) {
  const counts = new Map();
  for (const frame of traces.flat()) counts.set(frame.code, (counts.get(frame.code) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

export const words = (code) => (code ? code[0].toUpperCase() + code.slice(1).replaceAll("_", " ").replace(" url ", " URL ") : "Not explained").replace(/^Html/, "HTML").replace(/^Webassembly/, "WebAssembly");

function shown(frame, raw) {
  const explanation = frame.explanation;
  const mapped = frame.data?.symbolicated === true;
  const source = explanation?.decided_by?.token?.source ?? frame.filename ?? frame.abs_path;
  const file = mapped ? withoutBundler(source) : raw.abs_path;
  const code = explanation?.code ?? (mapped ? "resolved" : "");
  return {
    mapped, code, file, explanation,
    function: NAMELESS.has(frame.function ?? "") ? null : frame.function.replaceAll("##", "#"), // private methods on the wire
    place: place(file, frame),
    raw: `${raw.function ? `${raw.function} at ` : ""}${place(raw.abs_path, raw)}`,
    lines: linesOf(frame), colno: frame.colno,
    origin: originOf(explanation),
    foreign: frame.data?.ignored === true || FOREIGN.test(file) || FOREIGN.test(frame.abs_path ?? ""),
    inlined: frame.data?.inlined === true,
    benign: BENIGN.has(code),
  };
}

function place(file, frame) {
  return `${file || "(no file)"}${frame.lineno ? `:${frame.lineno}${frame.colno ? `:${frame.colno}` : ""}` : ""}`;
}

function withoutBundler(source) {
  return source.replace(/^(?:webpack|rspack|turbopack)(?:-internal)?:\/\/[^/]*\//, "").replace(UPWARDS, "") || source;
}

function linesOf(frame) {
  if (frame.context_line === undefined || frame.context_line === null) return [];
  const before = frame.pre_context ?? [];
  return [...before, frame.context_line, ...(frame.post_context ?? [])].map((text, index) => ({
    lineno: frame.lineno - before.length + index, text, current: index === before.length,
  }));
}

function originOf(explanation) {
  const map = explanation?.decided_by?.source_map;
  if (!map) return "";
  const origin = map.origin;
  const where = origin === "embedded" ? "inside the minified file"
    : origin?.scraped_file !== undefined ? `from the web, ${origin.scraped_file}`
    : origin?.individual_file !== undefined ? `uploaded as ${origin.individual_file}`
    : origin?.bundled ? `in the bundle ${origin.bundled[0].replace("sentry://project_debug_file/", "")}` : "";
  return [map.name, where, FOUND_BY[map.resolved_with] ?? map.resolved_with].filter(Boolean).join(", ");
}

function item(frame, open) {
  const body = element("div", { class: "body" });
  const details = element("details", { open, ontoggle: () => fill() }, summary(frame), body);
  const fill = () => {
    if (details.open && !body.hasChildNodes()) body.append(...bodyOf(frame));
  };
  fill();
  const state = frame.mapped ? "mapped" : frame.benign ? "benign" : "unmapped";
  return element("li", { class: `frame ${state}${frame.foreign ? " foreign" : ""}` }, details);
}

function summary(frame) {
  const tag = frame.inlined ? "inlined" : !frame.mapped ? (frame.benign ? "not a file of yours" : "not mapped") : frame.foreign ? "library" : frame.code !== "resolved" ? "look here" : "";
  return element("summary", {},
    frame.function === null ? element("span", { class: "nameless" }, "(anonymous)") : name(frame.function, { class: "function" }),
    " ", name(frame.place, { class: "place" }), tag && [" ", element("span", { class: "tag" }, tag)]);
}

function bodyOf(frame) {
  const { explanation } = frame;
  return [
    frame.code && frame.code !== "resolved" && reason(explanation),
    frame.lines.length > 0 && code(frame),
    frame.mapped && element("p", { class: "from" }, "was ", name(frame.raw)),
    frame.origin && element("p", { class: "from" }, "by the map ", name(frame.origin)),
    explanation?.steps?.length > 0 && steps(explanation.steps),
  ].filter(Boolean);
}

function reason(explanation) {
  return element("div", { class: `reason${BENIGN.has(explanation.code) ? " calm" : ""}` },
    element("p", { class: "what" }, element("strong", {}, words(explanation.code)), explanation.file ? ` (${FILES[explanation.file] ?? explanation.file})` : ""),
    element("p", {}, prose(explanation.cause), "."),
    explanation.advice && element("p", {}, element("strong", {}, "What to do: "), prose(explanation.advice), "."));
}

function code(frame) {
  return element("pre", { class: "code", tabindex: "0", "aria-label": `Source of ${visible(frame.place)}`, role: "group" },
    element("code", { dir: "ltr" }, frame.lines.map(({ lineno, text, current }) =>
      element("span", { class: current ? "line current" : "line" },
        element("span", { class: "number" }, String(lineno).padStart(5)), " ",
        current ? marked(text, frame.colno) : visible(text)))));
}

/** Return a line with the token at a column, from 1 in UTF-16 code units, marked; lines that are long are cut. */
function marked(text, colno) {
  const start = (colno ?? 0) - 1;
  if (start < 0 || start >= text.length) return visible(text);
  const token = /^(?:[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d+|.)/u.exec(text.slice(start))?.[0] ?? text[start];
  return [visible(text.slice(0, start)), element("mark", {}, visible(token)), visible(text.slice(start + token.length))];
}

function steps(list) {
  return element("details", { class: "steps" }, element("summary", {}, `What was looked for (${plural(list.length, "step")})`),
    element("ul", {}, list.map((step) => element("li", { class: step.found ? "found" : "missed" },
      element("span", { class: "sign" }, step.found ? "found: " : "missed: "), `${FILES[step.file] ?? step.file}, ${step.tried}: `, prose(step.said)))));
}
