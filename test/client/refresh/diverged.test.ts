import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseSavedSnapshot, savedSnapshotText } from "../../../src/client/snapshot/saved-snapshot.ts";
import { FlagError } from "../../../src/core/errors.ts";
import { aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { DOWN, fakeStore, settle } from "../fakes.ts";
import { type Opened, opened } from "../opened.ts";

const KEYS = ["checkout", "search", "booking"];
const rowsWith = (...disabled: string[]) => KEYS.map((key) => aRow(aFlag({ key, enabled: !disabled.includes(key) })));
const HEAD = { environment: "production", storeId: "store-1", epoch: 1, revision: 3, commit: "4be12f0" };
const COMMAND = "hoist sync --env production --new-epoch";
const POLL_MS = 12_000;
const on = ({ client }: Opened): string => KEYS.filter((key) => client.isEnabled(key)).join(" ");

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-diverged-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "production.snapshot.json");
}

function saved(rows = rowsWith("checkout"), head = HEAD): string {
  return savedSnapshotText({ head, rows, kept: [], savedAt: "2026-11-20T00:00:00.000Z" });
}

/** A client that served revision 3, in which checkout was killed, before the backup of revision 2 was restored. */
async function restored(options: Parameters<typeof opened>[1] = {}) {
  const store = fakeStore(rowsWith("checkout"), HEAD);
  const process = await opened(store, options);
  store.head = { ...HEAD, revision: 2 };
  store.rows = rowsWith();
  store.hint();
  await settle();
  expect(on(process)).toBe("search booking");
  return { store, process };
}

describe("after a primary went back, a kill that only the lost revisions had", () => {
  test.each([3, 4, 500])("outlasts a later change at revision %i, whose kills apply", async (revision) => {
    const { store, process } = await restored();
    const { client, clock, lines } = process;
    store.head = { ...HEAD, revision };
    store.rows = rowsWith("search");
    await clock.advance(POLL_MS);
    expect(on(process)).toBe("booking");
    await clock.advance(10 * POLL_MS);
    expect(on(process)).toBe("booking");
    const hint = expect.stringContaining(COMMAND);
    expect(client.status()).toMatchObject({
      revision: 3,
      stale: true,
      behind: { epoch: 1, revision, isPrimary: true, hint },
      lastError: { code: "STORE_BEHIND", hint },
    });
    expect(lines.filter((line) => line.includes(COMMAND))).toHaveLength(1);
  });

  test.each([
    ["a new epoch", { epoch: 2, revision: 4 }],
    ["another database that a sync wrote", { storeId: "store-2", revision: 1 }],
  ])("is lifted by %s", async (_, head) => {
    const { store, process } = await restored();
    store.head = { ...HEAD, ...head };
    await process.clock.advance(POLL_MS);
    expect(on(process)).toBe("checkout search booking");
    expect(process.client.status()).toMatchObject({ ...head, behind: null, stale: false });
  });

  test("is named again after an interruption of the database", async () => {
    const { store, process } = await restored();
    store.failure = DOWN;
    await process.clock.advance(POLL_MS);
    expect(process.client.status().lastError).toMatchObject({ code: "STORE_UNREACHABLE" });
    store.failure = undefined;
    await process.clock.advance(30_000);
    expect(process.client.status()).toMatchObject({ lastError: { code: "STORE_BEHIND" }, behind: { revision: 2 } });
    expect(process.lines.filter((line) => line.includes(COMMAND))).toHaveLength(2);
  });

  test("outlasts a restart, and other processes do not overwrite it in the saved snapshot", async () => {
    const snapshotFile = freshFile();
    const { store, process } = await restored({ snapshotFile });
    await process.client.close();
    store.head = { ...HEAD, revision: 4 };
    const other = await opened(store, { snapshotFile: false });
    expect(on(other)).toBe("checkout search booking");
    const next = await opened(store, { snapshotFile });
    expect(on(next)).toBe("search booking");
    expect(next.client.status()).toMatchObject({ source: "disk", revision: 3, behind: { revision: 4 } });
    expect(next.lines.join("\n")).toContain(COMMAND);
    store.head = { ...HEAD, epoch: 2, revision: 5 };
    await next.clock.advance(POLL_MS);
    expect(on(next)).toBe("checkout search booking");
    await next.client.close();
    const file = parseSavedSnapshot(readFileSync(snapshotFile), "production");
    expect(file).toMatchObject({ saved: { head: store.head } });
    expect(file).not.toHaveProperty("saved.isDiverged");
  });
});

