import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseSavedSnapshot, savedSnapshotText } from "../../../src/client/snapshot/saved-snapshot.ts";
import { aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { DOWN, fakeStore, settle } from "../fakes.ts";
import { opened } from "../opened.ts";

const KEYS = ["checkout", "search", "booking"];
const rowsWith = (...disabled: string[]) => KEYS.map((key) => aRow(aFlag({ key, enabled: !disabled.includes(key) })));
const HEAD = { environment: "production", storeId: "store-1", epoch: 1, revision: 200, commit: "4be12f0" };

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-restored-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "production.snapshot.json");
}

function savedIn(file: string) {
  const parsed = parseSavedSnapshot(readFileSync(file), "production");
  return parsed.ok ? parsed.saved : undefined;
}

describe("a backup restored to the primary", () => {
  test("applies its kills at once and nothing else; log and status name the command that ends this state", async () => {
    const store = fakeStore(rowsWith("booking"), HEAD);
    const { client, lines } = await opened(store);
    const answers = () => KEYS.map((key) => client.isEnabled(key));
    expect(answers()).toEqual([true, true, false]);
    store.head = { ...HEAD, revision: 51 };
    store.rows = rowsWith("search");
    store.hint();
    await settle();
    // booking is on in the older table: that is not applied.
    expect(answers()).toEqual([true, false, false]);
    const hint =
      "if an older backup was restored on purpose, make all processes serve it with: hoist sync --env production --new-epoch";
    expect(client.status()).toMatchObject({
      epoch: 1,
      revision: 200,
      stale: true,
      connected: false,
      behind: { epoch: 1, revision: 51, isPrimary: true, hint },
      lastError: { code: "STORE_BEHIND", hint },
    });
    expect(lines.slice(1)).toEqual([
      `error database went back to an older version (the database is at revision 51, but this process already had revision 200); still serving revision 200 from memory, 0 s old; ${hint}`,
    ]);
    // A kill typed into the restored table moves its revision, and arrives too.
    store.head = { ...HEAD, revision: 52 };
    store.rows = rowsWith("search", "checkout");
    store.hint();
    await settle();
    expect(answers()).toEqual([false, false, false]);
    expect(lines).toHaveLength(2);
  });

  test("is served by every process after the next epoch, in both directions", async () => {
    const store = fakeStore(rowsWith(), HEAD);
    const { client, clock, lines } = await opened(store);
    store.head = { ...HEAD, revision: 51 };
    store.rows = rowsWith("search");
    await clock.advance(10_000);
    expect(client.status().behind).toMatchObject({ revision: 51 });
    store.head = { ...HEAD, epoch: 2, revision: 52 };
    store.rows = rowsWith("booking");
    await clock.advance(12_000);
    expect(KEYS.map((key) => client.isEnabled(key))).toEqual([true, true, false]);
    expect(client.status()).toMatchObject({ epoch: 2, revision: 52, stale: false, connected: true, behind: null });
    expect(lines.slice(-2)).toEqual([
      "warn database was restored or recreated: now serving epoch 2 revision 52 instead of epoch 1 revision 200",
      "info database available: a fake store",
    ]);
  });

  test("of an older epoch counts as older, whatever its revision", async () => {
    const store = fakeStore(rowsWith(), { ...HEAD, epoch: 2, revision: 10 });
    const { client, lines } = await opened(store);
    store.head = { ...HEAD, epoch: 1, revision: 300 };
    store.rows = rowsWith("checkout");
    store.hint();
    await settle();
    expect(client.status()).toMatchObject({ epoch: 2, revision: 10, behind: { epoch: 1, revision: 300 } });
    expect(client.isEnabled("checkout")).toBe(false);
    expect(lines.at(-1)).toContain("is at epoch 1 revision 300, but this process already had epoch 2 revision 10");
  });

  test("gets the version that this process serves into its table of instances, so that a sync can find it", async () => {
    const store = fakeStore(rowsWith(), HEAD);
    await opened(store);
    await settle();
    store.heartbeats.length = 0;
    store.head = { ...HEAD, revision: 51 };
    store.hint();
    await settle();
    expect(store.heartbeats).toMatchObject([{ epoch: 1, revision: 200 }]);
  });

  test("leaves its kills in the saved snapshot, for a start without the database", async () => {
    const snapshotFile = freshFile();
    const store = fakeStore(rowsWith(), HEAD);
    const first = await opened(store, { snapshotFile });
    store.head = { ...HEAD, revision: 51 };
    store.rows = rowsWith("search");
    store.hint();
    await settle();
    await first.client.close();
    store.failure = DOWN;
    const { client } = await opened(store, { snapshotFile });
    expect(client.status()).toMatchObject({ source: "disk", revision: 200 });
    expect(KEYS.map((key) => client.isEnabled(key))).toEqual([true, false, true]);
  });

  test("is compared with the saved snapshot after a restart, until a new epoch overwrites the file", async () => {
    const snapshotFile = freshFile();
    writeFileSync(
      snapshotFile,
      savedSnapshotText({ head: HEAD, rows: rowsWith(), kept: [], savedAt: "2026-11-20T00:00:00.000Z" }),
    );
    const store = fakeStore(rowsWith("search"), { ...HEAD, revision: 51 });
    const { client, clock } = await opened(store, { snapshotFile });
    expect(client.status()).toMatchObject({ source: "disk", revision: 200, behind: { revision: 51 } });
    expect(KEYS.map((key) => client.isEnabled(key))).toEqual([true, false, true]);
    store.head = { ...HEAD, epoch: 2, revision: 52 };
    await clock.advance(12_000);
    expect(client.status()).toMatchObject({ source: "database", epoch: 2, revision: 52 });
    await client.close();
    expect(savedIn(snapshotFile)).toMatchObject({ head: { epoch: 2, revision: 52 } });
  });

  test("whose saved snapshot is damaged is served as it is", async () => {
    const snapshotFile = freshFile();
    const text = savedSnapshotText({ head: HEAD, rows: rowsWith(), kept: [], savedAt: "2026-11-20T00:00:00.000Z" });
    writeFileSync(snapshotFile, text.replace('"display_name":"', '"display_name":"X'));
    const store = fakeStore(rowsWith("search"), { ...HEAD, revision: 51 });
    const { client, lines } = await opened(store, { snapshotFile });
    expect(client.status()).toMatchObject({ source: "database", revision: 51, behind: null });
    expect(lines.join("\n")).toContain("its checksum does not match");
  });
});

describe("the saved snapshot", () => {
  test("of a newer epoch is not replaced by a process that still serves an older one", async () => {
    const snapshotFile = freshFile();
    const store = fakeStore(rowsWith(), HEAD);
    const slow = await opened(store, { snapshotFile });
    const newer = savedSnapshotText({
      head: { ...HEAD, epoch: 2, revision: 52 },
      rows: rowsWith("search"),
      kept: [],
      savedAt: "2026-11-20T00:00:00.000Z",
    });
    writeFileSync(snapshotFile, newer);
    await slow.client.close();
    expect(readFileSync(snapshotFile, "utf8")).toBe(newer);
  });
});
