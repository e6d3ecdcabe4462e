// The Trace view: paste, Enter, frames.

import { Refusal, mapTrace, traceOf } from "./client.js";
import { asMarkdown, asText, copy } from "./copying.js";
import { byId, bytes, element, name, plural, prose } from "./dom.js";
import { frameLists, framesOf, reasonCounts, words } from "./frames.js";

const IS_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SHOWN_TEXT = 1 << 20;

let file = null; // a text that is too large to be shown in the form
let running = null;

/** Start the view: what the address says is mapped at once.  Source maps that are dropped are for `openMap`. */
export function start(openMap) {
  byId("trace-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("trace-text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  byId("trace-open").addEventListener("change", (event) => {
    const [chosen] = event.target.files;
    event.target.value = "";
    if (chosen) take(chosen);
  });
  acceptDrops(openMap);
  const parameters = new URLSearchParams(location.search);
  for (const key of ["release", "dist", "scope"]) byId(`trace-${key}`).value = parameters.get(key) ?? "";
  const trace = parameters.get("trace");
  if (trace && IS_ID.test(trace)) run((signal) => traceOf(trace, signal));
  else if (trace) {
    byId("trace-text").value = trace;
    submit();
  }
}

function acceptDrops(openMap) {
  const over = (event) => {
    event.preventDefault();
    document.body.classList.toggle("dropping", event.type === "dragover");
  };
  for (const type of ["dragover", "dragleave", "drop"]) addEventListener(type, over);
  addEventListener("drop", (event) => {
    const [dropped] = event.dataTransfer.files;
    if (dropped && (location.hash === "#map" || dropped.name.endsWith(".map"))) {
      location.hash = "map";
      openMap(dropped);
    } else if (dropped) take(dropped);
    else if (event.dataTransfer.getData("text")) {
      byId("trace-text").value = event.dataTransfer.getData("text");
      submit();
    }
  });
}

async function take(chosen) {
  let text;
  try {
    text = await readText(chosen);
  } catch {
    problem(new Refusal("This can't be read.", chosen.name, "Drop a text file: a log, a stack trace or an event.", false));
    return;
  }
  location.hash = "trace";
  if (text.length <= SHOWN_TEXT) {
    byId("trace-text").value = text;
    forget();
  } else {
    file = text;
    byId("trace-text").value = "";
    byId("trace-file").hidden = false;
    byId("trace-file").replaceChildren(name(chosen.name), ` (${bytes(chosen.size)}) `,
      element("button", { type: "button", onclick: forget }, "Remove"));
  }
  submit();
}

async function readText(chosen) {
  const content = new Uint8Array(await chosen.arrayBuffer());
  const mark = content[0] << 8 | content[1];
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8"; // as PowerShell writes logs
  return new TextDecoder(encoding).decode(content);
}

function forget() {
  file = null;
  byId("trace-file").hidden = true;
}

function submit() {
  const text = byId("trace-text").value || file;
  if (!text?.trim()) {
    problem(new Refusal("There is nothing to map yet.", "", "Paste a stack trace, or drop a log file on this page.", false));
    return;
  }
  let body;
  try {
    body = requestBody(text);
  } catch {
    problem(new Refusal("The source is no JSON.", "", "Write it as an object: `{\"id\": …, \"url\": …, \"token\": …}`, or leave it empty.", false));
    return;
  }
  run((signal) => mapTrace(body, signal, link));
}

function requestBody(trace) {
  const body = { trace };
  for (const key of ["release", "dist", "scope"]) {
    const value = byId(`trace-${key}`).value.trim();
    if (value) body[key] = value;
  }
  const source = byId("trace-source").value.trim();
  if (source) body.source = JSON.parse(source);
  if (!byId("trace-scraping").checked) body.scraping = { enabled: false };
  if (byId("trace-anew").checked) body.options = { no_cache: true };
  return body;
}

function link(id) {
  if (id) history.replaceState(null, "", `?trace=${id}${location.hash}`);
}

async function run(ask) {
  running?.abort();
  const abort = (running = new AbortController());
  const started = performance.now();
  byId("trace-answer").replaceChildren();
  const clock = element("span", { "aria-hidden": "true" });
  const progress = element("p", { class: "progress" }, element("span", { class: "spinner" }), " Looking for files and maps … ", clock, " ",
    element("button", { type: "button", onclick: () => abort.abort() }, "Cancel"));
  const showing = setTimeout(() => byId("trace-status").replaceChildren(progress), 150);
  const ticking = setInterval(() => (clock.textContent = `${Math.round((performance.now() - started) / 1000)} s`), 1000);
  try {
    const { answer } = await ask(abort.signal);
    if (running === abort) show(answer);
  } catch (error) {
    if (running !== abort) return;
    if (error.name === "AbortError") say("Cancelled. The service may still finish the job: its link stays good.");
    else problem(error instanceof Refusal ? error : new Refusal("This page has a fault.", String(error)), () => run(ask));
  } finally {
    clearTimeout(showing);
    clearInterval(ticking);
  }
}

function say(...content) {
  byId("trace-status").replaceChildren(element("p", {}, content));
}

function problem(refusal, again) {
  byId("trace-answer").replaceChildren();
  byId("trace-status").replaceChildren(element("div", { class: "problem" },
    element("p", {}, element("strong", {}, refusal.title)),
    refusal.detail && element("p", {}, prose(refusal.detail)),
    refusal.advice && element("p", {}, prose(refusal.advice)),
    again && refusal.retry && element("button", { type: "button", onclick: again }, "Try again")));
}

const ENDS = {
  timeout: ["The job took longer than it may.", "Sources that answer slowly do that: try again, or look into the log of the workers."],
  internal_error: ["Something went wrong in the worker.", "Its log says what."],
};

function show(answer) {
  if (answer.status !== "completed") {
    const [title, advice] = ENDS[answer.status] ?? ["The job ended without an answer.", ""];
    problem(new Refusal(title, answer.message ?? "", advice, false));
    return;
  }
  const traces = framesOf(answer);
  performance.mark("answered");
  byId("trace-answer").replaceChildren(head(answer, traces), ...frameLists(traces), ...whole(answer));
  performance.measure("shown", "answered");
  const mapped = traces.flat().filter((frame) => frame.mapped).length;
  say(`${mapped} of ${plural(traces.flat().length, "frame")} mapped.`);
}

function head(answer, traces) {
  const reasons = reasonCounts(traces).filter(([code]) => code !== "resolved");
  return element("div", { class: "actions" },
    element("h2", {}, "Frames"),
    reasons.length > 0 && element("ul", { class: "counts" }, reasons.map(([code, count]) => element("li", {}, `${words(code)}: ${count}`))),
    element("p", { class: "buttons" },
      copier("Copy as text", () => asText(answer, traces)),
      copier("Copy as Markdown", () => asMarkdown(answer, traces)),
      copier("Copy link", () => location.href),
      element("button", { type: "button", onclick: toggleAll }, "Open or close all")));
}

function copier(label, make) {
  const button = element("button", { type: "button", onclick: async () => {
    try {
      await copy(make());
      say(`${label}: done.`);
    } catch (error) {
      say(`${label}: not possible (${error.message}).`);
    }
  } }, label);
  return button;
}

function toggleAll() {
  const all = [...document.querySelectorAll(".frame > details")];
  const open = all.some((details) => !details.open);
  for (const details of all) details.open = open;
}

function whole(answer) {
  if (answer.text === null || answer.text === undefined) return [];
  const pre = element("pre", { class: "text", tabindex: "0", role: "group", "aria-label": "The text with its original frames" });
  const details = element("details", { class: "whole", ontoggle: () => {
    if (details.open && !pre.hasChildNodes()) pre.append(name(answer.text, {}, "code"));
  } }, element("summary", {}, "The whole text, with the original frames"), pre);
  return [details];
}
