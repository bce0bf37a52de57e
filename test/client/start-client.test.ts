import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FlagDefinitions } from "../../src/core/flag/definitions.ts";
import { createFlags, openFlags } from "../../src/client/create-flags.ts";
import { parseSavedSnapshot, savedSnapshotText } from "../../src/client/snapshot/saved-snapshot.ts";
import { aColourFlag, aFlag } from "../support/flags.ts";
import { aRow } from "../support/rows.ts";
import { DOWN, type FakeStore, fakeStore, heard, settle } from "./fakes.ts";
import { opened } from "./opened.ts";

const ON = [aRow(aFlag({ key: "checkout" }))];
const DEFINITIONS: FlagDefinitions = {
  checkout: {
    name: "Checkout",
    description: "",
    owner: null,
    kind: null,
    type: "boolean",
    variants: { on: true, off: false },
    offVariant: "off",
    fallback: "on",
    tags: [],
    client: false,
  },
};

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "flaghoist-client-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function down(): FakeStore {
  const store = fakeStore(ON, { revision: 57 });
  store.failure = DOWN;
  return store;
}

const SAVED = {
  head: { environment: "production", storeId: "store-1", epoch: 1, revision: 56, commit: null },
  rows: [aRow(aFlag({ key: "saved" }))],
  kept: [],
  savedAt: "2026-11-20T00:00:00.000Z",
};

describe("a start without a database", () => {
  test("answers from the last good snapshot, logs that, and uses the database when it is back", async () => {
    const snapshotFile = join(folder(), "production.snapshot.json");
    writeFileSync(snapshotFile, savedSnapshotText(SAVED));
    const store = down();
    const { client, clock, lines } = await opened(store, {
      snapshotFile,
      bundled: JSON.parse(savedSnapshotText(SAVED)),
    });
    expect(client.status()).toMatchObject({
      source: "disk",
      ready: true,
      stale: true,
      ageMs: null,
      revision: 56,
      savedAt: "2026-11-20T00:00:00.000Z",
      connected: false,
    });
    expect(client.evaluate("saved", false)).toMatchObject({ value: true, metadata: { stale: true, revision: 56 } });
    expect(lines).toEqual([
      "error database unreachable (the flag database did not answer); retrying in 0.3 s",
      `warn production, revision 56, 1 flag from the saved snapshot of 2026-11-20T00:00:00.000Z (${snapshotFile}): the database has not answered yet`,
    ]);
    store.failure = undefined;
    await clock.advance(1000);
    expect(client.status()).toMatchObject({ source: "database", stale: false, revision: 57, savedAt: null });
    expect(client.evaluate("checkout", false)).toMatchObject({ value: true, metadata: { revision: 57 } });
    expect(client.evaluate("checkout", false).metadata.stale).toBeUndefined();
  });

  test("answers from the bundled snapshot if none was saved, given as a path or as JSON", async () => {
    const path = join(folder(), "bundle.json");
    writeFileSync(path, savedSnapshotText(SAVED));
    for (const bundled of [path, JSON.parse(savedSnapshotText(SAVED))] as const) {
      const { client } = await opened(down(), { bundled });
      expect(client.status()).toMatchObject({ source: "bundled", ready: true, revision: 56 });
      expect(client.isEnabled("saved")).toBe(true);
    }
  });

  test("does not use a snapshot of another environment, and logs the reason", async () => {
    const bundled = JSON.parse(savedSnapshotText({ ...SAVED, head: { ...SAVED.head, environment: "staging" } }));
    const { client, lines } = await opened(down(), { bundled });
    expect(client.status()).toMatchObject({ source: "none", ready: false });
    expect(lines).toContain(
      "warn the bundled snapshot is not used: it is a snapshot of staging, but this process runs in production",
    );
  });

  test("serves the generated fallbacks if there is nothing else, and is not ready", async () => {
    const { client, lines } = await opened(down(), { definitions: DEFINITIONS });
    expect(client.status()).toMatchObject({ source: "definitions", ready: false, stale: false, revision: null });
    expect(client.evaluate("checkout", false)).toMatchObject({
      value: true,
      reason: "DEFAULT",
      metadata: { source: "definitions" },
    });
    expect(client.evaluateAll().map(({ flagKey }) => flagKey)).toEqual(["checkout"]);
    expect(lines.at(-1)).toBe("warn production, no flag data yet: using the generated fallbacks of 1 flag");
  });

  test("returns callers' defaults with PROVIDER_NOT_READY if there is nothing at all", async () => {
    const { client } = await opened(down());
    expect(client.status()).toMatchObject({ source: "none", ready: false });
    expect(client.evaluate("checkout", true)).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode: "PROVIDER_NOT_READY",
    });
    expect(client.isEnabled("checkout")).toBe(false);
  });

  test("applies overrides before there is data", async () => {
    const env = { FEATURE_CHECKOUT: "true", FLAGS_KILL: "saved" };
    const { client, lines } = await opened(down(), { env });
    expect(client.isEnabled("checkout")).toBe(true);
    expect(client.evaluate("saved", true)).toMatchObject({ value: false, metadata: { override: "FLAGS_KILL=saved" } });
    expect(lines).toContain("info override  set, but no flags are loaded yet   FEATURE_CHECKOUT, FLAGS_KILL");
    expect(lines.filter((line) => line.includes("matches no flag"))).toEqual([]);
  });

  test("waits no longer than the initial timeout for a database that hangs", async () => {
    const store = fakeStore(ON);
    store.gate = new Promise(() => {});
    const snapshotFile = join(folder(), "production.snapshot.json");
    writeFileSync(snapshotFile, savedSnapshotText(SAVED));
    const { client } = await opened(store, { snapshotFile });
    expect(client.status()).toMatchObject({ source: "disk", ready: true });
  });

  test("does not wait for the initial timeout if a snapshot is available", async () => {
    const bundled = JSON.parse(savedSnapshotText(SAVED));
    const { clock } = await opened(down(), { bundled });
    expect(clock.elapsed()).toBe(0);
  });
});

