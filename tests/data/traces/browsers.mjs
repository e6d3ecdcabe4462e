// Stack traces of Chromium and Firefox, as a page sees them.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import puppeteer from "puppeteer-core";

const PATHS = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };
const ORIGIN = "https://shop.example";

/** [scenario, text] of each scenario of a built script. */
export async function browserTraces(name, file, isModule, scenarios) {
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath: PATHS[name],
    args: name === "firefox" ? [] : ["--no-sandbox"],
  });
  try {
    const traces = [];
    for (const scenario of scenarios) traces.push([scenario, await traceOf(browser, file, isModule, scenario)]);
    return traces;
  } finally {
    await browser.close();
  }
}

async function traceOf(browser, file, isModule, scenario) {
  const page = await browser.newPage();
  const url = `/assets/${basename(file)}`;
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url().startsWith(ORIGIN + url)) {
      request.respond({ contentType: "text/javascript; charset=utf-8", body: readFileSync(file, "utf8") });
    } else {
      request.respond({ contentType: "text/html", body: pageWith(`<script ${isModule ? "type=module " : ""}src="${url}">`) });
    }
  });
  await page.goto(`${ORIGIN}/#${scenario}`);
  const handle = await page.waitForFunction(() => window.failure);
  const text = await handle.jsonValue();
  await page.close();
  return text;
}

function pageWith(script) {
  return `<!doctype html><script>
    addEventListener("error", (event) => (window.failure = event.error.stack));
    addEventListener("unhandledrejection", (event) => (window.failure = event.reason.stack));
    </script>${script}</script>`;
}
