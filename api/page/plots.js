// Plots of the last hour, as SVG.

import { element, svg } from "./dom.js";

const WIDTH = 320, HEIGHT = 96, HOUR_S = 3600;

/** Draw lines over the last hour.  `lines` have a label and values [seconds since 1970, number or null]. */
export function plot(title, at, lines, show) {
  const values = lines.flatMap((line) => line.values.map(([, value]) => value ?? 0));
  const top = Math.max(...values, 0) || 1;
  const latest = lines.map((line) => `${line.label} ${show(line.values.at(-1)?.[1] ?? null)}`).join(", ");
  const image = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}, last hour. Now: ${latest}. Highest: ${show(Math.max(...values, 0))}.`, preserveAspectRatio: "none" },
    [0.25, 0.5, 0.75].map((part) => svg("line", { class: "grid", x1: 0, x2: WIDTH, y1: HEIGHT * part, y2: HEIGHT * part })),
    lines.map((line, number) => svg("path", { class: `line line-${number}`, d: path(line.values, at, top), fill: "none", "vector-effect": "non-scaling-stroke" })));
  return element("figure", { class: "plot" },
    element("figcaption", {}, element("strong", {}, title),
      element("span", { class: "top" }, `highest ${show(Math.max(...values, 0))}`)),
    image,
    element("ul", { class: "legend", "aria-hidden": "true" }, lines.map((line, number) => element("li", { class: `line-${number}` }, `${line.label} ${show(line.values.at(-1)?.[1] ?? null)}`))));
}

function path(values, at, top) {
  let drawn = "", pen = "M";
  for (const [time, value] of values) {
    if (value === null || value === undefined) {
      pen = "M";
      continue;
    }
    const x = WIDTH * (1 - Math.min(at - time, HOUR_S) / HOUR_S), y = HEIGHT - 3 - (HEIGHT - 8) * (value / top);
    drawn += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return drawn && drawn.split("L").length === 1 ? `${drawn}h1` : drawn;
}
