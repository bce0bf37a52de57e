import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { contentOf, onEveryEngine, type FlagDatabase } from "../support/flag-database.ts";
import { aFlagRepository, commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { seededRandom, type Random } from "../support/random.ts";
import type { TestRepository } from "../support/repository.ts";
import { startSync } from "../support/sync-process.ts";

vi.setConfig({ testTimeout: 900_000 });

const KILLS = process.env["FULL"] ? 200 : 10;
const FLAGS = 200;
/** Each process takes a core while it starts. */
const LANES = 2;

onEveryEngine((engine) => {
  test(`a sync of ${FLAGS} flags that is killed at any moment leaves the old state or the new one`, async () => {
    const random = seededRandom();
    const repository = aFlagRepository(flagsAt("10%"));
    const base = await engine.fresh();
    await runSync(repository, base);
    const before = await contentOf(base);
    const next = commitFlags(repository, "Everything to 20 % (#2)", flagsAt("20%"));
    const whole = await copied(base);
    const { prepareMs, writeMs } = await runSync(repository, whole);
    const after = await contentOf(whole);

    const counts = { before: 0, inside: 0, after: 0 };
    const round = async (kill: Kill) => {
      const database = await copied(base);
      const { signal, steps } = await runSync(repository, database, kill);
      expect(signal).toBe("SIGKILL");
      await database.quiet();
      const content = await contentOf(database);
      const isNew = content["flaghoist_head"]?.[0]?.["commit_sha"] === next;
      expect(content, `seed ${random.seed}`).toEqual(isNew ? after : before);
      counts[isNew ? "after" : steps.includes("writing") ? "inside" : "before"] += 1;
      const again = await hoistIn(repository.folder)("sync", "--env", "staging", "--database", database.url);
      expect(again).toMatchObject({ code: 0, err: "" });
      const { flaghoist_syncs: syncs, ...tables } = await contentOf(database);
      expect(tables, `seed ${random.seed}`).toEqual({ ...after, flaghoist_syncs: undefined });
      expect(syncs).toHaveLength(2);
    };
    const kills = Array.from({ length: KILLS }, (_, n) => killOf(n, random, prepareMs, writeMs));
    const lane = async (number: number) => {
      for (const kill of kills.filter((_, n) => n % LANES === number)) await round(kill);
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    console.log(`${engine.name}, ${KILLS} kills, seed ${random.seed}: ${JSON.stringify(counts)}`);
    if (process.env["FULL"]) {
      expect(counts.before).toBeGreaterThan(0);
      expect(counts.inside).toBeGreaterThan(0);
      expect(counts.after).toBeGreaterThan(0);
    }
  });
});

function flagsAt(share: string): Record<string, string> {
  const text = flagText({ lines: `rollout: ${share}` });
  return Object.fromEntries(Array.from({ length: FLAGS }, (_, n) => [`flag_${n}`, text]));
}

interface Kill {
  readonly after: "planning" | "writing";
  readonly delayMs: number;
}

/** Most of them about the transaction, which is short: some before it, many in it, some when it is over. */
function killOf(n: number, random: Random, prepareMs: number, writeMs: number): Kill {
  if (n % 5 === 0) return { after: "planning", delayMs: random.between(0, prepareMs) };
  return { after: "writing", delayMs: random.between(0, writeMs * 1.2) };
}

interface Run {
  readonly signal: unknown;
  /** What it said, in order. */
  readonly steps: readonly string[];
  readonly prepareMs: number;
  readonly writeMs: number;
}

async function runSync(repository: TestRepository, database: FlagDatabase, kill?: Kill): Promise<Run> {
  const { child, lines } = await startSync(repository.folder, "HEAD", "staging", database.url);
  if (kill === undefined) child.stdin?.end();
  const at = new Map<string, number>();
  lines.on("line", (step) => {
    at.set(step, performance.now());
    if (step === kill?.after) setTimeout(() => child.kill("SIGKILL"), kill.delayMs);
  });
  const [[, signal]] = await Promise.all([once(child, "exit"), once(lines, "close")]);
  const steps = [...at.keys()];
  const [planning = 0, writing = 0, end = 0] = ["planning", "writing", "outcome synced"].map((step) => at.get(step));
  return { signal, steps, prepareMs: writing - planning, writeMs: end - writing };
}

/** A copy can only be made while nobody has the original open, so one after the other. */
let lastCopy: Promise<unknown> = Promise.resolve();
function copied(base: FlagDatabase): Promise<FlagDatabase> {
  const copy = lastCopy.then(() => base.quiet()).then(() => base.copy());
  lastCopy = copy.catch(() => {});
  return copy;
}
