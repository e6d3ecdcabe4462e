// Source maps with ranges and scopes, made by the emitters themselves: `npm install && node emitters.mjs > emitters.json` in this folder.
//
// Each has the scopes as Chrome DevTools' own codec decodes them, [start, end, name, is a stack frame, children], and the
// ranges of the mappings as @jridgewell/sourcemap-codec does. tests/core/sourcemap/test_ecma426.py compares.
import { decodeRangeMappings } from "@jridgewell/sourcemap-codec";
import { decode } from "chrome-devtools-frontend/front_end/third_party/source-map-scopes-codec/package/src/mod.js";
import swc from "@swc/core";
import MagicString from "magic-string";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import webpack from "webpack";

const version = (name) => JSON.parse(readFileSync(join("node_modules", name, "package.json"))).version;

const PASTA = `export interface Dish { name: string; portions?: number }

const penne = (dish: Dish): never => {
  throw new Error(\`out of \${dish.name}\`);
};
const spaghetti = (dish: Dish) => penne(dish);

export class Kitchen {
  #orders: Dish[] = [];
  order(dish: Dish) {
    for (const each of this.#orders) {
      if (each.name === dish.name) return each;
    }
    this.#orders.push(dish);
    return spaghetti(dish);
  }
}

export default function serve(names: string[]) {
  const kitchen = new Kitchen();
  return names.map((name) => kitchen.order({ name }));
}
`;
const SHOP = `export const price = (id) => { const table = { a: 1 }; if (!(id in table)) throw new RangeError('no price for ' + id); return table[id]; };
export const unused = 1;
export function total(ids) { let sum = 0; for (const id of ids) { sum += price(id); } return sum; }
globalThis.total = total;
`;

function swcMap(minify) {
  const { code, map } = swc.transformSync(PASTA, {
    filename: "pasta.ts",
    sourceMaps: true,
    minify,
    jsc: { parser: { syntax: "typescript" }, target: "es2022", experimental: { emitSourceMapScopes: true }, minify: minify ? { compress: true, mangle: true } : undefined },
    isModule: true,
  });
  return { generated: code, map: JSON.parse(map) };
}

function magicString() {
  const edited = new MagicString(SHOP, { filename: "src.js" });
  edited.prepend("/* banner\n two lines */\n").overwrite(SHOP.indexOf("unused"), SHOP.indexOf("unused") + 6, "u").append("\n//end");
  const map = edited.generateMap({ source: "src.js", file: "o.js", includeContent: true, hires: "experimental-range" });
  const hires = edited.generateMap({ source: "src.js", file: "o.js", includeContent: true, hires: true });
  return { generated: edited.toString(), map: JSON.parse(map.toString()), full: JSON.parse(hires.toString()) };
}

function webpackMap() {
  const folder = mkdtempSync(join(tmpdir(), "scopes-"));
  writeFileSync(join(folder, "util.js"), SHOP.split("\n").slice(0, 2).join("\n"));
  writeFileSync(join(folder, "index.js"), `import { price } from './util.js';\n${SHOP.split("\n").slice(2).join("\n")}`);
  return new Promise((resolve, reject) => {
    webpack({ context: folder, entry: "./index.js", mode: "development", devtool: "source-map-scopes", output: { path: folder, filename: "out.js", devtoolModuleFilenameTemplate: "[resource-path]" } }, (error, stats) => {
      if (error || stats.hasErrors()) return reject(error ?? new Error(stats.toString()));
      resolve({ generated: readFileSync(join(folder, "out.js"), "utf8"), map: JSON.parse(readFileSync(join(folder, "out.js.map"))) });
    });
  });
}

const shape = (scope) => scope && [scope.start.line, scope.start.column, scope.end.line, scope.end.column, scope.name ?? null, scope.isStackFrame, scope.children.map(shape)];

function told({ generated, map, full }, name) {
  const scopes = map.scopes ? decode(map).scopes.map(shape) : null;
  const ranges = map.rangeMappings ? decodeRangeMappings(map.rangeMappings) : null;
  return { name, generated, map, full, scopes, ranges };
}

console.log(JSON.stringify([
  told(swcMap(false), `swc ${version("@swc/core")}, emitSourceMapScopes`),
  told(swcMap(true), `swc ${version("@swc/core")}, emitSourceMapScopes and minify`),
  told(await webpackMap(), `webpack ${version("webpack")}, devtool source-map-scopes`),
  told(magicString(), `magic-string ${version("magic-string")}, hires experimental-range`),
], null, 1));
