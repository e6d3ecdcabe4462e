import { scenarios } from "./shop";

type Name = keyof typeof scenarios;

const wanted = process.argv[2] as Name;

Error.stackTraceLimit = 50;

function run(name: Name): unknown {
  return scenarios[name](); //= run
}

if (wanted) run(wanted);
else for (const name of Object.keys(scenarios)) run(name as Name);
