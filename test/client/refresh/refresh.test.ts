import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aFlag } from "../../support/flags.ts";
import { aRow } from "../../support/rows.ts";
import { DOWN, fakeStore, manualClock, settle } from "../fakes.ts";
import { opened } from "../opened.ts";

const ON = [aRow(aFlag({ key: "checkout" }))];
const OFF = [aRow(aFlag({ key: "checkout", enabled: false }))];

describe("the refresh of a client", () => {
  test("a new revision is served after the next poll, not before", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    store.rows = OFF;
    store.head = { ...store.head, revision: 2 };
    await clock.advance(9999);
    expect(client.isEnabled("checkout")).toBe(true);
    await clock.advance(1);
    expect(client.isEnabled("checkout")).toBe(false);
    expect(client.status()).toMatchObject({ revision: 2, source: "database", stale: false, connected: true });
  });

  test("a notification makes the next revision visible without waiting for the poll", async () => {
    const store = fakeStore(ON);
    const { client } = await opened(store);
    expect(client.status().transport).toBe("poll");
    store.rows = OFF;
    store.head = { ...store.head, revision: 2 };
    store.hint();
    await settle();
    expect(client.isEnabled("checkout")).toBe(false);
    expect(client.status().transport).toBe("push and poll");
  });

  test("an unchanged head costs one row, and every sixth poll reads the table", async () => {
    const store = fakeStore(ON);
    const { clock } = await opened(store);
    const before = { ...store.counts };
    await clock.advance(5 * 10_000);
    expect(store.counts).toEqual({ ...before, heads: before.heads + 5 });
    await clock.advance(10_000);
    expect(store.counts.reads).toBe(before.reads + 1);
  });

  test("rows that changed without a new revision are found by the sixth poll, and logged", async () => {
    const store = fakeStore(ON);
    const { client, clock, lines } = await opened(store);
    store.rows = OFF;
    await clock.advance(50_000);
    expect(client.isEnabled("checkout")).toBe(true);
    await clock.advance(10_000);
    expect(client.isEnabled("checkout")).toBe(false);
    expect(lines.at(-1)).toBe(
      "warn rows changed while the revision stayed 1: a trigger is missing (run hoist db check) or a backup was restored (run hoist sync --env production --new-epoch)",
    );
  });

  test("notifications during a refresh cause exactly one more", async () => {
    const store = fakeStore(ON);
    await opened(store);
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const before = store.counts.heads;
    for (let hint = 0; hint < 100; hint++) store.hint();
    await settle();
    expect(store.counts.heads).toBe(before + 1);
    for (let hint = 0; hint < 100; hint++) store.hint();
    await settle();
    expect(store.counts.heads).toBe(before + 1);
    resolve();
    await settle();
    expect(store.counts.heads).toBe(before + 2);
  });

  test("a change right after another one is visible at once; many changes are read at most twice a second", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    const change = async (rows: typeof ON) => {
      store.rows = rows;
      store.head = { ...store.head, revision: store.head.revision + 1 };
      store.hint();
      await settle();
    };
    await change(ON);
    await change(OFF);
    expect(client.isEnabled("checkout")).toBe(false);
    const before = store.counts.reads;
    for (let step = 0; step < 1000; step++) {
      await change(step % 2 === 0 ? ON : OFF);
      await clock.advance(10);
    }
    expect(store.counts.reads - before).toBeLessThanOrEqual(21);
    expect(store.counts.reads - before).toBeGreaterThanOrEqual(19);
    await clock.advance(500);
    expect(client.status().revision).toBe(store.head.revision);
    expect(client.isEnabled("checkout")).toBe(false);
  });

  test("a slow read makes the pauses longer, up to 2 s", async () => {
    const store = fakeStore(ON);
    const { clock } = await opened(store);
    store.read = async () => {
      store.counts.reads += 1;
      await new Promise<void>((resolve) => void clock.after(300, resolve));
      return { head: store.head, rows: store.rows, isSynced: true, isPrimary: true };
    };
    const before = store.counts.reads;
    for (let step = 0; step < 300; step++) {
      store.head = { ...store.head, revision: store.head.revision + 1 };
      store.hint();
      await clock.advance(100);
    }
    // 1.5 s between two reads of 0.3 s, after a burst.
    expect(store.counts.reads - before).toBeLessThanOrEqual(23);
    expect(store.counts.reads - before).toBeGreaterThanOrEqual(18);
  });

  test("an attempt that hangs is abandoned after 8 s, its connection closed, and its late answer ignored", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    store.rows = OFF;
    store.head = { ...store.head, revision: 2 };
    store.hint();
    await clock.advance(7999);
    expect(client.status().connected).toBe(true);
    await clock.advance(1);
    expect(client.status()).toMatchObject({ connected: false, lastError: { code: "STORE_UNREACHABLE" }, revision: 1 });
    expect(store.counts.closed).toBe(1);
    resolve();
    await settle();
    expect(client.status().revision).toBe(1);
    store.gate = undefined;
    await clock.advance(1000);
    expect(client.status()).toMatchObject({ connected: true, revision: 2 });
  });

  test("while the database is down there are at most 2.5 attempts per 30 s, answers stay, and the client recovers by itself", async () => {
    let seed = 7;
    const clock = manualClock(() => (seed = (seed * 16807) % 2147483647) / 2147483647);
    const store = fakeStore(ON);
    const { client, lines } = await opened(store, {}, clock);
    store.failure = DOWN;
    await clock.advance(60_000);
    const before = store.counts.opened;
    await clock.advance(1_800_000);
    expect((store.counts.opened - before) / 60).toBeLessThanOrEqual(2.5);
    expect(client.isEnabled("checkout")).toBe(true);
    expect(lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
    store.failure = undefined;
    store.rows = OFF;
    store.head = { ...store.head, revision: 9 };
    await clock.advance(35_000);
    expect(client.status()).toMatchObject({ revision: 9, stale: false, connected: true });
    expect(lines.at(-1)).toBe("info database available: a fake store");
  });

  test("a notification from a failed connection is ignored", async () => {
    const store = fakeStore(ON);
    await opened(store);
    store.failure = DOWN;
    store.hint();
    await settle();
    const before = { ...store.counts };
    for (let hint = 0; hint < 10; hint++) store.hint();
    await settle();
    expect(store.counts).toEqual(before);
  });

  test("the database of another environment is refused, and what was served stays", async () => {
    const store = fakeStore(ON);
    const { client, lines } = await opened(store);
    store.rows = OFF;
    store.head = { ...store.head, environment: "staging", revision: 2 };
    store.hint();
    await settle();
    expect(client.isEnabled("checkout")).toBe(true);
    expect(client.status()).toMatchObject({ connected: false, lastError: { code: "WRONG_DATABASE" }, revision: 1 });
    expect(lines.at(-1)).toBe(
      "error wrong database (the database serves staging, but this process runs in production); still serving revision 1 from memory, 0 s old; retrying in 0.3 s; correct FLAGS_ENV or the database address",
    );
  });

  test("a commit that changed no flag is known after the next poll", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    store.head = { ...store.head, commit: "91c0d3a" };
    await clock.advance(10_000);
    expect(client.status()).toMatchObject({ commit: "91c0d3a", revision: 1 });
  });

  test("closing takes at most 1.5 s, although neither the database nor a heartbeat answers", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    store.close = () => new Promise(() => {});
    store.gate = new Promise(() => {});
    store.hint();
    await settle();
    let isClosed = false;
    const closing = client.close().then(() => (isClosed = true));
    await clock.advance(1499);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(client.isEnabled("checkout")).toBe(true);
  });

  test("closing during a pause ends it", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    for (let change = 0; change < 5; change++) {
      store.head = { ...store.head, revision: store.head.revision + 1 };
      store.hint();
      await settle();
    }
    await client.close();
    expect(clock.pending()).toBe(0);
  });

  test("a closed client makes no attempt and has no timer", async () => {
    const store = fakeStore(ON);
    const { client, clock } = await opened(store);
    await client.close();
    await client.close();
    expect(clock.pending()).toBe(0);
    const before = { ...store.counts };
    store.hint();
    await clock.advance(3_600_000);
    expect(store.counts).toEqual(before);
    expect(client.isEnabled("checkout")).toBe(true);
  });
});

