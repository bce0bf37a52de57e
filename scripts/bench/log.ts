import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLog } from "../../src/log/read-log.ts";
import { commitText, CONFIG, flagPath, flagYaml, git, initRepository, STAFF } from "./flag-tree.ts";

const COMMITS = 10_000;
const FLAGS = 500;
/** One flag changes in every fiftieth commit, 200 times; another in the first and the last. */
const BUSY = 7;
const QUIET = 8;
const ROUNDS = 5;

/** Compares `hoist log KEY` in a repository of 10,000 commits with a plain `git log -- path` of the same file. */
export async function benchLog(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-log-"));
  try {
    initRepository(folder);
    git(folder, ["fast-import", "--quiet"], history());
    git(folder, ["checkout", "--quiet", "main"]);
    console.log(`${COMMITS} commits, ${FLAGS} flags, every fifth commit changes one; goal: 1000 ms`);
    for (const [title, number] of [
      ["200 changes", BUSY],
      ["2 changes", QUIET],
    ] as const)
      await compare(folder, title, number);
    await measure("all flags, the newest 20", () => log(folder, null, 20));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder: string, title: string, number: number): Promise<void> {
  const path = flagPath(number);
  const plain = await measure(`git log -- path (${title})`, async () => {
    return git(folder, ["log", "--oneline", "--", path]).split("\n").length - 1;
  });
  const ours = await measure(`hoist log KEY (${title})`, () => log(folder, `generated_flag_${number}`, Infinity));
  console.log(`  ratio ${(ours / plain).toFixed(2)}`);
}

async function log(folder: string, key: string | null, limit: number): Promise<number> {
  const { entries } = await readLog({
    folder,
    ref: "HEAD",
    key,
    environment: null,
    limit,
    since: -Infinity,
    tables: [],
  });
  return entries.length;
}

/** Returns the median of some rounds, in milliseconds. */
async function measure(title: string, work: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  let entries = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    entries = await work();
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(`${title.padEnd(32)} ${median.toFixed(0).padStart(6)} ms   ${entries} entries`);
  return median;
}

function history(): string {
  const flags = Array.from({ length: FLAGS }, (_, number) => [flagPath(number), flagYaml(number)] as const);
  const first = [["flags/_config.yaml", CONFIG], ["flags/_segments/staff.yaml", STAFF], ...flags] as const;
  const steps = Array.from({ length: COMMITS - 1 }, (_, step) =>
    commitText(step + 1, `Step ${step} (#${step})`, [change(step)]),
  );
  return [commitText(0, "First flags", first), ...steps].join("");
}

function change(step: number): readonly [string, string] {
  const percent = 1 + ((step * 7) % 97);
  if (step === COMMITS - 2) return [flagPath(QUIET), flagYaml(QUIET, 99)];
  if (step % 50 === 0) return [flagPath(BUSY), flagYaml(BUSY, percent)];
  if (step % 5 === 0) return [flagPath(10 + (step % (FLAGS - 10))), flagYaml(10 + (step % (FLAGS - 10)), percent)];
  return [`src/module-${step % 40}/file-${step % 300}.ts`, `export const step = ${step};\n`];
}
