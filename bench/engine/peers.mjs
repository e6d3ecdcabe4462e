// A process that measures one engine of Node: `node peers.mjs NAME`.  Speaks as worker.py does.
//
// Neither engine knows functions or writes to disk, so `reopen` measures nothing here.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { TraceMap, originalPositionFor, sourceContentFor, decodedMappings } from "@jridgewell/trace-mapping";
import { SourceMapConsumer } from "source-map";

const CONTEXT_LINES = 5;
const SMALL_MAP = '{"version":3,"sources":["a.js"],"sourcesContent":["a"],"names":["b"],"mappings":"AAAAA"}';

const traceMapping = {
  async read(text) {
    const map = new TraceMap(text);
    const lines = new Map();
    return {
      ask(line, column) {
        const position = originalPositionFor(map, { line: line + 1, column });
        return [position, contextLines(lines, position, (source) => sourceContentFor(map, source))];
      },
      free() {},
    };
  },
  async index(text) {
    decodedMappings(new TraceMap(text));
  },
};

const sourceMap = {
  async read(text) {
    const map = await new SourceMapConsumer(text);
    const lines = new Map();
    return {
      ask(line, column) {
        const position = map.originalPositionFor({ line: line + 1, column });
        return [position, contextLines(lines, position, (source) => map.sourceContentFor(source, true))];
      },
      free: () => map.destroy(),
    };
  },
  async index(text) {
    const map = await new SourceMapConsumer(text);
    map.computeColumnSpans();
    map.destroy();
  },
};

const ENGINES = { "trace-mapping": traceMapping, "source-map": sourceMap };

function contextLines(cache, position, contentOf) {
  if (position.source === null) {
    return [];
  }
  if (!cache.has(position.source)) {
    cache.set(position.source, (contentOf(position.source) ?? "").split("\n"));
  }
  const line = position.line - 1;
  return cache.get(position.source).slice(Math.max(line - CONTEXT_LINES, 0), line + CONTEXT_LINES + 1);
}

const MEASURES = {
  async cold(engine, text, places) {
    const start = process.hrtime.bigint();
    const map = await engine.read(decoded(text));
    map.ask(...places[0]);
    const ns = elapsed(start);
    map.free();
    return { ns };
  },
  async index(engine, text) {
    const start = process.hrtime.bigint();
    await engine.index(decoded(text));
    return { ns: elapsed(start) };
  },
  async reopen() {
    return {};
  },
  async warm(engine, text, places) {
    const map = await engine.read(decoded(text));
    const first_ns = averageNs(map, places);
    const ns = averageNs(map, places);
    map.free();
    return { first_ns, ns };
  },
  async memory(engine, text, places) {
    writeFileSync("/proc/self/clear_refs", "5");
    const before = peakBytes();
    (await engine.read(decoded(text))).ask(...places[0]);
    return { peak_bytes: peakBytes() - before, process_bytes: peakBytes() };
  },
};

function averageNs(map, places) {
  const start = process.hrtime.bigint();
  for (const place of places) {
    map.ask(...place);
  }
  return Math.floor(elapsed(start) / places.length);
}

function decoded(text) {
  return text.toString("utf8");
}

function elapsed(start) {
  return Number(process.hrtime.bigint() - start);
}

function peakBytes() {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

async function warmUp() {
  const map = await engine.read(SMALL_MAP);
  map.ask(0, 0);
  map.free();
}

const engine = ENGINES[process.argv[2]];
for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  if (task.kind !== "memory") {
    await warmUp();
  }
  globalThis.gc?.();
  const measurement = await MEASURES[task.kind](engine, readFileSync(task.source_map), task.places);
  process.stdout.write(JSON.stringify(measurement) + "\n");
}
