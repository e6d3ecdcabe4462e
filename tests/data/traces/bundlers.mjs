// One build per bundler, each with the options that people ship with.  Each returns the script's path in `folder`.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import terser from "@rollup/plugin-terser";
import { rspack } from "@rspack/core";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

const require = createRequire(import.meta.url);

export const bundlers = {
  esbuild: { build: buildWithEsbuild },
  rollup: { build: buildWithRollup, module: true },
  webpack: { build: buildWithWebpack },
  rspack: { build: buildWithRspack },
  vite: { build: buildWithVite, module: true },
  parcel: { build: buildWithParcel },
  bun: { build: buildWithBun, module: true },
};

async function buildWithEsbuild(folder) {
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ["src/start.js"],
    outfile: "dist/app.min.js",
    bundle: true,
    minify: true,
    charset: "utf8", // leaves “☕” as it is, so columns, bytes and code points all differ
    sourcemap: "linked",
  });
  return "dist/app.min.js";
}

/** No comment leads to the map, which lies elsewhere: only the debug id does. */
async function buildWithRollup(folder) {
  const build = await rollup({ input: join(folder, "src/start.js"), plugins: [terser({ module: true })] });
  const file = join(folder, "dist/app.js");
  await build.write({ file, format: "es", sourcemap: true, sourcemapDebugIds: true });
  await build.close();
  renameSync(`${file}.map`, join(folder, "dist/7f3a.map"));
  writeFileSync(file, readFileSync(file, "utf8").replace(/\n\/\/# sourceMappingURL=.*/, ""));
  return "dist/app.js";
}

async function buildWithWebpack(folder) {
  await packed(webpack, folder, "source-map");
  return hashed(folder, "dist/js");
}

async function buildWithRspack(folder) {
  await packed(rspack, folder, "hidden-source-map"); // found by its name
  return hashed(folder, "dist/js");
}

async function packed(bundler, folder, devtool) {
  const stats = await new Promise((resolve, reject) => {
    bundler({
      mode: "production",
      context: folder,
      entry: "./src/start.js",
      target: ["web", "es2022"],
      output: { path: join(folder, "dist/js"), filename: "[name].[contenthash:8].js" },
      devtool,
    }, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  if (stats.hasErrors()) throw new Error(stats.toString());
}

async function buildWithVite(folder) {
  await vite.build({
    root: folder,
    logLevel: "error",
    build: { sourcemap: true, rollupOptions: { input: join(folder, "src/start.js") }, modulePreload: { polyfill: false } },
  });
  return hashed(folder, "dist/assets");
}

function buildWithParcel(folder) {
  const parcel = join(require.resolve("parcel/package.json"), "../lib/bin.js");
  const config = require.resolve("@parcel/config-default");
  run("node", folder, parcel, "build", "src/start.js", "--no-cache", "--dist-dir=dist", `--config=${config}`);
  return hashed(folder, "dist");
}

/** The map is in the script, as a `data:` URL. */
function buildWithBun(folder) {
  const bun = require.resolve("@oven/bun-linux-x64/bin/bun");
  const options = ["--minify", "--sourcemap=inline", "--target=browser", "--outfile=dist/app.js"];
  run(bun, folder, "build", "src/start.js", ...options);
  return "dist/app.js";
}

function hashed(folder, where) {
  return join(where, readdirSync(join(folder, where)).find((name) => name.endsWith(".js")));
}

function run(program, folder, ...options) {
  const { status, stderr } = spawnSync(program, options, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}
