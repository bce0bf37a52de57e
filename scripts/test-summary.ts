import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { relative } from "node:path";
import { summaryOf } from "./ci/summary.ts";
import { filesBelow } from "./build/files.ts";

// Prints the last line of a test run in CI, from vitest's JSON report: `N passed, N failed`. Exits 1 when the run failed.
const root = fileURLToPath(new URL("..", import.meta.url));
const report: unknown = JSON.parse(readFileSync(process.argv[2] ?? "test-report.json", "utf8"));
const files = filesBelow(`${root}test`).filter((file) => file.endsWith(".test.ts"));
const { line, complaints, excused } = summaryOf(
  report,
  files.map((file) => relative(root, file)),
  root,
);
for (const skipped of excused) console.log(skipped);
for (const complaint of complaints) console.error(complaint);
console.log(line);
if (complaints.length > 0) process.exitCode = 1;
