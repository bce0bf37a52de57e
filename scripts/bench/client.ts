import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createFlags } from "../../src/client/create-flags.ts";
import { closeFlags, configureFlags, isFeatureEnabled } from "../../src/client/default-client.ts";
import { columnsOf } from "../../src/core/row/row-codec.ts";
import { migrateStore, openStore } from "../../src/store/open.ts";
import { aFlag } from "../../test/support/flags.ts";

const KEY = "workshop_routing";
const HALF = { strategy: "percentage", portion: { share: 50_000, by: "userId" } } as const;
const FLAG = aFlag({ key: KEY, name: "Workshop routing", rollout: HALF });
const CALLS = 200_000;
const ROUNDS = 9;

/** Distinct subjects, so that no call can reuse the result of the call before. */
const CONTEXTS = Array.from({ length: 4096 }, (_, index) => ({ userId: `user-${index}` }));

interface Measured {
  readonly name: string;
  /** Median over the rounds. */
  readonly nsPerCall: number;
}

/** Measures a flag evaluation, with and without await, against awaiting a function that does nothing. */
export async function benchClient(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-"));
  const database = pathToFileURL(join(folder, "development.db")).href;
  try {
    await syncOneFlag(database);
    const options = { environment: "development", env: {}, database, logger: false, snapshotFile: false } as const;
    configureFlags(options);
    const client = await createFlags(options);
    await isFeatureEnabled(KEY);
    const statements = countStatements();
    const results = await measureInTurns({
      "await of an empty async function": async (context) => nothing(context),
      "await isFeatureEnabled, percentage": async (context) => isFeatureEnabled(KEY, context),
      "isEnabled, percentage": client.isEnabled.bind(null, KEY),
      "evaluate, percentage": (context) => client.evaluate(KEY, false, context).value === true,
    });
    const reads = statements.stop();
    await client.close();
    await closeFlags();
    print(results);
    console.log(`statements sent to the database during these calls: ${reads}`);
    if (reads !== 0) throw new Error("an evaluation must not reach the database");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function nothing(_context: unknown): Promise<boolean> {
  return true;
}

async function syncOneFlag(database: string): Promise<void> {
  await migrateStore(database, "development");
  const store = await openStore(database);
  const columns = columnsOf(FLAG);
  const row = { key: KEY, columns, synced: columns, archived: false, path: `flags/${KEY}.yaml`, commit: null };
  await store.apply({
    syncId: randomUUID(),
    from: await store.readHead(),
    commit: null,
    newEpoch: null,
    writes: [{ ...row, changedBy: "bench", notes: null }],
    startedBy: "bench",
    summary: {},
    verify: () => {},
  });
  await store.close();
}

/** Counts every statement that this process runs in SQLite until it is stopped. */
function countStatements(): { readonly stop: () => number } {
  const { prototype } = process.getBuiltinModule("node:sqlite").StatementSync;
  let count = 0;
  const restores = (["get", "all", "run"] as const).map((name) => {
    const original = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    const { value } = original;
    Object.defineProperty(prototype, name, {
      ...original,
      value(this: unknown, ...values: unknown[]): unknown {
        count += 1;
        return Reflect.apply(value, this, values);
      },
    });
    return () => Object.defineProperty(prototype, name, original);
  });
  return {
    stop: () => {
      for (const restore of restores) restore();
      return count;
    },
  };
}

type Work = (context: { readonly userId: string }) => boolean | Promise<boolean>;

/** Runs the candidates in turns, so that noise on the machine affects all of them. */
async function measureInTurns(works: Readonly<Record<string, Work>>): Promise<readonly Measured[]> {
  const names = Object.keys(works);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const ns = await measure(name.startsWith("await") ? awaited(work) : called(work));
      // The first round is a warm-up.
      if (round > 0) times.get(name)?.push(ns);
    }
  }
  return names.map((name) => ({ name, nsPerCall: median(times.get(name) ?? []) }));
}

async function measure(run: () => number | Promise<number>): Promise<number> {
  const start = process.hrtime.bigint();
  const trues = await run();
  const ns = Number(process.hrtime.bigint() - start) / CALLS;
  if (trues === 0) throw new Error("no call answered true: nothing was measured");
  return ns;
}

function awaited(work: Work): () => Promise<number> {
  return async () => {
    let trues = 0;
    for (let call = 0; call < CALLS; call++) if (await work(contextOf(call))) trues += 1;
    return trues;
  };
}

function called(work: Work): () => number {
  return () => {
    let trues = 0;
    for (let call = 0; call < CALLS; call++) if (work(contextOf(call)) === true) trues += 1;
    return trues;
  };
}

function contextOf(call: number): { readonly userId: string } {
  return CONTEXTS[call % CONTEXTS.length] ?? { userId: "user-42" };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function print(results: readonly Measured[]): void {
  const base = results[0]?.nsPerCall ?? Number.NaN;
  for (const { name, nsPerCall } of results) {
    const ratio = (nsPerCall / base).toFixed(2);
    console.log(`${name.padEnd(36)} ${nsPerCall.toFixed(0).padStart(6)} ns per call   ${ratio} × an empty await`);
  }
}
