// The shop's two builds.  Both write `shop.min.js` and `shop.min.js.map`, and both know nothing of this machine.

import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";
import * as esbuild from "esbuild";
import { rollup } from "rollup";

const ENTRY = "src/main.ts";
const GLOBAL_NAME = "shop"; // what the page calls: `shop.buy(…)`

/** No debug id: such a file is found by its release and URL. */
export async function buildWithEsbuild(file) {
  await esbuild.build({
    entryPoints: [ENTRY],
    outfile: file,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: GLOBAL_NAME,
    target: "es2022",
    charset: "utf8", // leaves “☕” as it is, so columns, bytes and code points all differ
    sourcemap: "linked",
  });
}

/** With a debug id, in the minified file's last lines and in the source map. */
export async function buildWithRollup(file) {
  const build = await rollup({ input: ENTRY, plugins: [typescript(), terser()], onLog: refuseWarnings });
  await build.write({ file, format: "iife", name: GLOBAL_NAME, sourcemap: true, sourcemapDebugIds: true });
  await build.close();
}

function refuseWarnings(level, log) {
  if (level === "warn") throw new Error(log.message);
}
