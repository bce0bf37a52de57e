import { describe, expect, test } from "vitest";
import { migrateStore, openStore, openStoreToSync } from "../../src/store/open.ts";
import type { Engine, Opened } from "./contract.ts";
import { aWrite, batch, write } from "./rows.ts";

/** Statements of somebody who breaks the bookkeeping of a sync, in each engine, and what the refusal says. */
const BREAKAGES: readonly (readonly [string, { readonly sqlite: string; readonly postgres: string }, RegExp])[] = [
  [
    "a trigger that keeps the commit",
    {
      sqlite: `CREATE TRIGGER keep AFTER UPDATE OF commit_sha ON flaghoist_head BEGIN
        UPDATE flaghoist_head SET commit_sha = OLD.commit_sha; END;`,
      postgres: `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.commit_sha := OLD.commit_sha; RETURN NEW; END';
        CREATE TRIGGER keep BEFORE UPDATE ON flaghoist_head FOR EACH ROW EXECUTE FUNCTION keep();`,
    },
    /flaghoist_head has the commit/,
  ],
  [
    "an audit that is not written",
    {
      sqlite: "DROP TRIGGER flaghoist_record_change;",
      postgres: "ALTER TABLE feature_toggles DISABLE TRIGGER feature_toggles_updated;",
    },
    /feature_toggle_audit has 0 rows about the change to workshop_routing|cannot modify flaghoist_change|kept its revision/,
  ],
  [
    "a trigger that empties the actor",
    {
      sqlite: `CREATE TRIGGER empty AFTER UPDATE OF changed_by ON flaghoist_actor WHEN NEW.changed_by IS NOT NULL BEGIN
        UPDATE flaghoist_actor SET changed_by = NULL; END;`,
      postgres: `CREATE FUNCTION empty() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_by := NULL; RETURN NEW; END';
        CREATE TRIGGER empty BEFORE UPDATE ON flaghoist_actor FOR EACH ROW EXECUTE FUNCTION empty();`,
    },
    /feature_toggle_audit lists the change to workshop_routing as manual/,
  ],
  [
    "a trigger that keeps the actor filled",
    {
      sqlite: `CREATE TRIGGER fill AFTER UPDATE OF changed_by ON flaghoist_actor WHEN NEW.changed_by IS NULL BEGIN
        UPDATE flaghoist_actor SET changed_by = 'ceo@acme.dev'; END;`,
      postgres: `CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.changed_by := coalesce(NEW.changed_by, ''ceo@acme.dev''); RETURN NEW; END';
        CREATE TRIGGER fill BEFORE UPDATE ON flaghoist_actor FOR EACH ROW EXECUTE FUNCTION fill();`,
    },
    /flaghoist_actor was not emptied/,
  ],
  [
    "an actor that somebody removed",
    {
      sqlite: `DROP TRIGGER flaghoist_actor_stays; DELETE FROM flaghoist_actor;`,
      postgres: `ALTER TABLE flaghoist_actor DISABLE TRIGGER flaghoist_actor_stays; DELETE FROM flaghoist_actor;`,
    },
    /lists the change to workshop_routing as manual|flaghoist_actor has 0 rows/,
  ],
  [
    "a list of syncs that stays empty",
    {
      sqlite: `CREATE TRIGGER lose AFTER INSERT ON flaghoist_syncs BEGIN DELETE FROM flaghoist_syncs WHERE id = NEW.id; END;`,
      postgres: `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER lose BEFORE INSERT ON flaghoist_syncs FOR EACH ROW EXECUTE FUNCTION lose();`,
    },
    /flaghoist_syncs does not list the sync/,
  ],
];

