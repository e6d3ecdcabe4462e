// What Metro makes of the shop, and the stack traces of it in Hermes: from source, and from bytecode.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import metro from "metro";

const require = createRequire(import.meta.url);
const { composeSourceMaps } = require("metro-source-map");
const TOOLS = join(require.resolve("hermes-engine-cli/package.json"), "../linux64-bin");
const MODULES = join(import.meta.dirname, "node_modules");
const SOURCE = "index.bundle.js"; // as Metro names it
const SOURCE_MAP = "dist/source/index.bundle.map";
const BYTECODE = "index.android.bundle";

/** [engine, scenario, text] of each failure; writes `dist/source` and `dist/bytecode`, each with its map. */
export async function hermesTraces(folder) {
  for (const kind of ["source", "bytecode"]) mkdirSync(join(folder, "dist", kind), { recursive: true });
  await bundle(folder);
  compile(folder);
  const texts = [
    ["hermes-source", run(folder, join("dist/source", SOURCE))],
    ["hermes-bytecode", run(folder, "-b", join("dist/bytecode", BYTECODE))],
  ];
  rmSync(join(folder, "dist/bytecode", BYTECODE)); // nobody has that but the phone
  return texts.flatMap(([engine, text]) => {
    return text.split("== ").slice(1).map((part) => [engine, part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]);
  });
}

async function bundle(folder) {
  const preset = require.resolve("@react-native/babel-preset");
  writeFileSync(join(folder, "babel.config.js"), `module.exports = { presets: [${JSON.stringify(preset)}] };`);
  const defaults = await metro.loadConfig({ cwd: folder });
  const config = metro.mergeConfig(defaults, {
    projectRoot: folder,
    watchFolders: [folder, MODULES],
    resolver: { nodeModulesPaths: [MODULES], useWatchman: false },
    serializer: { getPolyfills: () => [] },
    transformer: { babelTransformerPath: require.resolve("metro-babel-transformer") },
    cacheStores: [],
    maxWorkers: 1,
    reporter: { update() {} },
  });
  const out = join(folder, "dist/source/index.bundle");
  await metro.runBuild(config, { entry: "src/hermes.js", out, dev: false, minify: true, sourceMap: true, sourceMapUrl: "index.bundle.map", platform: "android" });
  const text = readFileSync(`${out}.map`, "utf8");
  writeFileSync(`${out}.map`, text.replaceAll(`${folder}/`, "").replaceAll(`${MODULES}/`, "node_modules/"));
}

function compile(folder) {
  const [source, bytecode] = [join("dist/source", SOURCE), join("dist/bytecode", BYTECODE)];
  tool(folder, "hermesc", "-w", "-O", "-emit-binary", "-output-source-map", "-out", bytecode, source);
  const maps = [SOURCE_MAP, `${bytecode}.map`].map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  writeFileSync(join(folder, `${bytecode}.map`), JSON.stringify(composeSourceMaps(maps)));
}

function run(folder, ...options) {
  return tool(folder, "hermes", "-w", ...options);
}

function tool(folder, name, ...options) {
  const { status, stdout, stderr } = spawnSync(join(TOOLS, name), options, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return stdout;
}
