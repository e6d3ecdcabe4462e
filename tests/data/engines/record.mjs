// Records again what six engines print for the functions in src/cases.js, minified.  See README.md.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import puppeteer from "puppeteer-core";

const WORK = join(tmpdir(), "unmangle-engines"); // the same for everybody, as traces tell where they were made
const ORIGIN = "https://shop.example";
const BIN = join(import.meta.dirname, "node_modules");
const SHELLS = {
  node: ["node"],
  bun: [join(BIN, "@oven/bun-linux-x64/bin/bun"), "run"],
  deno: [join(BIN, "@deno/linux-x64-glibc/deno"), "run", "--no-config"],
  javascriptcore: ["jsc"],
};
const BROWSERS = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };

process.chdir(import.meta.dirname);
rmSync(WORK, { recursive: true, force: true });
cpSync("src", join(WORK, "src"), { recursive: true });
mkdirSync("texts", { recursive: true });
buildSync({
  entryPoints: [join(WORK, "src/cases.js")],
  outfile: join(WORK, "dist/cases.min.js"),
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "iife",
  target: "es2022",
});
rmSync("dist", { recursive: true, force: true });
cpSync(join(WORK, "dist"), "dist", { recursive: true });
const only = process.argv.slice(2);
for (const [name, command] of Object.entries(SHELLS)) if (isWanted(name)) keep(name, shellText(command));
for (const [name, path] of Object.entries(BROWSERS)) if (isWanted(name)) keep(name, await browserText(name, path));

writeFileSync("expected.json", `${JSON.stringify(linesInSources(), null, 1)}\n`);

/** The lines of each case, callee first, that have a mark: as Node tells when it runs the sources. */
function linesInSources() {
  const { stdout } = spawnSync("node", ["src/cases.js"], { encoding: "utf8" });
  const source = readFileSync("src/cases.js", "utf8").split("\n");
  const sections = stdout.split(/^## /m).slice(1, -1).map((section) => {
    const lines = [...section.matchAll(/src\/cases\.js:(\d+):\d+/g)].map((found) => Number(found[1]));
    return [section.split("\n")[0], lines.filter((lineno) => source[lineno - 1].includes("//= "))];
  });
  return Object.fromEntries(sections);
}

function isWanted(name) {
  return only.length === 0 || only.includes(name);
}

function keep(name, text) {
  if (!text.includes("## end")) throw new Error(`${name} did not come to the end:\n${text}`);
  writeFileSync(join("texts", `${name}.txt`), text);
}

function shellText([program, ...options]) {
  // Bun and Deno follow the map if they find it; minified frames are what is wanted.
  const alone = join(WORK, "alone");
  mkdirSync(alone, { recursive: true });
  const code = readFileSync(join(WORK, "dist/cases.min.js"), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const script = join(alone, "cases.min.js");
  writeFileSync(script, code);
  const { stdout, stderr } = spawnSync(program, [...options, script], { encoding: "utf8", cwd: WORK });
  // Bun shows the line of code, too: the start of the minified script, once for each case.
  return stdout.replace(/^(\x1b\[\d*m)*1 \|.*\n/gm, "") || stderr;
}

async function browserText(name, executablePath) {
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath,
    args: name === "firefox" ? [] : ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage();
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      const isScript = request.url().endsWith("/assets/cases.min.js");
      const body = isScript ? readFileSync("dist/cases.min.js", "utf8") : `<!doctype html><script src="/assets/cases.min.js"></script>`;
      request.respond({ contentType: `text/${isScript ? "javascript" : "html"}; charset=utf-8`, body });
    });
    await page.goto(`${ORIGIN}/`);
    const handle = await page.waitForFunction(() => window.output?.includes("## end") && window.output);
    return await handle.jsonValue();
  } finally {
    await browser.close();
  }
}