describe("staleness", () => {
  test("counts from the last successful check, not from the last change", async () => {
    const store = fakeStore(ON);
    const { client, clock, lines } = await opened(store);
    const events: string[] = [];
    client.on("stale", ({ ageMs }) => events.push(`stale ${ageMs}`));
    client.on("fresh", ({ revision }) => events.push(`fresh ${revision}`));
    await clock.advance(600_000);
    expect([client.status().stale, client.status().ageMs, events]).toEqual([false, 0, []]);
    store.failure = DOWN;
    await clock.advance(59_999);
    expect([client.status().stale, client.status().ageMs]).toEqual([false, 59_999]);
    expect(client.evaluate("checkout", false).metadata).toEqual({ revision: 1 });
    await clock.advance(1);
    expect(client.evaluate("checkout", false)).toMatchObject({ value: true, metadata: { revision: 1, stale: true } });
    expect(events).toEqual(["stale 60000"]);
    expect(lines.at(-1)).toBe("warn flags are stale: still serving revision 1 from memory, 60 s old");
    store.failure = undefined;
    await clock.advance(30_000);
    expect(events).toEqual(["stale 60000", "fresh 1"]);
  });
});

describe("versions", () => {
  test("5, 3, 6, 4 from a lagging replica are served as 5, 5, 6, 6", async () => {
    const store = fakeStore(ON, { revision: 5 });
    store.isPrimary = false;
    const { client, clock, lines } = await opened(store);
    const served = [client.status().revision];
    for (const revision of [3, 6, 4]) {
      store.head = { ...store.head, revision };
      store.hint();
      await clock.advance(500);
      served.push(client.status().revision);
    }
    expect(served).toEqual([5, 5, 6, 6]);
    expect(lines.filter((line) => line.includes("the database is at revision"))).toEqual([
      "warn the database is at revision 3, but this process already had revision 5; it is a lagging replica, so its content is ignored until it catches up",
      "warn the database is at revision 4, but this process already had revision 6; it is a lagging replica, so its content is ignored until it catches up",
    ]);
  });

  test("never decrease, whatever a primary or a replica returns", async () => {
    const heads = fc.array(
      fc.record({
        epoch: fc.integer({ min: 1, max: 3 }),
        revision: fc.integer({ min: 0, max: 20 }),
        isPrimary: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(heads, async (sequence) => {
        const store = fakeStore(ON, { revision: 1 });
        const { client, clock } = await opened(store);
        let highest = [1, 1];
        let isDiverged = false;
        for (const { isPrimary, ...head } of sequence) {
          store.head = { ...store.head, ...head };
          store.isPrimary = isPrimary;
          store.hint();
          await clock.advance(500);
          const [epoch, revision] = [head.epoch, head.revision];
          const [highestEpoch = 0, highestRevision = 0] = highest;
          if (epoch > highestEpoch) isDiverged = false;
          const isNewer = epoch === highestEpoch ? revision > highestRevision : epoch > highestEpoch;
          const isOlder = epoch === highestEpoch ? revision < highestRevision : epoch < highestEpoch;
          // After a primary went back, only a new epoch is newer.
          if (isOlder && isPrimary) isDiverged = true;
          if (isNewer && !isDiverged) highest = [epoch, revision];
          const status = client.status();
          expect([status.epoch, status.revision]).toEqual(highest);
          expect(status.behind === null).toBe(!isDiverged && epoch === highest[0] && revision === highest[1]);
        }
        await client.close();
      }),
      { numRuns: process.env["FULL"] ? 3000 : 60 },
    );
  });

  test("a lagging replica confirms nothing: what is served becomes stale, and the flags that it disables stay on", async () => {
    const store = fakeStore(ON, { revision: 5 });
    const { client, clock, lines } = await opened(store);
    store.head = { ...store.head, revision: 4 };
    store.rows = OFF;
    store.isPrimary = false;
    await clock.advance(60_001);
    expect(client.isEnabled("checkout")).toBe(true);
    expect(client.status()).toMatchObject({
      revision: 5,
      stale: true,
      connected: true,
      behind: { epoch: 1, revision: 4, isPrimary: false, hint: null },
    });
    expect(lines.filter((line) => line.includes("lagging replica"))).toHaveLength(1);
  });

  test("a head from one replica with rows from a lagging one changes nothing", async () => {
    const store = fakeStore(ON, { revision: 5 });
    const { client } = await opened(store);
    store.head = { ...store.head, revision: 6 };
    store.read = async () => ({ head: { ...store.head, revision: 4 }, rows: OFF, isSynced: true, isPrimary: false });
    store.hint();
    await settle();
    expect(client.status().revision).toBe(5);
    expect(client.isEnabled("checkout")).toBe(true);
  });

  test("another epoch is served and logged", async () => {
    const store = fakeStore(ON, { revision: 57 });
    const { client, lines } = await opened(store);
    store.rows = OFF;
    store.head = { ...store.head, epoch: 2, revision: 3 };
    store.hint();
    await settle();
    expect(client.status()).toMatchObject({ epoch: 2, revision: 3 });
    expect(client.isEnabled("checkout")).toBe(false);
    expect(lines.at(-1)).toBe(
      "warn database was restored or recreated: now serving epoch 2 revision 3 instead of epoch 1 revision 57",
    );
  });
});
