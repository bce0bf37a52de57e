// Measures; tests never do. npm run bench [-- name…], e.g. npm run bench -- evaluate
const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  evaluate: async () => (await import("./bench/evaluate.ts")).benchEvaluate(),
  client: async () => (await import("./bench/client.ts")).benchClient(),
  log: async () => (await import("./bench/log.ts")).benchLog(),
  large: async () => (await import("./bench/large.ts")).benchLarge(),
  report: async () => (await import("./bench/report.ts")).benchReport(),
  kill: async () => (await import("./bench/kill.ts")).benchKill(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown === undefined) {
  for (const [name, run] of Object.entries(BENCHMARKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n${name}`);
    await run();
  }
} else {
  console.error(`there is no benchmark ${unknown}; there are ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exitCode = 9;
}
