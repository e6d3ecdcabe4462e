// Makes every generated file of the example, but for the artifact bundle: see ../make_bundle.py.
//
//     npm ci && npm run build
//
// The same Node and the same lock file make the same bytes.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { buildWithEsbuild, buildWithRollup } from "./bundlers.mjs";
import { framesOf, loadShop, stackOfFailedPurchase } from "./traces.mjs";
import { framesWithoutMap, mappedFrame } from "./truth.mjs";

const DEPLOYED_URL = "https://shop.example/assets/shop.min.js";
const SOURCE = {
  type: "sentry",
  id: "examples:shop",
  url: "http://127.0.0.1:3022/artifact-lookup/",
  token: "only-for-the-example",
};

const builds = [
  {
    name: "release",
    file: "dist/esbuild/shop.min.js",
    build: buildWithEsbuild,
    howToFind: () => ({ release: "shop@1.0.0" }),
    isSent: isOfShop,
  },
  {
    name: "debug_id",
    file: "dist/rollup/shop.min.js",
    build: buildWithRollup,
    howToFind: (file) => ({
      modules: [{ type: "sourcemap", code_file: DEPLOYED_URL, debug_id: debugIdOf(file) }],
    }),
    isSent: () => true, // Node's own frame, too: to see how a frame comes back for which nothing is found
  },
];

process.chdir(import.meta.dirname);
const truth = await framesWithoutMap();
for (const { name, file, build, howToFind, isSent } of builds) {
  await build(file);
  const stack = await stackOfFailedPurchase(loadShop(file, DEPLOYED_URL));
  const frames = framesOf(stack).filter(isSent);
  write(`../traces/${name}.txt`, `${stack}\n`);
  write(`../requests/${name}.json`, json(requestFor(frames, howToFind(file))));
  write(`../expected/${name}.json`, json({ frames: expectedFrames(frames, `${file}.map`).reverse() }));
}

/** A whole request; its frames are caller first, the order in which Sentry keeps them. */
function requestFor(frames, howToFind) {
  return {
    platform: "javascript",
    source: SOURCE,
    ...howToFind,
    scraping: { enabled: false },
    stacktraces: [{ frames: frames.toReversed() }],
  };
}

/** What the answer has to say about each frame, at least; one that isn't the shop's has to stay as it is. */
function expectedFrames(frames, mapFile) {
  assertSamePlaces(frames.filter(isOfShop).map((frame) => mappedFrame(frame, mapFile)));
  return frames.map((frame) => {
    return isOfShop(frame) ? symbolicated(mappedFrame(frame, mapFile)) : { ...frame, data: { symbolicated: false } };
  });
}

function symbolicated({ file, source, ...frame }) {
  const abs_path = new URL(source, `${DEPLOYED_URL}.map`).href;
  return { filename: source, abs_path, ...frame, data: { symbolicated: true } };
}

/** A map is as fine as its bundler made it: V8 may point at the end of a word that it has, or at the next one. */
function assertSamePlaces(mappedFrames) {
  assert.deepEqual(mappedFrames.map(fileAndLine), truth.map(fileAndLine));
  mappedFrames.forEach(({ context_line, colno }, index) => {
    assert(colno <= truth[index].colno);
    assert.match(context_line.slice(colno - 1, truth[index].colno - 1), /^(#?\w+ ?)?$/);
  });
}

function fileAndLine({ file, lineno }) {
  return `${file}:${lineno}`;
}

function isOfShop(frame) {
  return frame.abs_path === DEPLOYED_URL;
}

function debugIdOf(file) {
  return JSON.parse(readFileSync(`${file}.map`, "utf8")).debugId;
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
