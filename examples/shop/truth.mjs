// Where the frames really are, found out twice: once with and once without the source map.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import blankTypes from "ts-blank-space";
import { framesOf, stackOfFailedPurchase } from "./traces.mjs";

/**
 * The frames of the same failure in the sources themselves, callee first: {file, lineno, colno}, from 1.
 *
 * No source map takes part: every type is overwritten with blanks, which moves nothing, and Node runs the rest.
 */
export async function framesWithoutMap() {
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  try {
    writeBlankedSources(folder);
    const shop = await import(pathToFileURL(join(folder, "main.mjs")));
    const frames = framesOf(await stackOfFailedPurchase(shop));
    return frames.filter(isInFolder(folder)).map(({ abs_path, lineno, colno }) => {
      return { file: `src/${basename(abs_path, ".mjs")}.ts`, lineno, colno };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the map says that `frame` is: {file, source, lineno, colno, context_line}, `source` as the map has it. */
export function mappedFrame(frame, mapFile) {
  const map = new TraceMap(readFileSync(mapFile, "utf8"));
  const { source, line, column } = originalPositionFor(map, { line: frame.lineno, column: frame.colno - 1 });
  const file = relative(".", resolve(dirname(mapFile), source));
  return { file, source, lineno: line, colno: column + 1, context_line: lineOf(file, line) };
}

function writeBlankedSources(folder) {
  for (const name of readdirSync("src")) {
    const script = blankTypes(readFileSync(join("src", name), "utf8"));
    const imports = script.replaceAll(/ from "(\.\/\w+)";/g, ' from "$1.mjs";');
    writeFileSync(join(folder, name.replace(/\.ts$/, ".mjs")), imports);
  }
}

function isInFolder(folder) {
  return (frame) => frame.abs_path.startsWith(pathToFileURL(folder).href);
}

function lineOf(file, lineno) {
  return readFileSync(file, "utf8").split("\n")[lineno - 1];
}
