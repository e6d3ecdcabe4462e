// Writes what Node calls each function of shapes.mjs: [line, column, name], name being null if there is none.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const FRAME = /^ {4}at (?:async )?(?:(.*?) \()?file:\/\/[^()]*\/shapes\.mjs:(\d+):(\d+)\)?$/gm;

process.chdir(import.meta.dirname);
const { stdout, stderr } = spawnSync("node", ["--stack-trace-limit=50", "shapes.mjs"], { encoding: "utf8" });
if (stderr) throw new Error(stderr);
const rows = [...stdout.matchAll(FRAME)].map(([, name, line, column]) => [Number(line), Number(column), name?.replace(/ \[as .*\]$/, "") ?? null]);
const distinct = [...new Set(rows.map((row) => JSON.stringify(row)))].sort();
writeFileSync("shapes.json", `[\n${distinct.join(",\n")}\n]\n`);
