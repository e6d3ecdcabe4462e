// One build per toolchain, each with the options that people ship with.  Each returns the script's path in `folder`.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import remapping from "@ampproject/remapping";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import { rspack } from "@rspack/core";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import * as esbuild from "esbuild";
import obfuscator from "javascript-obfuscator";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

const require = createRequire(import.meta.url);
const TYPESCRIPT = { include: ["src/**/*"], compilerOptions: { target: "es2022", module: "esnext", inlineSources: true, moduleResolution: "bundler", lib: ["es2023"], skipLibCheck: true, sourceMap: true, types: [] } };

export const toolchains = {
  esbuild: { build: buildWithEsbuild },
  rollup: { build: buildWithRollup, module: true },
  webpack: { build: buildWithWebpack },
  rspack: { build: buildWithRspack },
  vite: { build: buildWithVite, module: true },
  rolldown: { build: buildWithRolldown, module: true },
  parcel: { build: buildWithParcel },
  bun: { build: buildWithBun, module: true },
  outfile: { build: buildWithOutFile },
  obfuscator: { build: buildWithObfuscator },
};

async function buildWithEsbuild(folder) {
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["src/start.ts"],
    outfile: "dist/app.min.js",
    bundle: true,
    minify: true,
    platform: "node",
    target: "es2020", // private methods and fields become others
    sourcemap: "linked",
  });
  return "dist/app.min.js";
}

async function buildWithRollup(folder) {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TYPESCRIPT));
  const plugins = [typescript({ tsconfig: join(folder, "tsconfig.json"), filterRoot: folder, noEmitOnError: false }), terser()];
  const build = await rollup({ input: join(folder, "src/start.ts"), plugins, onLog() {} });
  await build.write({ file: join(folder, "dist/app.js"), format: "es", sourcemap: true });
  await build.close();
  return "dist/app.js";
}

async function buildWithWebpack(folder) {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TYPESCRIPT));
  const loader = { test: /\.ts$/, loader: require.resolve("ts-loader"), options: { transpileOnly: true, compiler: require.resolve("typescript") } };
  await packed(webpack, folder, loader);
  return "dist/main.js";
}

async function buildWithRspack(folder) {
  const options = { jsc: { parser: { syntax: "typescript" } }, env: { targets: "chrome >= 120" } };
  await packed(rspack, folder, { test: /\.ts$/, loader: "builtin:swc-loader", options });
  return "dist/main.js";
}

async function packed(bundler, folder, rule) {
  const stats = await new Promise((resolve, reject) => {
    bundler({
      mode: "production",
      context: folder,
      entry: "./src/start.ts",
      target: ["node20", "es2022"],
      resolve: { extensions: [".ts"] },
      module: { rules: [rule] },
      output: { path: join(folder, "dist"), filename: "[name].js" },
      devtool: "source-map",
    }, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  if (stats.hasErrors()) throw new Error(stats.toString());
}

async function buildWithVite(folder) {
  await builtByVite(folder, "src/start.ts", []);
  return "dist/start.js";
}

/** A component is rendered by a server, as there is no browser here. */
export async function buildComponent(folder, kind, isPlain = false) {
  writeFileSync(join(folder, "svelte.config.js"), "import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'; export default { preprocess: vitePreprocess() };\n");
  await builtByVite(folder, `src/${kind}.ts`, [kind === "vue" ? vue() : svelte()], isPlain);
  const map = JSON.parse(readFileSync(join(folder, `dist/${kind}.js.map`), "utf8"));
  map.sourcesContent = map.sourcesContent.map((content, index) => (map.sources[index].includes("node_modules") ? null : content));
  writeFileSync(join(folder, `dist/${kind}.js.map`), JSON.stringify(map));
  return `dist/${kind}.js`;
}

async function builtByVite(folder, entry, plugins, isPlain = false) {
  await vite.build({
    root: folder,
    configFile: false,
    logLevel: "error",
    plugins,
    build: { ssr: entry, sourcemap: true, minify: !isPlain, target: "es2022", outDir: "dist" },
  });
}

async function buildWithRolldown(folder) {
  const build = await rolldown({ input: join(folder, "src/start.ts"), platform: "node", cwd: folder });
  await build.write({ file: join(folder, "dist/app.js"), format: "es", sourcemap: true, minify: true });
  await build.close();
  return "dist/app.js";
}

function buildWithParcel(folder) {
  const parcel = join(require.resolve("parcel/package.json"), "../lib/bin.js");
  const config = require.resolve("@parcel/config-default");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ targets: { main: { context: "node", engines: { node: ">=20" }, optimize: true, outputFormat: "commonjs", distDir: "dist", isLibrary: false } }, main: "dist/start.js", source: "src/start.ts" }));
  run("node", folder, parcel, "build", "--no-cache", `--config=${config}`);
  return "dist/start.js";
}

