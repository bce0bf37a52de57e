import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { openSqlite } from "../../src/store/sqlite/driver.ts";
import { findBinaries, startServer } from "../../test/support/postgres-server.ts";
import { CONFIG, git, initRepository } from "./flag-tree.ts";
import { startWitness } from "./witness.ts";

const run = promisify(execFile);

const KEY = "new_checkout";
const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const SQL = (enabled: boolean) => `UPDATE feature_toggles SET enabled = ${enabled} WHERE feature_key = '${KEY}'`;

/** Switches the flag for everyone. Resolves when the switch is done and only its effect is awaited. */
type Switch = (enabled: boolean) => Promise<void>;

/** Measures the time from switching a flag off to the new answer of another process, for each way to switch it off. */
export async function benchKill(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-bench-kill-"));
  try {
    const model = cpus()[0]?.model ?? "unknown processor";
    console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, Node.js ${process.version}`);
    console.log(`from the switch to the answer in another process; ${ROUNDS} rounds each`);
    await inSqlite(folder);
    const binaries = findBinaries();
    if (binaries === undefined) console.log("PostgreSQL was left out: it is not installed here");
    else await inPostgres(folder, binaries);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inSqlite(folder: string): Promise<void> {
  const file = join(folder, "production.db");
  const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: pathToFileURL(file).href };
  initRepository(folder);
  await commitAndSync(folder, env)(true);

  const restarts = await inTurn(() => measureRestart(env));
  report("restart with FEATURE_NEW_CHECKOUT=false", restarts);

  const overrides = join(folder, "overrides.env");
  writeFileSync(overrides, "");
  const line = async (enabled: boolean) => writeFileSync(overrides, enabled ? "" : "FEATURE_NEW_CHECKOUT=false\n");
  await measureSwitch("a line in the override file", { ...env, FLAGS_OVERRIDE_FILE: overrides }, line, 2000);

  const db = openSqlite(file, "rw");
  await measureSwitch("SQL on SQLite", env, async (enabled) => db.exec(SQL(enabled)), 200);
  db.close();

  await measureSwitch("git commit and hoist sync, SQLite", env, commitAndSync(folder, env), 200);
}

async function inPostgres(folder: string, binaries: string): Promise<void> {
  const server = await startServer(binaries);
  const { Client } = await import("pg");
  const client = new Client({ connectionString: server.adminUrl });
  try {
    await client.connect();
    const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: server.adminUrl };
    const sync = commitAndSync(folder, env);
    await sync(true);
    const sql = async (enabled: boolean) => void (await client.query(SQL(enabled)));
    await measureSwitch("SQL on PostgreSQL, by LISTEN", env, sql, 0);
    await measureSwitch("git commit and hoist sync, PostgreSQL", env, sync, 0);

    // A pooler in transaction mode does not pass on notifications.
    const find = "SELECT pg_get_functiondef('flaghoist_next_revision'::regproc) AS text";
    const { rows } = await client.query<{ text: string }>(find);
    const silent = rows[0]?.text.replace(/^\s*PERFORM pg_notify\(.*$/m, "") ?? "";
    if (silent === rows[0]?.text || silent === "") throw new Error("the function that notifies is not as expected");
    await client.query(silent);
    await measureSwitch("SQL on PostgreSQL, by polling alone", env, sql, 10_000);
  } finally {
    await client.end();
    await server.stop();
  }
}

/** Runs the steps of a pipeline, from the commit to the end of the sync. */
function commitAndSync(folder: string, env: Readonly<Record<string, string>>): Switch {
  const bin = new URL("../../src/cli/bin.js", import.meta.url).pathname;
  return async (enabled) => {
    mkdirSync(join(folder, "flags"), { recursive: true });
    writeFileSync(join(folder, "flags/_config.yaml"), CONFIG);
    writeFileSync(join(folder, `flags/${KEY}.yaml`), flagText(enabled));
    git(folder, ["add", "flags"]);
    const dana = ["-c", "user.name=Dana", "-c", "user.email=dana@acme.dev"];
    git(folder, [...dana, "commit", "--quiet", "--allow-empty", `--message=Switch ${randomBytes(4).toString("hex")}`]);
    await run(process.execPath, [bin, "sync"], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    });
  };
}

function flagText(enabled: boolean): string {
  return `name: New checkout
description: The checkout on one page.
owner: team-booking
kind: ops
enabled: ${enabled}
rollout: all
`;
}

/** Measures how long a process takes to answer after it is restarted with the override. */
async function measureRestart(env: Readonly<Record<string, string>>): Promise<number> {
  const start = process.hrtime.bigint();
  const witness = startWitness(KEY, { ...env, FEATURE_NEW_CHECKOUT: "false" });
  const ms = msBetween(start, await witness.answers(false));
  await witness.stop();
  return ms;
}

/**
 * @param everyMs  how often the process looks by itself: each round begins somewhere in that time, not always just after
 */
async function measureSwitch(
  name: string,
  env: Readonly<Record<string, string>>,
  flip: Switch,
  everyMs: number,
): Promise<void> {
  const witness = startWitness(KEY, env);
  try {
    const times = await inTurn(async (round) => {
      await flip(true);
      await witness.answers(true);
      await new Promise((resolve) => setTimeout(resolve, 300 + (everyMs * round) / ROUNDS));
      const start = process.hrtime.bigint();
      await flip(false);
      return msBetween(start, await witness.answers(false));
    });
    report(name, times);
    // Otherwise the manual kill would survive the syncs of the next measurement.
    await flip(true);
  } finally {
    await witness.stop();
  }
}

async function inTurn(measure: (round: number) => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await measure(round));
  return times.sort((a, b) => a - b);
}

function msBetween(start: bigint, end: bigint): number {
  return Number(end - start) / 1e6;
}

function report(name: string, sorted: readonly number[]): void {
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const slowest = sorted.at(-1) ?? Number.NaN;
  console.log(`${name.padEnd(42)} median ${seconds(median)}   slowest ${seconds(slowest)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(6)} s`;
}
