// The Service view: plots of the last hour, workers, and what is to be said about the deployment.

import { Refusal, status } from "./client.js";
import { byId, bytes, element, name, plural, prose, seconds } from "./dom.js";
import { plot } from "./plots.js";

const EVERY_MS = 5000;
const LEVELS = { ok: "fine", note: "note", problem: "problem" };
const COUNTS = {
  outcomes: "Jobs by outcome", frame_errors: "Frames by error", scraping_failures: "Scraping failures by reason",
  answers: "HTTP answers by status", files: "Files by kind and origin", refused: "Refused for capacity", uploads: "Uploads by result",
};

let abort = null;

/** Show the view, and keep it up to date until it is hidden. */
export async function show() {
  hide();
  const mine = (abort = new AbortController());
  while (!mine.signal.aborted) {
    await refresh(mine.signal);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

export function hide() {
  abort?.abort();
}

async function refresh(signal) {
  try {
    const found = await status(signal);
    byId("service-content").replaceChildren(...content(found));
    byId("service-status").replaceChildren();
  } catch (error) {
    if (signal.aborted) return;
    const refusal = error instanceof Refusal ? error : new Refusal("This page has a fault.", String(error));
    byId("service-content").classList.add("stale");
    byId("service-status").replaceChildren(element("div", { class: "problem" },
      element("p", {}, element("strong", {}, refusal.title)), refusal.advice && element("p", {}, prose(refusal.advice))));
    return;
  }
  byId("service-content").classList.remove("stale");
}

function content(found) {
  return [facts(found), findings(found.findings), element("h2", {}, "Last hour"), plots(found), counts(found.last_hour), workers(found.workers)];
}

function facts({ now, version, python, last_hour: hour }) {
  const queued = Object.values(now.queues).reduce((sum, queue) => sum + queue.depth, 0);
  const cached = Object.values(now.cache_bytes).reduce((sum, size) => sum + size, 0);
  const rows = [
    ["Workers", now.workers], ["Jobs running", now.running], ["Jobs waiting", queued],
    ["Jobs in flight", now.max_in_flight === null ? now.in_flight : `${now.in_flight} of ${now.max_in_flight}`],
    ["Job p50 / p99", `${seconds(hour.jobs.p50_s)} / ${seconds(hour.jobs.p99_s)}`],
    ["Cache on disk", bytes(cached)], ["Version", `${version}, Python ${python}`],
  ];
  return element("dl", { class: "facts" }, rows.map(([key, value]) => element("div", {}, element("dt", {}, key), element("dd", {}, String(value)))));
}

function findings(list) {
  const grave = { problem: 0, note: 1, ok: 2 };
  const sorted = [...list].sort((one, other) => grave[one.level] - grave[other.level]);
  return element("section", { "aria-label": "Findings" }, element("h2", {}, "What the doctor says"),
    element("ul", { class: "findings" }, sorted.map((each) => element("li", { class: each.level },
      element("span", { class: "tag" }, LEVELS[each.level] ?? each.level), " ", element("strong", {}, each.subject), ": ",
      prose([each.what, each.why, each.mend].filter(Boolean).join("; "))))));
}

function plots({ at, points }) {
  const line = (label, value) => ({ label, values: points.map((point) => [point.at, value(point)]) });
  const rate = (name) => (point) => point[name].count / point.step_s;
  const number = (value) => (value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 }));
  return element("div", { class: "plots" },
    plot("Per second", at, [line("requests", rate("requests")), line("jobs", rate("jobs"))], number),
    plot("Time of jobs", at, [line("p50", (point) => point.jobs.p50_s ?? null), line("p99", (point) => point.jobs.p99_s ?? null)], seconds),
    plot("Time of HTTP requests", at, [line("p50", (point) => point.requests.p50_s ?? null), line("p99", (point) => point.requests.p99_s ?? null)], seconds),
    plot("Jobs that failed", at, [line("failed", (point) => point.failures)], number),
    plot("Waiting jobs", at, [line("jobs", (point) => point.queue_depth)], number),
    plot("Oldest waiting job", at, [line("age", (point) => point.queue_oldest_s)], seconds),
    plot("Workers", at, [line("workers", (point) => point.workers)], number),
    plot("Cache on disk", at, [line("size", (point) => point.cache_bytes)], (value) => bytes(value ?? 0)));
}

function counts(hour) {
  const tables = Object.entries(COUNTS).map(([key, title]) => [title, Object.entries(hour.counts[key] ?? {}).sort((one, other) => other[1] - one[1])]);
  return element("div", { class: "tables" }, tables.filter(([, rows]) => rows.length).map(([title, rows]) => element("table", {},
    element("caption", {}, title), element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "what"), element("th", { scope: "col", class: "count" }, "count"))),
    element("tbody", {}, rows.map(([what, count]) => element("tr", {}, element("th", { scope: "row" }, name(what.replaceAll("_", " "))), element("td", { class: "count" }, count.toLocaleString("en"))))))));
}

function workers(list) {
  if (!list.length) return element("p", { class: "hint" }, "No worker was ever heard of: start one with ", element("code", {}, "unmangle worker"), ".");
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Workers" }, element("table", {}, element("caption", {}, `Workers (${plural(list.length, "process", "processes")})`),
    element("thead", {}, element("tr", {}, ["worker", "state", "last heard of", "jobs"].map((title) => element("th", { scope: "col" }, title)))),
    element("tbody", {}, list.map((worker) => element("tr", { class: worker.beats ? "" : "dead" },
      element("th", { scope: "row" }, name(worker.name)), element("td", {}, worker.beats ? "alive" : "silent"),
      element("td", {}, `${seconds(worker.beat_s)} ago`), element("td", {}, String(worker.jobs)))))));
}
