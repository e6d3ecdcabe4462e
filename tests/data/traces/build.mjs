// Builds the shop with many bundlers, lets it fail in Node, Chromium, Firefox and Hermes, and keeps the traces.
// See README.md.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserTraces } from "./browsers.mjs";
import { bundlers } from "./bundlers.mjs";
import { hermesTraces } from "./hermes.mjs";
import { framesInSources } from "./truth.mjs";

const WORK = join(tmpdir(), "unmangle-traces"); // the same for everybody, as traces tell where they were made
const SCENARIOS = ["tooMany", "noPrice", "belowNothing", "listening", "consult", "compiled"];
const IN_BROWSERS = { chromium: ["tooMany", "listening", "consult", "compiled"], firefox: ["noPrice", "listening"] };
const traces = [];

process.chdir(import.meta.dirname);
for (const folder of [WORK, "bundles", "texts"]) rmSync(folder, { recursive: true, force: true });
mkdirSync("texts");
const only = process.argv.slice(2);
const isWanted = (name) => only.length === 0 || only.includes(name);
for (const [name, { build, module }] of Object.entries(bundlers)) if (isWanted(name)) await keepAll(name, build, module);
if (isWanted("metro")) await keepHermes("metro");
writeFileSync("expected.json", `[\n${traces.map((trace) => JSON.stringify(trace)).join(",\n")}\n]\n`);

async function keepAll(name, build, isModule) {
  const folder = prepared(name, isModule);
  const script = await build(folder);
  for (const scenario of SCENARIOS) {
    const { stderr } = spawnSync("node", [script, scenario], { cwd: folder, encoding: "utf8" });
    keep(name, "node", scenario, stderr, framesInSources("start", scenario));
  }
  for (const [browser, scenarios] of Object.entries(IN_BROWSERS)) {
    for (const [scenario, text] of await browserTraces(browser, join(folder, script), isModule, scenarios)) {
      const frames = framesInSources("start", scenario);
      keep(name, browser, scenario, text, browser === "chromium" ? frames : frames.filter((frame) => !frame.isAsync));
    }
  }
  cpSync(join(folder, "dist"), join("bundles", name), { recursive: true });
}

async function keepHermes(name) {
  const folder = prepared(name, false);
  for (const [engine, scenario, text] of await hermesTraces(folder)) {
    keep(name, engine, scenario, text, framesInSources("hermes", scenario));
  }
  cpSync(join(folder, "dist"), join("bundles", name), { recursive: true });
}

function prepared(name, isModule) {
  const folder = join(WORK, name);
  cpSync("src", join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), isModule ? `{ "type": "module" }` : "{}");
  return folder;
}

function keep(bundler, engine, scenario, text, frames) {
  const file = `${bundler}-${engine}-${scenario}.txt`;
  writeFileSync(join("texts", file), `${text.trimEnd()}\n`);
  traces.push({ text: file, artifacts: bundler, frames: frames.map(({ isAsync, ...frame }) => frame) });
}
