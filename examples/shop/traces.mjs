// Stack traces: let the shop throw one, and read the frames off it.

import { readFileSync } from "node:fs";
import vm from "node:vm";

/** Run a built file as if the page had loaded it from `url`; returns the shop it defines. */
export function loadShop(file, url) {
  new vm.Script(readFileSync(file, "utf8"), { filename: url }).runInThisContext();
  return globalThis.shop;
}

/**
 * Buy two things with two vouchers, one of which is broken; returns the text of the stack, exactly as Node made it.
 *
 * Nobody awaits the purchase, and the event loop starts it, as it would after a click: so no frame of this
 * script, with a path of this machine in it, is on the stack.
 */
export async function stackOfFailedPurchase(shop) {
  const failure = new Promise((resolve) => process.once("unhandledRejection", resolve));
  process.nextTick(() => void shop.buy(["beans", "cup"], ["MOIN", "GIFT"]));
  return (await failure).stack;
}

// "    at h (https://shop.example/assets/shop.min.js:1:1383)", name and parentheses being optional
const FRAME = /^ {4}at (?:async )?(?:(?<name>.+) \()?(?<path>[^()]+?):(?<lineno>\d+):(?<colno>\d+)\)?$/;

/**
 * The frames of a stack's text, callee first.
 *
 * As SDKs do, leaves out "Array.map (<anonymous>)" and the like: native code has no file and no line.
 */
export function framesOf(stack) {
  return stack.split("\n").flatMap((line) => {
    const found = FRAME.exec(line)?.groups;
    if (!found) return [];
    const name = found.name === undefined ? {} : { function: found.name };
    return [{ ...name, abs_path: found.path, lineno: Number(found.lineno), colno: Number(found.colno) }];
  });
}
