import { describe, expect, test } from "vitest";
import { aColourFlag, aFlag, isOneOf, aRule, percentage } from "../support/flags.ts";
import { aRow } from "../support/rows.ts";
import { fakeStore, settle } from "./fakes.ts";
import { opened } from "./opened.ts";

const RULES = [aRule({ when: isOneOf("userRole", "admin") })];
const CHECKOUT = aFlag({ key: "checkout", rules: RULES, rollout: percentage(100) });
const COLOUR = aColourFlag({ key: "colour" });

/** What no evaluator could read, by column. */
const BROKEN: Readonly<Record<string, unknown>> = {
  display_name: 7,
  rollout_strategy: "everyone",
  rollout_percentage: 101,
  target_config: [],
  rollout_by: null,
  rules: [{ if: { userRole: { matches: "a+" } }, serve: "on" }],
  serve: "purple",
  requires: "other",
  flag_type: "bool",
  variants: { on: 1 },
  off_variant: "purple",
  fallback: null,
  salt: "a:b",
  client: "yes",
  protected: 1,
  metadata: null,
  created_at: undefined,
  id: 5,
};

describe("a row that cannot be read", () => {
  test.each(Object.entries(BROKEN))(
    "with an invalid %s is set aside alone: it keeps its last good version, other flags are updated, and it is logged once",
    async (column, bad) => {
      const store = fakeStore([aRow(CHECKOUT), aRow(COLOUR)]);
      const { client, clock, lines } = await opened(store);
      store.rows = [aRow(CHECKOUT, {}, { [column]: bad }), aRow(aColourFlag({ key: "colour", enabled: false }))];
      store.head = { ...store.head, revision: 2 };
      await clock.advance(30_000);
      expect(client.isEnabled("checkout", { userId: "user-42" })).toBe(true);
      expect(client.value("colour", "")).toBe("grey");
      expect(client.status()).toMatchObject({ revision: 2, setAside: [{ key: "checkout", serves: "last good" }] });
      expect(lines.filter((line) => line.startsWith("error the row of checkout cannot be read"))).toHaveLength(1);
    },
  );

  test.each(Object.entries(BROKEN))("with an invalid %s that says disabled is off", async (column, bad) => {
    const store = fakeStore([aRow(CHECKOUT), aRow(COLOUR)]);
    const { client, clock } = await opened(store);
    store.rows = [
      aRow(aFlag({ ...CHECKOUT, enabled: false }), {}, { [column]: bad }),
      aRow({ ...COLOUR, enabled: false }, {}, { serve: 5 }),
    ];
    store.head = { ...store.head, revision: 2 };
    await clock.advance(10_000);
    expect(client.evaluate("checkout", true, { userId: "user-42" })).toMatchObject({
      value: false,
      reason: "DISABLED",
    });
    expect(client.value("colour", "")).toBe("grey");
    expect(client.status().setAside.map(({ serves }) => serves)).toEqual(["off", "off"]);
  });

  test("stays off if it is enabled again while it is unreadable", async () => {
    const store = fakeStore([aRow(CHECKOUT)]);
    const { client, clock } = await opened(store);
    const states = [false, true];
    for (const [index, enabled] of states.entries()) {
      store.rows = [aRow(CHECKOUT, { enabled }, { serve: 5 })];
      store.head = { ...store.head, revision: 2 + index };
      await clock.advance(10_000);
      expect(client.isEnabled("checkout", { userId: "user-42" })).toBe(false);
    }
    store.rows = [aRow(CHECKOUT)];
    store.head = { ...store.head, revision: 9 };
    await clock.advance(10_000);
    expect(client.isEnabled("checkout", { userId: "user-42" })).toBe(true);
    expect(client.status().setAside).toEqual([]);
  });

  test("and was never readable returns the caller's default with PARSE_ERROR", async () => {
    const { client } = await opened(fakeStore([aRow(COLOUR, {}, { serve: 5 })]));
    expect(client.evaluate("colour", "red")).toMatchObject({ value: "red", reason: "ERROR", errorCode: "PARSE_ERROR" });
    expect(client.evaluate("nothing", "red")).toMatchObject({ value: "red", errorCode: "FLAG_NOT_FOUND" });
    expect(client.status().setAside).toMatchObject([{ key: "colour", serves: "nothing" }]);
  });

  test("and was never readable, but says disabled, serves the off variant that it names", async () => {
    const broken = aRow({ ...COLOUR, enabled: false }, {}, { rules: "none" });
    const { client } = await opened(fakeStore([broken]));
    expect(client.evaluate("colour", "red")).toMatchObject({ value: "grey", reason: "DISABLED" });
  });

  test("and was never readable, but says disabled, is off for callers with a boolean default, although it names no off variant", async () => {
    const nothing = { flag_type: null, variants: "[", off_variant: 5 };
    const { client } = await opened(fakeStore([aRow({ ...CHECKOUT, enabled: false }, {}, nothing)]));
    expect(client.evaluate("checkout", true)).toMatchObject({ value: false, reason: "DISABLED" });
    expect(client.evaluate("checkout", "red")).toMatchObject({ value: "red", errorCode: "TYPE_MISMATCH" });
    expect(client.status().setAside).toMatchObject([{ key: "checkout", serves: "off" }]);
  });

  test("and has no key is only reported", async () => {
    const { client } = await opened(fakeStore([aRow(CHECKOUT), { ...aRow(COLOUR), feature_key: null }]));
    expect(client.status().setAside).toMatchObject([{ key: null, serves: "nothing" }]);
    expect(client.isEnabled("checkout", { userId: "user-42" })).toBe(true);
  });

  test("and is archived counts as archived", async () => {
    const { client } = await opened(fakeStore([aRow(CHECKOUT, {}, { serve: 5, archived_at: "2026-11-20T00:00:00Z" })]));
    expect(client.status()).toMatchObject({ setAside: [], flags: 0 });
    expect(client.evaluate("checkout", true)).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
  });
});

