// Builds the shop with many toolchains, lets it fail in Node, and keeps the traces.  See README.md.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { framesInSources as javascriptFrames } from "../traces/truth.mjs";
import { buildWithAngular, buildWithClojureScript, buildWithKotlin, buildWithNext } from "./frameworks.mjs";
import { buildComponent, buildWithClosure, toolchains } from "./toolchains.mjs";
import { framesInSources, markedFrames, marksOf, writeUnbundled } from "./truth.mjs";

const WORK = join(tmpdir(), "unmangle-toolchains"); // the same for everybody, as traces tell where they were made
const FEW_SCENARIOS = ["tooMany", "noPrice", "saveAll", "titles", "counting", "panels"]; // a server has them all in one process
const REFUSED = ["throw", "refuse"];
const KOTLIN_LINES = {
  tooMany: [REFUSED, ["are too many", "Cart.addLine"], ["addLine(sum", "Cart.total"], ["cart.total()", "Handlers.buy"], ["Handlers.buy", "checkout"], ["tooMany", "run"], ["run(process", "main"]],
  noPrice: [REFUSED, ["is too much", "new Money"], ["return Money((", "Money.parse"], ["total + Money", "Cart.addLine"], ["addLine(sum", "Cart.total"], ["cart.total()", "Handlers.buy"], ["noPrice", "run"], ["run(process", "main"]],
  belowNothing: [REFUSED, ["below nothing", "get Money.label"], ["belowNothing", "run"], ["run(process", "main"]],
  listening: [REFUSED, ["refuse(line.name)", "added"], ["listener?.", "Cart.add"], ["cart.add(Line", "Handlers.listening"], ["listening", "run"], ["run(process", "main"]],
};
/** What the compiler's optimizations leave: they put functions in the place of their only call. */
const CLOJURE_LINES = {
  tooMany: [REFUSED, ["(reduce fold", "total"], ["(total lines 0)", "total"], ["(total [(->Line", "checkout"], ["(run scenario)", "main"]],
  noPrice: [["isn't a price", "Line.price"], ["(price line)", "add-line"], ["(reduce fold", "total"], ["(total lines 0)", "total"], ["(total [line])", "labelled"], ["(run scenario)", "main"]],
};
const SCENARIOS = ["tooMany", "noPrice", "belowNothing", "saveAll", "consult", "click", "panels", "titles", "closing", "listening", "counting", "shelves"];

process.chdir(import.meta.dirname);
const only = process.argv.slice(2);
const isWanted = (name) => only.length === 0 || only.includes(name);
mkdirSync("texts", { recursive: true });
for (const [name, { build, module }] of Object.entries(toolchains)) {
  if (isWanted(name)) await keepAll(name, build, module);
}

if (isWanted("angular")) await keepAngular("angular");
if (isWanted("next")) await keepNext("next");
if (isWanted("kotlin")) keepOther("kotlin", buildWithKotlin, "src/Shop.kt", KOTLIN_LINES);
if (isWanted("clojurescript")) keepOther("clojurescript", buildWithClojureScript, "out/shop.cljs", CLOJURE_LINES);
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

async function keepAngular(name) {
  const folder = prepared(name, true);
  rmSync(join(folder, "node_modules"));
  const fail = buildWithAngular(folder);
  const traces = FEW_SCENARIOS.map((scenario) => keep(name, scenario, shortened(fail(scenario)), inFramework(folder, scenario, "src/main.ts")));
  keepTraces(name, folder, traces);
}

async function keepNext(name) {
  const folder = prepared(name, true);
  rmSync(join(folder, "node_modules"));
  const server = await buildWithNext(folder);
  const texts = [];
  for (const scenario of FEW_SCENARIOS) texts.push(await server.ask(scenario));
  server.finish(texts);
  keepTraces(name, folder, FEW_SCENARIOS.map((scenario, index) => {
    return keep(name, scenario, texts[index], inFramework(folder, scenario, "app/run/route.ts"));
  }));
}

/** The frames of the shop itself, and those that lead to it: all that are marked in a file, in their order. */
function inFramework(folder, scenario, entry) {
  return [...framesInSources(folder, scenario).filter(({ file }) => file !== "src/start.ts"), ...marksOf(folder, entry)];
}

/** Nothing but its compiler runs such a source: the lines of each scenario are written down here, by hand. */
function keepOther(name, build, file, scenarios) {
  const folder = prepared(name, false);
  const script = build(folder);
  const source = readFileSync(join(folder, "src", basename(file)), "utf8").split("\n");
  const traces = Object.entries(scenarios).map(([scenario, marks]) => {
    const frames = marks.map(([text, mark]) => {
      const index = source.findIndex((line) => line.includes(text) && line.endsWith(`= ${mark}`));
      if (index < 0) throw new Error(`${file} has no line ${text} of ${mark}`);
      return { file, lineno: index + 1, function: mark === "-" ? null : mark };
    });
    return keep(name, scenario, failure(folder, script, scenario), frames);
  });
  keepTraces(name, folder, traces);
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