describe("the last good snapshot", () => {
  test("keeps the last good row of an unreadable flag over a restart", async () => {
    const snapshotFile = join(folder(), "new", "production.snapshot.json");
    const store = fakeStore([aRow(aColourFlag({ key: "colour" }))]);
    const first = await opened(store, { snapshotFile });
    store.rows = [aRow(aColourFlag({ key: "colour" }), {}, { serve: 5 })];
    store.head = { ...store.head, revision: 2 };
    await first.clock.advance(10_000);
    await first.client.close();
    for (const failure of [undefined, DOWN]) {
      store.failure = failure;
      const { client } = await opened(store, { snapshotFile });
      expect(client.value("colour", "")).toBe("#00f");
      expect(client.status()).toMatchObject({ revision: 2, setAside: [{ key: "colour", serves: "last good" }] });
      await client.close();
    }
  });

  test("is compared with the table after a restart: a truncated table is refused, but its kills apply", async () => {
    const rows = Array.from({ length: 20 }, (_, index) => aRow(aFlag({ key: `flag${index}` })));
    const bundled = JSON.parse(savedSnapshotText({ ...SAVED, head: { ...SAVED.head, commit: "4be12f0" }, rows }));
    const store = fakeStore([aRow(aFlag({ key: "flag1", enabled: false }))], { revision: 57 });
    const { client } = await opened(store, { bundled });
    expect(client.status()).toMatchObject({ source: "bundled", revision: 56, lastError: { code: "STORE_CORRUPT" } });
    expect([client.isEnabled("flag0"), client.isEnabled("flag1")]).toEqual([true, false]);
  });

  test("that cannot be written is logged as one warning", async () => {
    const place = folder();
    writeFileSync(join(place, "file"), "");
    const store = fakeStore(ON);
    const { client, clock, lines } = await opened(store, { snapshotFile: join(place, "file", "snapshot.json") });
    for (let revision = 2; revision < 5; revision++) {
      store.head = { ...store.head, revision };
      await clock.advance(10_000);
    }
    await client.close();
    expect(lines.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
    expect(client.status().snapshotFile).toMatchObject({ lastError: "EEXIST" });
  });

  test("is parsed only when it is needed: one damaged after its head delays nothing, is reported then, and is replaced", async () => {
    const snapshotFile = join(folder(), "s.json");
    const damaged = savedSnapshotText(SAVED).replace('"display_name":"', '"display_name":"X');
    writeFileSync(snapshotFile, damaged);
    const bundled = JSON.parse(savedSnapshotText({ ...SAVED, rows: [aRow(aFlag({ key: "shipped" }))] }));
    const dark = await opened(down(), { snapshotFile, bundled });
    expect(dark.client.status()).toMatchObject({ source: "bundled", flags: 1 });
    expect(dark.lines.join("\n")).toContain(`snapshot file ${snapshotFile} is not used: its checksum`);
    await dark.client.close();
    const up = await opened(fakeStore(ON, { ...SAVED.head, revision: 57 }), { snapshotFile });
    expect(up.lines.join("\n")).not.toContain("is not used");
    await up.client.close();
    const text = readFileSync(snapshotFile, "utf8");
    expect(text).not.toBe(damaged);
    expect(parseSavedSnapshot(Buffer.from(text), "production")).toMatchObject({ ok: true, saved: { rows: ON } });
  });

  test("with the same content is not written again", async () => {
    const snapshotFile = join(folder(), "s.json");
    writeFileSync(snapshotFile, savedSnapshotText(SAVED));
    const before = readFileSync(snapshotFile, "utf8");
    const { client } = await opened(fakeStore(SAVED.rows, SAVED.head), { snapshotFile });
    expect(client.status()).toMatchObject({ source: "database", revision: 56, savedAt: null });
    await client.close();
    expect(readFileSync(snapshotFile, "utf8")).toBe(before);
  });

  test("is not replaced by an older revision of the same epoch", async () => {
    const snapshotFile = join(folder(), "s.json");
    writeFileSync(snapshotFile, savedSnapshotText(SAVED));
    const { client } = await opened(fakeStore(ON, { revision: 55 }), { snapshotFile });
    expect(client.status()).toMatchObject({ source: "disk", revision: 56, behind: { revision: 55 } });
    await client.close();
    const kept = parseSavedSnapshot(readFileSync(snapshotFile), "production");
    expect(kept).toMatchObject({ saved: { head: SAVED.head, rows: SAVED.rows, isDiverged: true } });
  });
});

describe("options", () => {
  test.each([
    [
      { pollIntervalMs: Number.NaN },
      "option pollIntervalMs must be a number of milliseconds from 250 to 86400000, not NaN",
    ],
    [{ staleAfterMs: Number.POSITIVE_INFINITY }, "not Infinity"],
    [{ initialTimeoutMs: -1 }, "not -1"],
    [{ pollIntervalMs: "10" }, "option pollIntervalMs must have the type number, not string"],
    [{ environment: "" }, "option environment must not be an empty string"],
    [{ snapshotFile: true }, "option snapshotFile must have the type string or false, not boolean"],
    [{ logger: null }, "option logger must have the type object or false, not null"],
    [{ pollInterval: 10 }, 'option "pollInterval" does not exist; valid options: environment, database'],
  ])("%o is refused with a clear error", async (wrong, message) => {
    await expect(openFlags(wrong as never)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(message),
    });
  });

  test("errors of the logger and of listeners do not affect the client", async () => {
    const thrower = (): never => {
      throw new Error("no");
    };
    const store = down();
    const { client, clock } = await opened(store, {
      logger: { info: thrower, warn: thrower, error: thrower },
      definitions: DEFINITIONS,
    });
    client.on("ready", thrower);
    client.on("changed", thrower);
    client.on("ready", async () => thrower());
    store.failure = undefined;
    await clock.advance(1000);
    expect(client.status()).toMatchObject({ source: "database", connected: true });
  });

  test("a removed listener is not called, and a client without a logger logs nothing", async () => {
    const store = down();
    const { client, clock } = await opened(store, { logger: false });
    const heardOf: string[] = [];
    const stop = client.on("ready", () => heardOf.push("ready"));
    stop();
    store.failure = undefined;
    await clock.advance(1000);
    expect([client.status().ready, heardOf]).toEqual([true, []]);
  });

  test("outside development a client that finds no database reports an error instead of using an empty store", async () => {
    const logger = heard();
    const { client } = await openFlags(
      { environment: "production", env: {}, logger, initialTimeoutMs: 250 },
      { folder: folder() },
    );
    onTestFinished(() => client.close());
    expect(client.status()).toMatchObject({ ready: false, source: "none", lastError: { code: "STORE_MISSING" } });
    expect(logger.lines[0]).toMatch(
      /^error flag database not found \(neither FLAGS_DATABASE_URL_PRODUCTION nor FLAGS_DATABASE_URL is set, and .*production\.db does not exist\); retrying in [\d.]+ s; set /,
    );
  });

  test("an invalid address or environment is reported as an error, never as a rejection", async () => {
    for (const options of [{ environment: "../x" }, { database: "mysql://x" }]) {
      const client = await createFlags({ env: {}, logger: false, initialTimeoutMs: 250, ...options });
      onTestFinished(() => client.close());
      expect(client.status()).toMatchObject({ ready: false, lastError: { code: "USAGE" } });
    }
  });
});

