// The Map view: what fills a bundle, by source, and which sources have no content.

import { byId, element, name, plural, prose } from "./dom.js";
import { treemap } from "./treemap.js";

const MOST = 300;
const FOREIGN = /(?:^|\/)node_modules\//;

let worker = null;

/** Start the view. */
export function start() {
  byId("map-open").addEventListener("change", (event) => {
    const [chosen] = event.target.files;
    event.target.value = "";
    if (chosen) open(chosen);
  });
}

/** Read a source map from a file of the visitor: nothing of it leaves the browser. */
export function open(file) {
  worker?.terminate();
  worker = new Worker(new URL("map_worker.js", import.meta.url), { type: "module" });
  const started = performance.now();
  byId("map-answer").replaceChildren();
  byId("map-status").replaceChildren(element("p", { class: "progress" }, element("span", { class: "spinner" }), " Reading ", name(file.name), " … ",
    element("button", { type: "button", onclick: () => {
      worker.terminate();
      byId("map-status").replaceChildren(element("p", {}, "Cancelled."));
    } }, "Cancel")));
  worker.onmessage = ({ data }) => {
    worker.terminate();
    if (data.problem) fail(file, data.problem);
    else {
      show(file, data.facts);
      performance.measure("map opened", { start: started });
    }
  };
  worker.onerror = () => fail(file, "the browser can't read it");
  worker.postMessage(file);
}

function fail(file, problem) {
  byId("map-status").replaceChildren(element("div", { class: "problem" },
    element("p", {}, element("strong", {}, name(file.name), " can't be read as a source map.")), element("p", {}, prose(problem), "."),
    element("p", {}, "Choose the file that the bundler wrote beside the script, which mostly ends with ", element("code", {}, ".map"), ".")));
}

function show(file, facts) {
  const total = facts.sources.reduce((sum, source) => sum + source.size, 0);
  const without = facts.sources.filter((source) => !source.hasContent);
  byId("map-status").replaceChildren(element("p", {}, name(file.name), `: ${plural(facts.sources.length, "source")}, ${plural(facts.tokens, "token")}, ${plural(facts.names, "name")}`,
    facts.sections ? `, ${plural(facts.sections, "section")}` : "", facts.debugId ? [", debug id ", name(facts.debugId, {}, "code")] : ", no debug id", "."));
  const share = (source) => `${(100 * source.size / (total || 1)).toFixed(1)} %`;
  const shown = facts.sources.slice(0, MOST);
  const entries = shown.map((source) => ({
    label: source.name.split("/").pop(), size: source.size, title: `${source.name}: ${share(source)}`,
    kind: source.ignored || FOREIGN.test(source.name) ? "foreign" : source.hasContent ? "own" : "bare",
  }));
  byId("map-answer").replaceChildren(
    element("h2", {}, "What fills the bundle"),
    treemap(`Treemap of the generated code by source. Largest: ${shown.slice(0, 3).map((source) => `${source.name} ${share(source)}`).join(", ")}.`, entries),
    element("p", { class: "hint" }, "Areas are columns of generated code. Blue: sources of your own; grey: libraries; orange: sources without content."),
    without.length > 0 && element("div", { class: "reason" },
      element("p", {}, element("strong", {}, `${plural(without.length, "source")} without content.`), " Frames in them have no source lines: build with ", element("code", {}, "sourcesContent"), "."),
      element("details", {}, element("summary", {}, "Which"), element("ul", {}, without.slice(0, MOST).map((source) => element("li", {}, name(source.name)))))) || "",
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Sources by size" }, element("table", {},
      element("caption", {}, shown.length < facts.sources.length ? `The ${MOST} largest sources` : "Sources"),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "source"), element("th", { scope: "col", class: "count" }, "columns"), element("th", { scope: "col", class: "count" }, "share"), element("th", { scope: "col" }, "content"))),
      element("tbody", {}, shown.map((source) => element("tr", {}, element("th", { scope: "row" }, name(source.name)),
        element("td", { class: "count" }, source.size.toLocaleString("en")), element("td", { class: "count" }, share(source)), element("td", {}, source.hasContent ? "yes" : "missing")))))));
}
