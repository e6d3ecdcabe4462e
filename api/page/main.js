// Views by the part of the address behind #.

import * as map from "./map_view.js";
import * as trace from "./trace_view.js";

const TITLES = { trace: "Trace", map: "Map", service: "Service" };

async function select(focus) {
  const wanted = location.hash.slice(1);
  if (wanted === "main") return;
  const view = Object.hasOwn(TITLES, wanted) ? wanted : "trace";
  document.title = `${TITLES[view]} · Unmangle`;
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.dataset.view !== view;
  for (const anchor of document.querySelectorAll("nav a")) {
    if (anchor.dataset.view === view) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  const service = await import("./service_view.js");
  if (view === "service") service.show();
  else service.hide();
  if (focus) document.querySelector(`section[data-view="${view}"] h1`).focus();
}

addEventListener("hashchange", () => select(true));
map.start();
trace.start(map.open);
select(false);
document.documentElement.dataset.ready = "";
performance.mark("usable");
