// Treemap: rectangles whose areas are sizes, as square as can be.
//
// Source: Bruls, Huizing, van Wijk, "Squarified Treemaps".

import { svg, visible } from "./dom.js";

const WIDTH = 1000, HEIGHT = 520, CHARACTER = 7.2;

/** Draw sizes, given in falling order: `{label, size, title, kind}`. */
export function treemap(title, entries) {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0) || 1;
  const scaled = entries.filter((entry) => entry.size > 0).map((entry) => ({ ...entry, area: entry.size / total * WIDTH * HEIGHT }));
  return svg("svg", { class: "treemap", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, squares(scaled).map(cell));
}

function squares(entries) {
  const placed = [];
  let box = { x: 0, y: 0, width: WIDTH, height: HEIGHT }, start = 0;
  while (start < entries.length) {
    const side = Math.min(box.width, box.height);
    let end = start, sum = 0, worst = Infinity;
    while (end < entries.length) {
      const next = sum + entries[end].area;
      const ratio = Math.max(side * side * entries[start].area / (next * next), next * next / (side * side * entries[end].area));
      if (ratio > worst) break;
      [sum, worst, end] = [next, ratio, end + 1];
    }
    const thickness = sum / side;
    let offset = 0;
    for (const entry of entries.slice(start, end)) {
      const length = entry.area / thickness;
      placed.push(box.width >= box.height
        ? { entry, x: box.x, y: box.y + offset, width: thickness, height: length }
        : { entry, x: box.x + offset, y: box.y, width: length, height: thickness });
      offset += length;
    }
    box = box.width >= box.height
      ? { ...box, x: box.x + thickness, width: box.width - thickness }
      : { ...box, y: box.y + thickness, height: box.height - thickness };
    start = end;
  }
  return placed;
}

function cell({ entry, x, y, width, height }) {
  const room = Math.floor((width - 8) / CHARACTER);
  const label = entry.label.length > room ? `…${entry.label.slice(-(room - 1))}` : entry.label;
  return svg("g", {}, svg("title", {}, visible(entry.title)),
    svg("rect", { class: entry.kind, x: x.toFixed(1), y: y.toFixed(1), width: Math.max(width - 1, 0.5).toFixed(1), height: Math.max(height - 1, 0.5).toFixed(1) }),
    room > 4 && height > 18 && svg("text", { x: (x + 4).toFixed(1), y: (y + 15).toFixed(1) }, visible(label)));
}
