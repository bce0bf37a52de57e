import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { type FakeStore, fakeStore, settle } from "../fakes.ts";
import { opened } from "../opened.ts";

const ROWS = ["checkout", "search", "booking"].map((key) => aRow(aFlag({ key })));

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-empty-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "production.snapshot.json");
}

const EMPTYINGS: readonly (readonly [string, (store: FakeStore) => void, string])[] = [
  [
    "whose rows were all deleted",
    (store) => {
      store.head = { ...store.head, revision: 4 };
    },
    "all rows are gone, and a sync never deletes a row",
  ],
  [
    "of a fresh database after a failover",
    (store) => {
      store.head = { ...store.head, storeId: "store-2", revision: 0, commit: null };
    },
    "no sync has written to this database yet",
  ],
  [
    "of another database whose rows were all deleted",
    (store) => {
      store.head = { ...store.head, storeId: "store-2", revision: 9 };
    },
    "all rows are gone, and a sync never deletes a row",
  ],
  [
    "of a newer epoch without rows",
    (store) => {
      store.head = { ...store.head, epoch: 2, revision: 9 };
    },
    "all rows are gone, and a sync never deletes a row",
  ],
];

describe.each(EMPTYINGS)("an empty table, %s", (_, change, why) => {
  test("is refused: the last good snapshot stays in use, stale at once, and an error says why", async () => {
    const store = fakeStore(ROWS, { revision: 3 });
    const { client, lines } = await opened(store);
    store.rows = [];
    store.isSynced = false;
    change(store);
    store.hint();
    await settle();
    expect(client.status()).toMatchObject({
      source: "database",
      flags: 3,
      revision: 3,
      stale: true,
      connected: false,
      lastError: {
        code: "STORE_EMPTY",
        message: why,
        hint: "write the flags from git with: hoist sync --env production",
      },
    });
    expect(client.evaluate("checkout", false)).toMatchObject({ value: true, metadata: { stale: true, revision: 3 } });
    expect(lines.at(-1)).toBe(
      `error flag table empty (${why}); still serving revision 3 from memory, 0 s old; write the flags from git with: hoist sync --env production`,
    );
  });

  test("is refused after a restart too: the saved snapshot is served until a sync has written rows", async () => {
    const snapshotFile = freshFile();
    const store = fakeStore(ROWS, { revision: 3 });
    const first = await opened(store, { snapshotFile });
    await first.client.close();
    store.rows = [];
    store.isSynced = false;
    change(store);
    const { client, clock, lines } = await opened(store, { snapshotFile });
    expect(client.status()).toMatchObject({ source: "disk", flags: 3, revision: 3, stale: true });
    expect(client.isEnabled("search")).toBe(true);
    expect(lines[0]).toContain("error flag table empty");
    store.rows = ROWS.slice(1);
    store.isSynced = true;
    store.head = { ...store.head, revision: store.head.revision + 10 };
    await clock.advance(12_000);
    expect(client.status()).toMatchObject({ source: "database", flags: 2, stale: false, connected: true });
  });
});

test("rows that no sync wrote are refused, but those that say off switch flags off", async () => {
  const store = fakeStore(ROWS, { revision: 3 });
  const { client, lines } = await opened(store);
  store.rows = [aRow(aFlag({ key: "search", enabled: false })), aRow(aFlag({ key: "new_flag" }))];
  store.isSynced = false;
  store.head = { ...store.head, storeId: "store-2", revision: 2, commit: null };
  store.hint();
  await settle();
  expect(["checkout", "search", "booking", "new_flag"].map((key) => client.isEnabled(key))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(lines.at(-1)).toContain("no sync has written any of its 2 rows");
});

test("another database whose rows a sync wrote is served", async () => {
  const store = fakeStore(ROWS, { revision: 30 });
  const { client } = await opened(store);
  store.rows = ROWS.slice(1);
  store.head = { ...store.head, storeId: "store-2", revision: 2 };
  store.hint();
  await settle();
  expect(client.status()).toMatchObject({ storeId: "store-2", revision: 2, flags: 2, stale: false });
});

test("a client without any data answers from the defaults while the table is empty, and is not ready", async () => {
  const store = fakeStore([], { revision: 0, commit: null });
  store.isSynced = false;
  const { client, lines } = await opened(store, { environment: "production" });
  expect(client.status()).toMatchObject({ ready: false, source: "none", flags: 0, lastError: { code: "STORE_EMPTY" } });
  expect(client.evaluate("checkout", true)).toMatchObject({ value: true, errorCode: "PROVIDER_NOT_READY" });
  expect(lines[0]).toMatch(/^error flag table empty \(no sync has written to this database yet\)/);
});