describe("the heartbeat that tells a sync about the served version", () => {
  test("is repeated with each poll until it is written, and then only every minute", async () => {
    const store = fakeStore(rowsWith(), HEAD);
    const { clock } = await opened(store, { pollIntervalMs: 10_000 });
    const heartbeat = store.heartbeat;
    let attempts = 0;
    Object.assign(store, {
      heartbeat: async (...given: Parameters<typeof heartbeat>) => {
        attempts += 1;
        if (attempts <= 2) throw new FlagError("STORE_LOCKED", "the database is locked");
        await heartbeat(...given);
      },
    });
    store.heartbeats.length = 0;
    store.head = { ...HEAD, revision: 2 };
    store.hint();
    await settle();
    expect(attempts).toBe(1);
    await clock.advance(POLL_MS);
    await clock.advance(POLL_MS);
    expect(store.heartbeats).toMatchObject([{ epoch: 1, revision: 3 }]);
    await clock.advance(3 * POLL_MS);
    expect(store.heartbeats).toHaveLength(1);
  });
});

describe("different rows at the same revision", () => {
  test("disable flags at once; those that they would enable wait for a higher revision, and the log names both causes", async () => {
    const store = fakeStore(rowsWith("checkout"), HEAD);
    const process = await opened(store);
    store.rows = rowsWith("search");
    await process.clock.advance(6 * POLL_MS);
    expect(on(process)).toBe("booking");
    const warning = `warn rows changed while the revision stayed 3: a trigger is missing (run hoist db check) or a backup was restored (run ${COMMAND}); until a higher revision, these flags stay disabled: checkout`;
    expect(process.lines.at(-1)).toBe(warning);
    await process.clock.advance(20 * POLL_MS);
    expect(on(process)).toBe("booking");
    expect(process.lines.filter((line) => line === warning)).toHaveLength(1);
    store.head = { ...HEAD, revision: 4 };
    await process.clock.advance(POLL_MS);
    expect(on(process)).toBe("checkout booking");
  });

  test("that differ only in a lifted kill are reported, too", async () => {
    const store = fakeStore(rowsWith("checkout"), HEAD);
    const process = await opened(store);
    store.rows = rowsWith();
    await process.clock.advance(6 * POLL_MS);
    expect(on(process)).toBe("search booking");
    expect(process.lines.at(-1)).toContain("these flags stay disabled: checkout");
  });

  test("than those of the saved snapshot do not lift its kills after a restart, however far the revision rises", async () => {
    const snapshotFile = freshFile();
    writeFileSync(snapshotFile, saved());
    const store = fakeStore(rowsWith("search"), HEAD);
    const process = await opened(store, { snapshotFile });
    expect(on(process)).toBe("booking");
    expect(process.client.status()).toMatchObject({ behind: { revision: 3 }, lastError: { code: "STORE_BEHIND" } });
    expect(process.lines.join("\n")).toContain(COMMAND);
    store.head = { ...HEAD, revision: 9 };
    await process.clock.advance(POLL_MS);
    expect(on(process)).toBe("booking");
    store.head = { ...HEAD, epoch: 2, revision: 10 };
    await process.clock.advance(POLL_MS);
    expect(on(process)).toBe("checkout booking");
  });

  test("that only disable flags of the saved snapshot are served after a restart", async () => {
    const snapshotFile = freshFile();
    writeFileSync(snapshotFile, saved());
    const process = await opened(fakeStore(rowsWith("checkout", "search"), HEAD), { snapshotFile });
    expect(on(process)).toBe("booking");
    expect(process.client.status()).toMatchObject({ source: "database", behind: null });
  });
});

test("the log does not claim that a database with an older version has not answered", async () => {
  const snapshotFile = freshFile();
  writeFileSync(snapshotFile, saved());
  const { lines } = await opened(fakeStore(rowsWith(), { ...HEAD, revision: 2 }), { snapshotFile });
  expect(lines.at(-1)).toBe(
    `warn production, revision 3 (4be12f0), 3 flags from the saved snapshot of 2026-11-20T00:00:00.000Z (${snapshotFile}): the database answered, but its version is not served`,
  );
});
