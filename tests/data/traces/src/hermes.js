import { scenarios } from "./shop.js";

const say = globalThis.print ?? console.log;

for (const name of ["tooMany", "noPrice", "belowNothing", "listening"]) {
  try {
    scenarios[name](); //= -
  } catch (error) {
    say(`== ${name}\n${error.stack}`);
  }
}