export function syncContract(engine: Engine, fresh: () => Promise<Opened>): void {
  describe("a first sync", () => {
    test("creates the tables and writes the flags in one transaction", async () => {
      const url = await engine.freshUrl();
      const store = await openStoreToSync(url, "production");
      await expect(store.read()).rejects.toMatchObject({ code: "STORE_MISSING" });
      const head = await store.apply(batch("missing", [aWrite(), aWrite({ key: "second" })]));
      expect(head).toMatchObject({ environment: "production", epoch: 1, commit: "91c0d3a" });
      expect((await store.read()).rows).toHaveLength(2);
      await store.close();
    });

    test("that is refused leaves nothing behind", async () => {
      const url = await engine.freshUrl();
      const store = await openStoreToSync(url, "production");
      const verify = () => {
        throw new Error("refused");
      };
      await expect(store.apply({ ...batch("missing", [aWrite()]), verify })).rejects.toMatchObject({
        code: "STORE_MISMATCH",
      });
      await store.close();
      await expect(openStore(url)).rejects.toMatchObject({ code: "STORE_MISSING" });
    });

    test("is planned again if another process created the database", async () => {
      const url = await engine.freshUrl();
      const store = await openStoreToSync(url, "production");
      await migrateStore(url, "production");
      await expect(store.apply(batch("missing", [aWrite()]))).rejects.toMatchObject({ code: "PLAN_STALE" });
      await store.apply(batch(await store.readHead(), [aWrite()]));
      await store.close();
    });

    test("never shows the tables without flags to others", async () => {
      const url = await engine.freshUrl();
      const seen = new Set<string>();
      const race = { running: true };
      const watching = (async () => {
        while (race.running) {
          const store = await openStore(url).catch(() => undefined);
          seen.add(store === undefined ? "missing" : `${(await store.read()).rows.length} flags`);
          await store?.close();
        }
      })();
      const store = await openStoreToSync(url, "production");
      await store.apply(batch("missing", [aWrite(), aWrite({ key: "second" })]));
      race.running = false;
      await watching;
      expect([...seen].filter((state) => !["missing", "2 flags"].includes(state))).toEqual([]);
      await store.close();
    });
  });

  describe("a sync verifies its own bookkeeping", () => {
    test.for(BREAKAGES)("%s: it is rolled back, and says what is wrong", async ([, statements, says]) => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      await engine.type(url, url.startsWith("file:") ? statements.sqlite : statements.postgres);
      const before = await store.read();
      const applied = write(store, [aWrite({ columns: { enabled: true } })], { commit: "4be12f0" });
      const error = await applied.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "FlagError", message: expect.stringMatching(says) });
      expect(await store.read()).toEqual(before);
    });
  });

  describe("the actor", () => {
    test("cannot be removed", async () => {
      const { url } = await fresh();
      await expect(engine.type(url, "DELETE FROM flaghoist_actor;")).rejects.toThrow(/exactly one row/);
    });

    test("is not needed to record a manual change", async () => {
      const { url, store } = await fresh();
      const { revision } = await write(store, [aWrite({ columns: { enabled: true } })]);
      await engine.type(url, BREAKAGES[4]?.[1][url.startsWith("file:") ? "sqlite" : "postgres"] ?? "");
      await engine.type(url, "UPDATE feature_toggles SET enabled = false;");
      expect((await store.readHead()).revision).toBe(revision + 1);
      expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ action: "disabled", changedBy: engine.byHand });
    });
  });

  test("each entry of the audit has the epoch of its revision", async () => {
    const { url, store } = await fresh();
    await write(store, [aWrite()]);
    await engine.type(url, "UPDATE flaghoist_head SET epoch = 3; UPDATE feature_toggles SET enabled = true;");
    const epochs = await engine.type(url, "SELECT epoch FROM feature_toggle_audit ORDER BY id;");
    expect(epochs.trim().split("\n")).toEqual(["1", "3"]);
  });

  test("a number that a program cannot hold is refused in the head and in a heartbeat", async () => {
    const { url } = await fresh();
    const large = "9007199254740992";
    await expect(engine.type(url, `UPDATE flaghoist_head SET revision = ${large};`)).rejects.toThrow(
      /9007199254740991/,
    );
    const columns = "(id, host, pid, epoch, revision, overrides, started_at)";
    const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0001";
    const values = [
      [`1, 1, ${large}, '{}'`, /9007199254740991/],
      [`-1, 1, 1, '{}'`, /pid, epoch and revision are 0 to/],
      [`1, 1, 1, 'null'`, /overrides is a JSON object/],
      [`1, 1, 1, '[]'`, /overrides is a JSON object/],
    ] as const;
    for (const [value, says] of values) {
      const insert = `INSERT INTO flaghoist_instances ${columns} VALUES ('${id}', 'h', ${value}, '2026-01-01T00:00:00Z');`;
      await expect(engine.type(url, insert)).rejects.toThrow(says);
    }
  });

  test("the epoch cannot be increased so far that none is left for a sync", async () => {
    const { url, store } = await fresh();
    const set = (epoch: number) => engine.type(url, `UPDATE flaghoist_head SET epoch = ${epoch};`);
    await expect(set(2_147_483_647)).rejects.toThrow(/in one step/);
    await expect(set(1003)).rejects.toThrow(/in one step/);
    await set(1002);
    expect(await store.readHead()).toMatchObject({ epoch: 1002 });
  });

  test("a heartbeat with very large overrides is refused, and one that is there is set aside", async () => {
    const { url, store } = await fresh();
    const isSqlite = url.startsWith("file:");
    const insert = (id: number, json: string) => `INSERT INTO flaghoist_instances
      (id, host, pid, epoch, revision, overrides, started_at)
      VALUES ('0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a000${id}', 'h', 1, 1, 1, ${json}, '2026-01-01T00:00:00Z');`;
    const large = isSqlite ? "json_object('a', hex(zeroblob(150000)))" : "jsonb_build_object('a', repeat('0', 300000))";
    await expect(engine.type(url, insert(1, large))).rejects.toThrow(/overrides is a JSON object of at most 256 KiB/);
    const unchecked = isSqlite
      ? "PRAGMA ignore_check_constraints = ON;"
      : `ALTER TABLE flaghoist_instances DROP CONSTRAINT "overrides is a JSON object of at most 256 KiB";`;
    await engine.type(url, `${unchecked} ${insert(1, large)} ${insert(2, `'{"a": {}}'`)}`);
    expect(await store.instances(60_000)).toMatchObject([
      { overrides: {}, problem: "overrides: expected a JSON object of at most 262144 characters" },
      { overrides: { a: {} }, problem: null },
    ]);
  });

  test("notes of any length are cut in the audit", async () => {
    const { store } = await fresh();
    await write(store, [aWrite({ notes: "n".repeat(5000) })]);
    expect((await store.audit({ limit: 1 }))[0]?.notes).toBe("n".repeat(1000));
  });
}
