// Builds that bring their own packages: Angular's CLI, Next.js with Turbopack, and the compilers of Kotlin and
// ClojureScript.  Each returns a function that lets a scenario fail and returns what was printed.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, relative } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { run } from "./toolchains.mjs";

const HERE = import.meta.dirname;

/** The application is all but its page: what it injects runs in Node as well. */
export function buildWithAngular(folder) {
  for (const name of ["angular.json", "tsconfig.json", "package.json"]) cpSync(join(HERE, "angular", name), join(folder, name));
  for (const name of ["main.ts", "globals.d.ts"]) cpSync(join(HERE, "angular", name), join(folder, "src", name));
  symlinkSync(join(HERE, "angular/node_modules"), join(folder, "node_modules"));
  run("node_modules/.bin/ng", folder, "build");
  keepOwnSources(join(folder, "dist/browser/main.js.map"));
  for (const name of ["3rdpartylicenses.txt", "prerendered-routes.json"]) rmSync(join(folder, "dist", name), { force: true });
  return (scenario) => {
    const { stdout, stderr } = spawnSync("node", ["--stack-trace-limit=50", "dist/browser/main.js", scenario], { cwd: folder, encoding: "utf8" });
    return stdout + stderr;
  };
}

/** A route of the server, minified as its pages are. */
export async function buildWithNext(folder) {
  for (const name of ["app", "next.config.mjs", "package.json"]) cpSync(join(HERE, "next", name), join(folder, name), { recursive: true });
  cpSync(join(HERE, "next/node_modules"), join(folder, "node_modules"), { recursive: true, dereference: true }); // Turbopack follows no link
  run("node", folder, "node_modules/next/dist/bin/next", "build");
  const chunks = join(folder, ".next/server");
  const port = await freePort();
  const server = spawn("node", ["node_modules/next/dist/bin/next", "start", "--port", `${port}`], { cwd: folder, stdio: "ignore", env: { ...process.env, NODE_OPTIONS: "" } });
  const ask = async (scenario) => {
    for (let tries = 0; tries < 600; tries++) {
      try {
        return await (await fetch(`http://127.0.0.1:${port}/run?name=${scenario}`)).text();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error("the server does not answer");
  };
  const texts = new Map();
  return {
    ask,
    /** Keeps the scripts that traces speak of, and their maps. */
    finish(traces) {
      server.kill();
      for (const [, path] of traces.join("\n").matchAll(/\(?((?:file:\/\/)?\/[^()\s]*\.next\/server\/[^()\s:]+\.js)/g)) {
        const file = path.replace("file://", "");
        if (texts.has(file) || !existsSync(`${file}.map`)) continue;
        texts.set(file, true);
        const to = join(folder, "dist", relative(chunks, file));
        mkdirSync(dirname(to), { recursive: true });
        cpSync(file, to);
        cpSync(`${file}.map`, `${to}.map`);
        keepOwnSources(`${to}.map`);
        keepOwnTokens(`${to}.map`);
      }
    },
  };
}

/** Kotlin's own compiler, as Gradle calls it for a release: dead code is gone, and members have short names. */
export function buildWithKotlin(folder) {
  fetchWithMaven(folder, "kotlin");
  cpSync(join(HERE, "kotlin/Shop.kt"), join(folder, "src/Shop.kt"));
  const library = readdirSync(join(folder, "lib")).find((name) => name.endsWith(".klib"));
  const compile = ["org.jetbrains.kotlin.cli.js.K2JSCompiler", "-libraries", join("lib", library), "-ir-output-name", "shop", "-module-kind", "plain"];
  java(folder, ...compile, "-Xir-produce-klib-dir", "-ir-output-dir", "klib", "src/Shop.kt");
  java(folder, ...compile, "-Xir-produce-js", "-Xinclude=klib", "-ir-output-dir", "dist", "-Xir-dce", "-Xir-minimized-member-names", "-source-map", "-source-map-embed-sources", "always", "-main", "call");
  keepOwnSources(join(folder, "dist/shop.js.map"));
  return "dist/shop.js";
}

export function buildWithClojureScript(folder) {
  fetchWithMaven(folder, "clojurescript");
  cpSync(join(HERE, "clojurescript/shop.cljs"), join(folder, "src/shop.cljs"));
  cpSync(join(HERE, "clojurescript/build.clj"), join(folder, "build.clj"));
  java(folder, "clojure.main", "build.clj");
  rmSync(join(folder, "dist/out"), { recursive: true });
  const map = JSON.parse(readFileSync(join(folder, "dist/shop.js.map"), "utf8"));
  const own = readFileSync(join(folder, "src/shop.cljs"), "utf8"); // the compiler doesn't embed it
  map.sourcesContent = map.sources.map((source) => (source.endsWith("shop.cljs") ? own : null));
  writeFileSync(join(folder, "dist/shop.js.map"), JSON.stringify(onlyOwn(map, /\bshop\.cljs$/)));
  return "dist/shop.js";
}

function fetchWithMaven(folder, name) {
  for (const part of ["src", "truth"]) rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(join(folder, "src"));
  cpSync(join(HERE, name, "pom.xml"), join(folder, "pom.xml"));
  run("mvn", folder, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib");
}

function java(folder, ...options) {
  const classes = readdirSync(join(folder, "lib")).filter((name) => name.endsWith(".jar")).map((name) => join("lib", name));
  run("java", folder, "-Xmx1200m", "-cp", ["src", ...classes].join(":"), ...options);
}

/** What a framework brings would be most of a map; frames of its own are nobody's concern here. */
function keepOwnSources(file) {
  const map = JSON.parse(readFileSync(file, "utf8"));
  for (const part of map.sections?.map((section) => section.map) ?? [map]) {
    part.sourcesContent = part.sources.map((source, index) => (/node_modules|\/dist\/|libraries\/stdlib/.test(source) ? null : part.sourcesContent?.[index] ?? null));
  }
  writeFileSync(file, JSON.stringify(map));
}

export function keepOwnTokens(file) {
  const map = JSON.parse(readFileSync(file, "utf8"));
  const own = /\/(?:src|app\/run)\/\w+\.ts$/;
  const sections = map.sections?.map((section) => ({ ...section, map: onlyOwn(section.map, own) }));
  writeFileSync(file, JSON.stringify(sections ? { ...map, sections } : onlyOwn(map, own)));
}

/** The same map, in which what a program's own sources don't have has no source: most of it is a library's. */
function onlyOwn(map, own) {
  const lines = decode(map.mappings).map((line) => {
    const tokens = line.map((token) => (token.length > 1 && own.test(map.sources[token[1]]) ? token : [token[0]]));
    return tokens.filter((token, index) => token.length > 1 || index === 0 || tokens[index - 1].length > 1);
  });
  return { ...map, names: map.names.map((name, index) => (lines.flat().some((token) => token[4] === index) ? name : "")), mappings: encode(lines) };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
