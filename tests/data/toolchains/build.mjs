// Builds the shop with many toolchains, lets it fail in Node, and keeps the traces.  See README.md.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { framesInSources as javascriptFrames } from "../traces/truth.mjs";
import { buildComponent, buildWithClosure, toolchains } from "./toolchains.mjs";
import { framesInSources, markedFrames, writeUnbundled } from "./truth.mjs";

const WORK = join(tmpdir(), "unmangle-toolchains"); // the same for everybody, as traces tell where they were made
const SCENARIOS = ["tooMany", "noPrice", "belowNothing", "saveAll", "consult", "click", "panels", "titles", "closing", "listening", "counting", "shelves"];

process.chdir(import.meta.dirname);
const only = process.argv.slice(2);
const isWanted = (name) => only.length === 0 || only.includes(name);
mkdirSync("texts", { recursive: true });
for (const [name, { build, module }] of Object.entries(toolchains)) {
  if (isWanted(name)) await keepAll(name, build, module);
}

if (isWanted("closure")) await keepClosure("closure");
for (const name of ["vue", "svelte"]) {
  if (isWanted(name)) await keepComponent(name);
}

async function keepAll(name, build, isModule) {
  const folder = prepared(name, isModule);
  const script = await build(folder);
  keepTraces(name, folder, SCENARIOS.map((scenario) => {
    return keep(name, scenario, failure(folder, script, scenario), framesInSources(folder, scenario));
  }));
}

/** Closure Compiler knows no TypeScript: it builds the other shop. */
async function keepClosure(name) {
  const folder = join(WORK, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync("../traces/src", join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const script = await buildWithClosure(folder);
  process.chdir("../traces"); // where the other shop's truth is
  const scenarios = ["tooMany", "noPrice", "belowNothing", "listening", "consult"];
  const traces = scenarios.map((scenario) => [scenario, javascriptFrames("start", scenario).map(({ isAsync, ...frame }) => frame)]);
  process.chdir(import.meta.dirname);
  keepTraces(name, folder, traces.map(([scenario, frames]) => keep(name, scenario, failure(folder, script, scenario), frames)));
}

/** Nothing but its bundler runs a component, so that is the truth, too: unminified, by a map that was looked at by hand. */
async function keepComponent(name) {
  const folder = prepared(name, true);
  const script = await buildComponent(folder, name, true);
  const traces = ["tooMany", "closing", "saveAll"].map((scenario) => {
    return keep(name, scenario, failure(folder, script, scenario), markedFrames(folder, failure(folder, script, scenario, "--enable-source-maps")));
  });
  await buildComponent(folder, name);
  for (const { text } of traces) keep(name, text.slice(name.length + 1, -4), failure(folder, script, text.slice(name.length + 1, -4)));
  keepTraces(name, folder, traces);
}

function failure(folder, script, scenario, ...options) {
  const { stdout, stderr } = spawnSync("node", ["--stack-trace-limit=50", ...options, script, scenario], { cwd: folder, encoding: "utf8" });
  return shortened(stdout + stderr);
}

function keepTraces(name, folder, traces) {
  rmSync(join("bundles", name), { recursive: true, force: true });
  cpSync(join(folder, "dist"), join("bundles", name), { recursive: true });
  writeFileSync(join("bundles", name, "expected.json"), `[\n${traces.map((trace) => JSON.stringify(trace)).join(",\n")}\n]\n`);
}

export function prepared(name, isModule) {
  const folder = join(WORK, name);
  rmSync(folder, { recursive: true, force: true });
  for (const sources of ["src", "components"]) cpSync(sources, join(folder, sources), { recursive: true });
  symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), isModule ? `{ "type": "module" }` : "{}");
  writeUnbundled(folder);
  return folder;
}

/** Node prints the line of code first, which is most of a minified script; and packages are anywhere. */
function shortened(text) {
  return text.replaceAll(`${realpathSync("node_modules")}/`, "/srv/shop/node_modules/").split("\n").map((line) => (line.length > 400 ? `${line.slice(0, 200)}…` : line)).join("\n");
}

function keep(name, scenario, text, frames) {
  const file = `${name}-${scenario}.txt`;
  writeFileSync(join("texts", file), `${text.trimEnd()}\n`);
  return { text: file, frames };
}