test("events: ready once, even for a late listener; changed with the changed flags and those that require them", async () => {
  const store = down();
  const { client, clock } = await opened(store);
  const events: string[] = [];
  const stop = client.on("ready", ({ revision }) => events.push(`ready ${revision}`));
  client.on("changed", ({ keys, revision }) => events.push(`changed ${keys.join()} at ${revision}`));
  client.on("stale", () => events.push("stale"));
  client.on("fresh", () => events.push("fresh"));
  client.on("error", ({ code }) => events.push(`error ${code}`));
  store.failure = undefined;
  store.rows = [
    aRow(aFlag({ key: "first" })),
    aRow(aFlag({ key: "second", requires: [{ flag: "first", variants: ["on"] }] })),
    aRow(aFlag({ key: "third" })),
  ];
  await clock.advance(1000);
  expect(events.splice(0)).toEqual(["ready 57", "changed first,second,third at 57"]);
  client.on("ready", () => events.push("late"));
  await settle();
  stop();
  store.rows = [aRow(aFlag({ key: "first", enabled: false })), ...store.rows.slice(1)];
  store.head = { ...store.head, revision: 58 };
  store.hint();
  await settle();
  expect(events.splice(0)).toEqual(["late", "changed first,second at 58"]);
  store.failure = DOWN;
  await clock.advance(90_000);
  expect(events.splice(0)).toEqual(["error STORE_UNREACHABLE", "stale"]);
  store.failure = undefined;
  await clock.advance(30_000);
  expect(events.splice(0)).toEqual(["fresh"]);
});

