import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFlags } from "../../src/client/create-flags.ts";
import type { FlagsClient } from "../../src/client/flags-client.ts";
import type { FlagsOptions } from "../../src/client/options.ts";
import { openStore, migrateStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { aWrite, write } from "../store/rows.ts";
import { startClient } from "../support/client-process.ts";
import { describePostgres, freshDatabase, onServer, withDatabase } from "../support/postgres.ts";
import { fileUrl, freshFile, typeInSqlite } from "../support/sqlite.ts";
import { heard } from "./fakes.ts";

const ON = { enabled: true };
const PATIENCE = { timeout: 25_000, interval: 50 };

/** A database of one kind that a test may use as it likes. */
interface Engine {
  readonly fresh: () => Promise<string>;
  readonly type: (url: string, sql: string) => Promise<unknown>;
  /** Around every check and trigger, which are gone afterwards: as in a table that was restored by halves. */
  readonly typeUnguarded: (url: string, sql: string) => Promise<unknown>;
}

function freshSnapshotFile(): string {
  return join(dirname(freshFile()), "production.snapshot.json");
}

async function synced(url: string, ...keys: readonly string[]): Promise<FlagStore> {
  await migrateStore(url, "production");
  const store = await openStore(url);
  onTestFinished(() => store.close());
  await write(
    store,
    keys.map((key) => aWrite({ key, columns: { ...ON, display_name: key } })),
  );
  return store;
}

async function client(database: string, options: FlagsOptions = {}): Promise<FlagsClient> {
  const made = await createFlags({
    environment: "production",
    env: {},
    database,
    logger: false,
    snapshotFile: false,
    pollIntervalMs: 250,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

function everyDatabase({ fresh, type, typeUnguarded }: Engine): void {
  test("is served at the start, and a sync reaches the client automatically", async () => {
    const url = await fresh();
    const store = await synced(url, "checkout");
    const flags = await client(url);
    expect(flags.status()).toMatchObject({
      source: "database",
      ready: true,
      stale: false,
      flags: 1,
      commit: "91c0d3a",
    });
    expect(flags.isEnabled("checkout")).toBe(true);
    await write(store, [
      aWrite({ key: "checkout", columns: { enabled: false } }),
      aWrite({ key: "later", columns: ON }),
    ]);
    await expect.poll(() => flags.isEnabled("later"), PATIENCE).toBe(true);
    expect(flags.isEnabled("checkout")).toBe(false);
  });

  test("a change is pushed: it arrives although the next poll is an hour away", async () => {
    const url = await fresh();
    const store = await synced(url, "checkout");
    const flags = await client(url, { pollIntervalMs: 3_600_000 });
    await write(store, [aWrite({ key: "checkout", columns: { enabled: false } })]);
    await expect.poll(() => flags.isEnabled("checkout"), PATIENCE).toBe(false);
    expect(flags.status().transport).toBe("push and poll");
  });

  test("passes a kill in SQL on to clients in other processes", async () => {
    const url = await fresh();
    await synced(url, "workshop_routing", "workshop_payments");
    const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: url, FLAGS_SNAPSHOT_FILE: freshSnapshotFile() };
    const others = await Promise.all([startClient(env), startClient(env)]);
    for (const other of others) expect((await other.ask("workshop_routing", {})).value).toBe(true);
    await type(url, "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'workshop_routing'");
    for (const other of others) {
      const answer = await other.settles("workshop_routing", {}, false);
      expect(answer).toMatchObject({ value: false, reason: "DISABLED" });
      expect((await other.ask("workshop_payments", {})).value).toBe(true);
    }
  });

  test("records in the table of instances what each process serves", async () => {
    const url = await fresh();
    const store = await synced(url, "checkout");
    const flags = await client(url, { env: { FEATURE_CHECKOUT: "off" } });
    await expect.poll(async () => (await store.instances(60_000)).length, PATIENCE).toBe(1);
    const [instance] = await store.instances(60_000);
    expect(instance).toMatchObject({
      pid: process.pid,
      revision: flags.status().revision,
      epoch: 1,
      overrides: { checkout: { variant: "off", via: "FEATURE_CHECKOUT", origin: "environment" } },
    });
    expect(flags.status().heartbeat).toMatchObject({ lastError: null });
  });

  test("of another environment is refused", async () => {
    const url = await fresh();
    await synced(url, "checkout");
    const flags = await client(url, { environment: "staging", initialTimeoutMs: 400 });
    expect(flags.status()).toMatchObject({ ready: false, source: "none", lastError: { code: "WRONG_DATABASE" } });
    expect(flags.isEnabled("checkout")).toBe(false);
  });

  test("that is created after the start is found", async () => {
    const url = await fresh();
    const logger = heard();
    const flags = await client(url, { initialTimeoutMs: 250, logger });
    expect(flags.status()).toMatchObject({ ready: false, lastError: { code: "STORE_MISSING" } });
    await synced(url, "checkout");
    // Not the source alone: the database may be found between its tables and its first flag.
    await expect.poll(() => flags.isEnabled("checkout"), PATIENCE).toBe(true);
    expect(flags.status().source).toBe("database");
    expect(logger.lines.some((line) => line.startsWith("info database available: "))).toBe(true);
  });

  test("that is down at the start is replaced by the last good snapshot of an earlier process", async () => {
    const url = await fresh();
    await synced(url, "checkout");
    const snapshotFile = freshSnapshotFile();
    const first = await client(url, { snapshotFile });
    await first.close();
    const second = await client(
      url.startsWith("file:") ? fileUrl(freshFile()) : withDatabase(url, "no_such_database"),
      { snapshotFile },
    );
    expect(second.status()).toMatchObject({ source: "disk", stale: true, revision: first.status().revision });
    expect(second.evaluate("checkout", false)).toMatchObject({ value: true, metadata: { stale: true } });
  });

  test("without triggers and constraints: an unreadable row is set aside, is off if it says off, and does not affect other flags", async () => {
    const url = await fresh();
    await synced(url, "checkout", "search", "booking");
    const logger = heard();
    const flags = await client(url, { logger });
    await typeUnguarded(
      url,
      "UPDATE feature_toggles SET serve = '7', enabled = (feature_key = 'search') WHERE feature_key <> 'booking'",
    );
    await expect.poll(() => flags.isEnabled("checkout"), PATIENCE).toBe(false);
    expect([flags.isEnabled("search"), flags.isEnabled("booking")]).toEqual([true, true]);
    expect(flags.status().setAside.map(({ key, serves }) => `${key} ${serves}`)).toEqual([
      "checkout off",
      "search last good",
    ]);
    expect(logger.lines.filter((line) => line.includes("a trigger is missing"))).toHaveLength(1);
  });
}

describe("a SQLite database", () => {
  everyDatabase({
    fresh: async () => fileUrl(freshFile()),
    type: (url, sql) => typeInSqlite(new URL(url).pathname, sql),
    typeUnguarded: async (url, sql) => {
      const file = new URL(url).pathname;
      const drops = "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'";
      await typeInSqlite(file, `PRAGMA ignore_check_constraints = on; ${await typeInSqlite(file, drops)} ${sql}`);
    },
  });

  test("is overridden by a kill in the override file of a running process, until the line is removed", async () => {
    const url = fileUrl(freshFile());
    await synced(url, "workshop_routing");
    const overrides = freshFile("overrides.env");
    const other = await startClient({
      FLAGS_ENV: "production",
      FLAGS_DATABASE_URL: url,
      FLAGS_OVERRIDE_FILE: overrides,
      FLAGS_SNAPSHOT_FILE: freshSnapshotFile(),
      FEATURE_WORKSHOP_ROUTING: "on",
    });
    expect((await other.ask("workshop_routing", {})).value).toBe(true);
    writeFileSync(overrides, "FEATURE_WORKSHOP_ROUTING=false\n");
    expect(await other.settles("workshop_routing", {}, false)).toMatchObject({
      value: false,
      metadata: { override: "FEATURE_WORKSHOP_ROUTING" },
    });
    writeFileSync(overrides, "");
    expect((await other.settles("workshop_routing", {}, true)).value).toBe(true);
  });

  test("whose file is removed does not change answers, and a replacement file is used", async () => {
    const file = freshFile();
    await synced(fileUrl(file), "checkout");
    const flags = await client(fileUrl(file));
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    await expect.poll(() => flags.status().connected, PATIENCE).toBe(false);
    expect(flags.isEnabled("checkout")).toBe(true);
    const other = freshFile();
    const store = await synced(fileUrl(other), "search");
    await store.close();
    renameSync(other, file);
    await expect.poll(() => flags.isEnabled("search"), PATIENCE).toBe(true);
    expect(flags.status()).toMatchObject({ connected: true, source: "database" });
    expect(flags.isEnabled("checkout")).toBe(false);
  });

  test("that is replaced by a file that is not a database changes no answer", async () => {
    const file = freshFile();
    await synced(fileUrl(file), "checkout");
    const flags = await client(fileUrl(file));
    const [bad, good] = [freshFile(), freshFile()];
    writeFileSync(bad, "this is no database, but it is long enough to be taken for one".repeat(200));
    const store = await synced(fileUrl(good), "checkout");
    await store.close();
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    renameSync(bad, file);
    await expect.poll(() => flags.status().lastError?.code, PATIENCE).toBe("STORE_CORRUPT");
    expect(flags.isEnabled("checkout")).toBe(true);
    renameSync(good, file);
    await expect.poll(() => flags.status().connected, PATIENCE).toBe(true);
  });
});

describePostgres("a PostgreSQL database", () => {
  everyDatabase({
    fresh: freshDatabase,
    type: onServer,
    typeUnguarded: async (url, sql) => {
      const drops = `SELECT format('ALTER TABLE feature_toggles DROP CONSTRAINT %I', conname) AS drop
        FROM pg_constraint WHERE conrelid = 'feature_toggles'::regclass AND contype = 'c'`;
      const { rows } = await onServer(url, drops);
      const statements = rows.map((row: { drop: string }) => row.drop);
      await onServer(url, [...statements, "ALTER TABLE feature_toggles DISABLE TRIGGER USER", sql].join("; "));
    },
  });

  test("that repeatedly cuts every connection changes no answer and loses no later change", async () => {
    const url = await freshDatabase();
    const store = await synced(url, "checkout");
    const name = new URL(url).pathname.slice(1);
    const logger = heard();
    const flags = await client(url, { logger });
    const rounds = process.env["FULL"] ? 100 : 5;
    for (let round = 0; round < rounds; round++) {
      await onServer(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
        [name],
      );
      expect(flags.isEnabled("checkout")).toBe(true);
      await onServer(url, "UPDATE feature_toggles SET description = $1 WHERE feature_key = 'checkout'", [
        `Round ${round}`,
      ]);
      const { revision } = await store.readHead().catch(() => store.readHead());
      await expect.poll(() => flags.status().revision, PATIENCE).toBe(revision);
    }
    expect(flags.isEnabled("checkout")).toBe(true);
  });

  test("on a server that does not exist delays the start by at most the initial timeout", async () => {
    const flags = await client("postgres://flags@localhost:1/flags", { initialTimeoutMs: 500 });
    expect(flags.status()).toMatchObject({ ready: false, lastError: { code: "STORE_UNREACHABLE" } });
  });
});
