import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { FlagError } from "../../src/core/errors.ts";
import { flagOfRow } from "../../src/core/row/row-codec.ts";
import type { RawRow } from "../../src/core/row/row.ts";
import { SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { migrateStore, openStore } from "../../src/store/open.ts";
import type { FlagStore } from "../../src/store/store.ts";
import { startProcess } from "../support/store-process.ts";
import { auditContract } from "./contract-audit.ts";
import { refusalContract } from "./contract-refusals.ts";
import { raceContract } from "./contract-races.ts";
import { syncContract } from "./contract-sync.ts";
import { aWrite, batch, write } from "./rows.ts";

/** What a store's tests need of its engine. */
export interface Engine {
  /** An address where no tables are yet. */
  freshUrl(): Promise<string>;
  /** Types statements into the system's own shell. @throws with what the shell said */
  type(url: string, sql: string): Promise<string>;
  /** Runs a statement that the triggers of flaghoist would refuse. */
  withoutChecks(url: string, sql: string): Promise<void>;
  /** What the audit calls somebody at that shell. */
  readonly byHand: string;
}

export interface Opened {
  readonly url: string;
  readonly store: FlagStore;
}

/** Every store passes these, whatever keeps the rows. */
export function storeContract(engine: Engine): void {
  const opened: FlagStore[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  async function open(url: string): Promise<FlagStore> {
    const store = await openStore(url);
    opened.push(store);
    return store;
  }
  async function fresh(): Promise<Opened> {
    const url = await engine.freshUrl();
    await migrateStore(url, "production");
    return { url, store: await open(url) };
  }

  describe("opening", () => {
    test("a database without our tables is reported as missing, and opening creates none", async () => {
      const url = await engine.freshUrl();
      await expect(openStore(url)).rejects.toMatchObject({ code: "STORE_MISSING" });
      await expect(openStore(url)).rejects.toMatchObject({ code: "STORE_MISSING" });
    });

    test("migrating creates the tables once, and then does nothing", async () => {
      const url = await engine.freshUrl();
      expect(await migrateStore(url, "production")).toEqual({ from: 0, to: SCHEMA_VERSION, created: true });
      expect(await migrateStore(url, "production")).toEqual({
        from: SCHEMA_VERSION,
        to: SCHEMA_VERSION,
        created: false,
      });
      const head = await (await open(url)).readHead();
      expect(head).toMatchObject({ environment: "production", epoch: 1, revision: 0, commit: null });
      expect(head.storeId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    test("a database serves one environment, and no other can migrate it", async () => {
      const { url } = await fresh();
      const refused = migrateStore(url, "staging");
      await expect(refused).rejects.toMatchObject({
        code: "WRONG_DATABASE",
        hint: expect.stringContaining("production"),
      });
    });

    test("a newer schema is refused, even by a store that was opened before", async () => {
      const { url, store } = await fresh();
      await engine.type(url, "UPDATE flaghoist_head SET schema_version = 99;");
      await expect(openStore(url)).rejects.toMatchObject({ code: "STORE_NEWER" });
      await expect(store.read()).rejects.toMatchObject({ code: "STORE_NEWER" });
      await expect(migrateStore(url, "production")).rejects.toMatchObject({ code: "STORE_NEWER" });
    });

    test("an older schema asks for a migration", async () => {
      const { url } = await fresh();
      await engine.type(url, "UPDATE flaghoist_head SET migration = 0;");
      await expect(openStore(url)).rejects.toMatchObject({
        code: "STORE_OUTDATED",
        hint: expect.stringContaining("migrate"),
      });
    });

    test("a migration that was edited after it was applied is noticed", async () => {
      const { url } = await fresh();
      await engine.type(url, "UPDATE flaghoist_migrations SET checksum = 'edited';");
      await expect(migrateStore(url, "production")).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    });

    test("a head table without a row is reported as damage", async () => {
      const { url, store } = await fresh();
      await engine.type(url, "DROP TRIGGER flaghoist_head_stays ON flaghoist_head;").catch(() => {});
      await engine.type(url, "DROP TRIGGER flaghoist_head_forward ON flaghoist_head;").catch(() => {});
      await engine.type(url, "DROP TRIGGER flaghoist_head_stays;").catch(() => {});
      await engine.type(url, "DELETE FROM flaghoist_head;");
      await expect(store.read()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    });
  });

  describe("reading and applying", () => {
    test("rows are read as a sync wrote them, in key order", async () => {
      const { store } = await fresh();
      const color = aWrite({
        key: "checkout-color",
        columns: {
          flag_type: "string",
          variants: { control: "grey", blue: "#00f", 'a "quoted" näme': "日本" },
          serve: {
            split: [
              { variant: "control", percentage: 66.667 },
              { variant: "blue", percentage: 33.333 },
            ],
          },
          off_variant: "control",
          fallback: "blue",
          rollout_strategy: "percentage",
          rollout_percentage: 12.345,
          rollout_by: "sessionId",
          enabled: true,
          client: true,
          protected: true,
          requires: { workshop_routing: ["on"] },
          rules: [{ name: "staff", if: { userRole: ["admin"] }, percentage: 0.001, by: "userId", serve: "blue" }],
          metadata: { owner: "team-workshops", tags: ["b", "a"], nested: { deep: [1, 2.5, null, true] } },
        },
      });
      const limits = aWrite({
        key: "limits",
        columns: {
          flag_type: "number",
          variants: { low: -1.5, high: 9007199254740991 },
          serve: "low",
          off_variant: "low",
          fallback: "high",
          rollout_strategy: "whitelist",
          target_config: { workshop_ids: ["uuid1"], deviceId: ["x'; DROP TABLE feature_toggles; --"] },
        },
      });
      const layout = aWrite({
        key: "layout",
        columns: { flag_type: "object", variants: { a: { b: [] } }, serve: "a", off_variant: "a", fallback: "a" },
      });
      const head = await write(store, [limits, color, layout]);
      const { head: read, rows } = await store.read();
      expect(read).toEqual(head);
      expect(rows.map((row) => row.feature_key)).toEqual(["checkout-color", "layout", "limits"]);
      for (const { key, columns, synced, path } of [color, layout, limits]) {
        const row = rows.find((each) => each.feature_key === key);
        expect(row).toMatchObject({ feature_key: key, path, commit_sha: "91c0d3a", archived_at: null });
        for (const [column, value] of Object.entries(columns)) expect(row?.[column as keyof RawRow]).toEqual(value);
        expect(row?.synced).toEqual(synced);
        expect(row).toMatchObject({ created_by: "dana@acme.dev", last_modified_by: "dana@acme.dev" });
        expect(row?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(flagOfRow(row ?? {})).toMatchObject({ ok: true });
      }
    });

    test("a row inserted with only a key and a name is a valid, disabled boolean flag", async () => {
      const { url, store } = await fresh();
      await engine.type(url, "INSERT INTO feature_toggles (feature_key, display_name) VALUES ('by_hand', 'By hand');");
      const { rows } = await store.read();
      const read = flagOfRow(rows[0] ?? {});
      expect(read).toMatchObject({
        ok: true,
        flag: { key: "by_hand", enabled: false, type: "boolean", salt: "by_hand", serve: { variant: "on" }, rules: [] },
        row: { path: null, commit_sha: null, synced: null, archived_at: null, created_by: engine.byHand },
      });
    });

    test("writing the same content again changes no revision and writes no audit", async () => {
      const { store } = await fresh();
      const first = await write(store, [aWrite()]);
      const again = await write(store, [aWrite()]);
      expect(again).toEqual(first);
      expect(await store.audit({ limit: 10 })).toHaveLength(1);
    });

    test("a batch without writes changes only the commit", async () => {
      const { store } = await fresh();
      const first = await write(store, [aWrite()]);
      expect(await write(store, [], { commit: "4be12f0" })).toEqual({ ...first, commit: "4be12f0" });
      expect(await store.audit({ limit: 10 })).toHaveLength(1);
    });

    test("a plan made from another state is stale, and nothing is written", async () => {
      const { store } = await fresh();
      const head = await write(store, [aWrite()]);
      for (const other of [
        { ...head, revision: head.revision - 1 },
        { ...head, epoch: 2 },
        { ...head, storeId: randomUUID() },
        { ...head, commit: null },
      ]) {
        const applied = store.apply(batch(other, [aWrite({ columns: { enabled: true } })]));
        await expect(applied).rejects.toMatchObject({ code: "PLAN_STALE" });
      }
      expect(await store.readHead()).toEqual(head);
      expect((await store.read()).rows[0]).toMatchObject({ enabled: false });
      expect(await store.syncs(10)).toHaveLength(1);
    });

    test("a check that throws rolls everything back; it gets the written rows", async () => {
      const { url, store } = await fresh();
      const before = await write(store, [aWrite()]);
      const writes = [aWrite({ columns: { enabled: true } }), aWrite({ key: "second" })];
      const refuse = (error: Error) =>
        write(store, writes, {
          verify: ({ head, rows }) => {
            expect(head.revision).toBeGreaterThan(before.revision);
            expect(rows.map((row) => [row.feature_key, row.enabled])).toEqual([
              ["second", false],
              ["workshop_routing", true],
            ]);
            throw error;
          },
        });
      await expect(refuse(new Error("row 1 differs"))).rejects.toMatchObject({ code: "STORE_MISMATCH" });
      const own = new FlagError("PLAN_STALE", "own words");
      await expect(refuse(own)).rejects.toBe(own);
      expect(await store.readHead()).toEqual(before);
      expect((await store.read()).rows).toHaveLength(1);
      // The actor went back as well: what is typed now is nobody's sync.
      await engine.type(url, "UPDATE feature_toggles SET enabled = true;");
      expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ bySync: false, changedBy: engine.byHand });
    });

    test("one invalid row rejects the whole batch", async () => {
      const { store } = await fresh();
      const head = await store.readHead();
      const applied = write(store, [aWrite(), aWrite({ key: "bad", columns: { off_variant: "nope" } })]);
      await expect(applied).rejects.toMatchObject({
        code: "INVALID_FLAGS",
        message: expect.stringContaining("off_variant"),
      });
      expect(await store.readHead()).toEqual(head);
      expect((await store.read()).rows).toEqual([]);
    });

    test("archiving keeps the row and records the time; restoring clears it", async () => {
      const { store } = await fresh();
      await write(store, [aWrite({ columns: { enabled: true } })]);
      await write(store, [aWrite({ columns: { enabled: true }, archived: true })]);
      const archived = (await store.read()).rows[0]?.archived_at;
      expect(archived).toMatch(/^\d{4}-.*Z$/);
      await write(store, [aWrite({ columns: { enabled: false }, archived: true })]);
      expect((await store.read()).rows[0]?.archived_at).toBe(archived);
      await write(store, [aWrite({ columns: { enabled: false } })]);
      expect((await store.read()).rows[0]?.archived_at).toBeNull();
    });

    test("syncs are found by their id and listed newest first", async () => {
      const { store } = await fresh();
      const id = randomUUID();
      expect(await store.hasSync(id)).toBe(false);
      await write(store, [aWrite()], { syncId: id, summary: { created: 1 } });
      const { revision } = await write(store, [], { commit: null });
      expect(await store.hasSync(id)).toBe(true);
      const [newest, first] = await store.syncs(5);
      expect(newest).toMatchObject({ commit: null, revision });
      expect(first).toMatchObject({
        syncId: id,
        commit: "91c0d3a",
        revision,
        startedBy: "ci@acme.dev",
        summary: { created: 1 },
      });
      expect(await store.syncs(1)).toHaveLength(1);
    });
  });

  describe("instances", () => {
    test("a heartbeat is recorded, updated in place, and changes no revision", async () => {
      const { store } = await fresh();
      const before = await store.readHead();
      const instance = {
        id: randomUUID(),
        host: "web-1",
        pid: 4711,
        epoch: 1,
        revision: 7,
        overrides: { workshop_routing: "off" },
        startedAt: "2026-11-21T10:00:00.000Z",
      };
      await store.heartbeat(instance);
      await store.heartbeat({ ...instance, revision: 8 });
      const [seen, ...others] = await store.instances(60_000);
      expect(others).toEqual([]);
      expect(seen).toEqual({
        ...instance,
        revision: 8,
        problem: null,
        push: false,
        seenAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      expect(await store.readHead()).toEqual(before);
    });

    test("an instance without recent heartbeat is not listed, and removed after a week", async () => {
      const { url, store } = await fresh();
      const instance = {
        host: "web-1",
        pid: 1,
        epoch: 1,
        revision: 0,
        overrides: {},
        startedAt: "2026-11-21T10:00:00.000Z",
      };
      await store.heartbeat({ ...instance, id: randomUUID() });
      await engine.type(url, "UPDATE flaghoist_instances SET seen_at = '2026-01-01T00:00:00.000Z';");
      expect(await store.instances(60_000)).toEqual([]);
      await store.heartbeat({ ...instance, id: randomUUID() });
      expect((await engine.type(url, "SELECT count(*) FROM flaghoist_instances;")).trim()).toBe("1");
    });
  });

  describe("watching", () => {
    test("a sync and a manual change each cause a hint", async () => {
      const { url, store } = await fresh();
      const other = await open(url);
      const hints = hintsOf(store);
      expect(await hints.next()).toBeGreaterThan(0);
      await write(other, [aWrite()]);
      expect(await hints.next()).toBeGreaterThan(0);
      await engine.type(url, "UPDATE feature_toggles SET enabled = true;");
      expect(await hints.next()).toBeGreaterThan(0);
      hints.stop();
    });
  });

  test("an open, watched store does not keep the process alive and prints nothing", async () => {
    const { url } = await fresh();
    const process = startProcess("store-use.ts", [url]);
    expect(JSON.parse(await process.done)).toEqual({ open: "ok", read: "ok", heartbeat: "ok", watch: "ok" });
    expect(process.stderr()).toBe("");
  });

  auditContract(engine, fresh);
  refusalContract(engine, fresh);
  raceContract(engine, fresh);
  syncContract(engine, fresh);
}

/** Waits for hints, and says how many there were since; a test that waits in vain runs into vitest's time limit. */
export function hintsOf(store: FlagStore): { next: () => Promise<number>; stop: () => void } {
  let waiting: (() => void) | undefined;
  let pending = 0;
  const stop = store.watch(() => {
    pending++;
    waiting?.();
  });
  return {
    stop,
    next: async () => {
      if (pending === 0) {
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      }
      const arrived = pending;
      pending = 0;
      return arrived;
    },
  };
}
