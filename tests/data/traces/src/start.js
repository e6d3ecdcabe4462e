import { scenarios } from "./shop.js";

const wanted = globalThis.process?.argv[2] ?? globalThis.location?.hash.slice(1);

globalThis.run = function run(name) {
  return scenarios[name](); //= globalThis.run
};

if (wanted) {
  globalThis.run(wanted); //= -
}