function buildWithBun(folder) {
  const bun = require.resolve("@oven/bun-linux-x64/bin/bun");
  run(bun, folder, "build", "src/start.ts", "--minify", "--sourcemap=linked", "--target=node", "--outdir=dist", "--entry-naming=app.js");
  return "dist/app.js";
}

/** Modules joined by TypeScript itself, with a loader as small as can be; nothing is minified. */
function buildWithOutFile(folder) {
  const tsc = require.resolve("typescript/lib/tsc.js");
  run("node", folder, tsc, "src/start.ts", "--outFile", "dist/app.js", "--module", "amd", "--target", "es2022", "--sourceMap", "--inlineSources", "--types", "node", "--typeRoots", join(import.meta.dirname, "types"), "--skipLibCheck");
  const loader = `var d={},define=(n,i,f)=>{var e=d[n]={};f(...i.map((m)=>m==="require"?0:m==="exports"?e:d[m]))};`;
  const file = join(folder, "dist/app.js");
  writeFileSync(join(folder, "dist/loader.js"), `${loader}globalThis.define=define;require("./app.js");\n`);
  return "dist/loader.js";
}

async function buildWithObfuscator(folder) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["src/start.ts"],
    outfile: "dist/app.js",
    bundle: true,
    platform: "node",
    sourcemap: "external",
    write: false,
  });
  const [map, script] = outputFiles.map(({ text }) => text);
  const result = obfuscator.obfuscate(script, { compact: true, sourceMap: true, sourceMapMode: "separate", stringArray: true, stringArrayThreshold: 1, seed: 7, inputFileName: "bundle.js", sourceMapSourcesMode: "sources-content" });
  const composed = remapping(JSON.parse(result.getSourceMap()), (file) => (file === "sourceMap" ? JSON.parse(map) : null));
  mkdirSync(join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "dist/app.js.map"), JSON.stringify({ ...composed, file: "app.js" }));
  writeFileSync(join(folder, "dist/app.js"), `${result.getObfuscatedCode()}\n//# sourceMappingURL=app.js.map\n`);
  return "dist/app.js";
}

export function buildWithClosure(folder) {
  mkdirSync(join(folder, "dist"));
  const cart = join(folder, "src/cart.js"); // the compiler knows no private fields
  writeFileSync(cart, readFileSync(cart, "utf8").replaceAll(/#(lines|listeners)/g, "_$1"));
  const compiler = require.resolve("google-closure-compiler-linux/compiler");
  const map = ["--create_source_map=dist/app.js.map", "--source_map_include_content", "--source_map_location_mapping=src|../src"];
  run(compiler, folder, "--js=src/*.js", "--entry_point=src/start.js", "--dependency_mode=PRUNE", "--compilation_level=SIMPLE", "--language_out=ECMASCRIPT_2021", "--js_output_file=dist/app.js", ...map);
  writeFileSync(join(folder, "dist/app.js"), `${readFileSync(join(folder, "dist/app.js"), "utf8")}//# sourceMappingURL=app.js.map\n`);
  return "dist/app.js";
}

export function run(program, folder, ...options) {
  const { status, stdout, stderr } = spawnSync(program, options, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${options.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
