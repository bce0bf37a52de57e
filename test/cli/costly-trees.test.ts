import { expect, test } from "vitest";
import { COSTLY_TREES, type CostlyTree } from "../support/costly-trees.ts";
import type { TreeRun } from "../support/processes/run-trees.ts";
import { randomTrees } from "../support/random-trees.ts";
import { MAX_MEMORY, runTrees } from "../support/run-trees.ts";

const SEED = Number(process.env["SEED"] ?? 20_270_301);
const COUNT = process.env["FULL"] === "1" ? 200 : 40;
/** The CPU time of one command. It is a safety net: a command on these trees takes about a hundredth of it. */
const MAX_SECONDS = 10;
const PROCESSES = 2;

test("small files whose rules combine cannot stop a command", async () => {
  const runs = await runTrees(COSTLY_TREES);
  expect(runs.filter(isTooCostly)).toEqual([]);
  expect(runs.filter(({ code }) => code === 1)).toEqual([]);
  for (const { name, limit } of COSTLY_TREES) {
    const [validate] = runs.filter(({ tree }) => tree === name);
    expect([name, validate?.code]).toEqual([name, limit === undefined ? 0 : 3]);
    if (limit !== undefined) expect(validate?.text).toContain(limit);
  }
}, 600_000);

test(`${COUNT} generated trees cannot stop a command (seed ${SEED})`, async () => {
  const parts = dealt(randomTrees(SEED, COUNT));
  const runs = (await Promise.all(parts.map(runTrees))).flat();
  expect(runs.filter(isTooCostly)).toEqual([]);
  expect(runs.filter(({ code }) => code === 1)).toEqual([]);
  const valid = runs.filter(({ command, code }) => command === "validate" && code === 0);
  expect(valid.length).toBeGreaterThan(COUNT / 2);
}, 600_000);

function isTooCostly({ cpuSeconds, megabytes }: TreeRun): boolean {
  return cpuSeconds > MAX_SECONDS || megabytes > MAX_MEMORY;
}

/** Deals the trees to processes. */
function dealt(trees: readonly CostlyTree[]): readonly (readonly CostlyTree[])[] {
  return Array.from({ length: PROCESSES }, (_, part) => trees.filter((__, n) => n % PROCESSES === part));
}
