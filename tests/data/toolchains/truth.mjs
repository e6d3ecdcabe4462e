// The frames of each failure in the sources themselves: every file is transpiled by itself, and Node runs them unbundled
// and unminified.  That gives files and lines; the functions are those that the marks say.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

const MARK = /\/\/= (.+)$/;
const FRAME = /^ {4}at (async )?.*?(?:\/|\()((?:src|components)\/[\w.]+):(\d+):\d+\)?$/gm;

/** {file, lineno, function} of each frame of `scenario`, callee first; `function` is null if it has no name. */
export function framesInSources(folder, scenario) {
  const { stdout, stderr } = spawnSync("node", ["--enable-source-maps", "--stack-trace-limit=50", "truth/start.mjs", scenario], { cwd: folder, encoding: "utf8" });
  return markedFrames(folder, stdout + stderr);
}

export function markedFrames(folder, text) {
  return [...text.matchAll(FRAME)].flatMap(([, , file, lineno]) => frameAt(folder, file, Number(lineno)));
}

export function writeUnbundled(folder) {
  mkdirSync(join(folder, "truth"), { recursive: true });
  for (const name of ["money", "cart", "handlers", "shop", "start"].map((name) => `${name}.ts`)) {
    const source = readFileSync(join(folder, "src", name), "utf8");
    const { code } = transformSync(source, { loader: "ts", target: "es2022", sourcemap: "inline", sourcefile: `../src/${name}` });
    const imports = code.replaceAll(/ from "\.\/(\w+)"/g, ' from "./$1.mjs"');
    writeFileSync(join(folder, "truth", name.replace(/ts$/, "mjs")), imports);
  }
}

/** The frames that are marked in a file. */
export function marksOf(folder, file) {
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.flatMap((_, index) => frameAt(folder, file, index + 1));
}

/** No frame if the line has no mark: what makes fields, which is a function of its own to some targets only. */
function frameAt(folder, file, lineno) {
  const mark = MARK.exec(readFileSync(join(folder, file), "utf8").split("\n")[lineno - 1]);
  return mark ? [{ file, lineno, function: mark[1] === "-" ? null : mark[1] }] : [];
}
