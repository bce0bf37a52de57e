// Runs the benchmarks: npm run bench [-- name…], e.g. npm run bench -- evaluate. Tests never measure time.
const BENCHMARKS: Readonly<Record<string, () => Promise<void>>> = {
  evaluate: async () => (await import("./bench/evaluate.ts")).benchEvaluate(),
  worst: async () => (await import("./bench/worst.ts")).benchWorst(),
  client: async () => (await import("./bench/client.ts")).benchClient(),
  log: async () => (await import("./bench/log.ts")).benchLog(),
  large: async () => (await import("./bench/large.ts")).benchLarge(),
  report: async () => (await import("./bench/report.ts")).benchReport(),
  kill: async () => (await import("./bench/kill.ts")).benchKill(),
};

const selected = process.argv.slice(2);
const unknown = selected.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown === undefined) {
  for (const [name, run] of Object.entries(BENCHMARKS)) {
    if (selected.length > 0 && !selected.includes(name)) continue;
    console.log(`\n${name}`);
    await run();
  }
} else {
  console.error(`benchmark "${unknown}" does not exist; benchmarks: ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exitCode = 9;
}