test("a pinned reader stays at its revision", async () => {
  const store = fakeStore(ON);
  const { client } = await opened(store);
  const pin = client.pin();
  store.rows = [aRow(aFlag({ key: "checkout", enabled: false }))];
  store.head = { ...store.head, revision: 2 };
  store.hint();
  await settle();
  expect([pin.revision, pin.isEnabled("checkout"), pin.value("checkout", false)]).toEqual([1, true, true]);
  expect(pin.evaluateAll().map(({ value }) => value)).toEqual([true]);
  expect(client.isEnabled("checkout")).toBe(false);
});

test("revision and overrides are reported to the database at once when they change, else every minute; failures show in the status", async () => {
  const store = fakeStore(ON);
  const { client, clock } = await opened(store, { env: { FEATURE_CHECKOUT: "off" } });
  expect(store.heartbeats).toMatchObject([
    {
      revision: 1,
      epoch: 1,
      overrides: { checkout: { variant: "off", via: "FEATURE_CHECKOUT", origin: "environment" } },
    },
  ]);
  store.head = { ...store.head, revision: 2 };
  store.hint();
  await settle();
  expect(store.heartbeats.map(({ revision }) => revision)).toEqual([1, 2]);
  await clock.advance(59_000);
  expect(store.heartbeats).toHaveLength(2);
  await clock.advance(2000);
  expect(store.heartbeats).toHaveLength(3);
  expect(new Set(store.heartbeats.map(({ id }) => id)).size).toBe(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const send = store.heartbeat;
  store.heartbeat = async (instance) => {
    await promise;
    await send(instance);
  };
  await clock.advance(60_000);
  store.head = { ...store.head, revision: 3 };
  store.hint();
  await settle();
  resolve();
  await settle();
  expect(store.heartbeats.map(({ revision }) => revision)).toEqual([1, 2, 2, 2, 3]);
  store.heartbeat = () => Promise.reject(new Error("read-only"));
  await clock.advance(60_000);
  expect(client.status()).toMatchObject({ connected: true, heartbeat: { lastError: "read-only" } });
});
