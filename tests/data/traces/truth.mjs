// The frames of each failure in the sources themselves: no bundler and no source map takes part.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const MARK = /\/\/= (.+)$/;
const FRAME = /^ {4}at (async )?.*?src\/(\w+\.js):(\d+):\d+\)?(?:, <anonymous>:.*)?$/gm;

/** {file, lineno, function, isAsync} of each frame of `scenario`, callee first; `function` is null if it has no name. */
export function framesInSources(entry, scenario) {
  const { stdout, stderr } = spawnSync("node", [`src/${entry}.js`, scenario], { encoding: "utf8" });
  return [...failureOf(scenario, stdout + stderr).matchAll(FRAME)].map(([, isAsync, name, lineno]) => {
    return { ...frameAt(`src/${name}`, Number(lineno)), isAsync: isAsync !== undefined };
  });
}

function failureOf(scenario, output) {
  const start = output.indexOf(`== ${scenario}`);
  return start < 0 ? output : output.slice(start).split("\n== ")[0];
}

function frameAt(file, lineno) {
  const line = readFileSync(file, "utf8").split("\n")[lineno - 1];
  const mark = MARK.exec(line);
  if (!mark) throw new Error(`${file}:${lineno} has no mark`);
  return { file, lineno, function: mark[1] === "-" ? null : mark[1] };
}