describe("implausible content", () => {
  const many = Array.from({ length: 20 }, (_, index) => aRow(aFlag({ key: `flag${index}` })));

  test("a table that lost half of its rows without a sync is refused, but flags that it disables are disabled", async () => {
    const store = fakeStore(many);
    const { client, clock, lines } = await opened(store);
    store.rows = [aRow(aFlag({ key: "flag0", enabled: false })), ...many.slice(1, 5)];
    store.head = { ...store.head, revision: 2 };
    await clock.advance(10_000);
    expect(client.isEnabled("flag0")).toBe(false);
    expect(client.isEnabled("flag19")).toBe(true);
    expect(client.status()).toMatchObject({ revision: 1, connected: false, lastError: { code: "STORE_CORRUPT" } });
    expect(lines.at(-1)).toMatch(
      /^error database content refused \(15 of 20 rows are gone from the flag table, and no sync has run since\); still serving revision 1 from memory, 10 s old; put them back with: hoist sync --env production$/,
    );
    await clock.advance(60_000);
    expect(client.status().stale).toBe(true);
  });

  test("a table that lost half of its rows is accepted after a sync, or in another epoch", async () => {
    for (const head of [{ commit: "91c0d3a" }, { epoch: 2 }]) {
      const store = fakeStore(many);
      const { client, clock } = await opened(store);
      store.rows = many.slice(0, 5);
      store.head = { ...store.head, revision: 2, ...head };
      await clock.advance(10_000);
      expect(client.status()).toMatchObject({ flags: 5, connected: true });
    }
  });

  test("a table may lose a few rows, and may have any number of them", async () => {
    const store = fakeStore(many.slice(0, 6));
    const { client, clock } = await opened(store);
    store.rows = many.slice(0, 1);
    store.head = { ...store.head, revision: 2 };
    await clock.advance(10_000);
    expect(client.status().flags).toBe(1);
    store.rows = Array.from({ length: 20_001 }, () => many[0] ?? {});
    store.head = { ...store.head, revision: 3 };
    await clock.advance(10_000);
    expect(client.status()).toMatchObject({ revision: 3, lastError: null });
  });
});

describe("toggle rows", () => {
  test("are the live flags with the table's columns, ordered by display name; an unreadable one as it was last readable", async () => {
    const store = fakeStore([
      aRow(aFlag({ key: "zebra", name: "Alpha" })),
      aRow(aFlag({ key: "beta", name: "Beta" })),
      aRow(aFlag({ key: "gone" }), {}, { archived_at: "2026-11-20T00:00:00Z" }),
    ]);
    const { toggleRows } = await opened(store);
    store.rows = [store.rows[0] ?? {}, { ...store.rows[1], serve: 5 }];
    store.head = { ...store.head, revision: 2 };
    store.hint();
    await settle();
    expect(toggleRows().map((row) => row.feature_key)).toEqual(["zebra", "beta"]);
    expect(Object.keys(toggleRows()[0] ?? {}).sort()).toEqual([
      "created_at",
      "created_by",
      "description",
      "display_name",
      "enabled",
      "feature_key",
      "id",
      "last_modified_by",
      "metadata",
      "rollout_percentage",
      "rollout_strategy",
      "target_config",
      "updated_at",
    ]);
  });
});
