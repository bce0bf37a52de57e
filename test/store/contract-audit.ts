import { describe, expect, test } from "vitest";
import { flagOfRow } from "../../src/core/row/row-codec.ts";
import type { AuditedColumn } from "../../src/store/store.ts";
import type { Engine, Opened } from "./contract.ts";
import { aWrite, write } from "./rows.ts";

const UPDATE_ONE = "WHERE feature_key = 'workshop_routing'";

/** Requirement A11, as it stands there, and what the flag is then. */
const EMERGENCY = [
  ["UPDATE feature_toggles SET enabled = false WHERE feature_key LIKE 'workshop_%'", { enabled: false }],
  [`UPDATE feature_toggles SET enabled = false ${UPDATE_ONE}`, { enabled: false }],
  [
    `UPDATE feature_toggles SET rollout_strategy = 'percentage', rollout_percentage = 50 ${UPDATE_ONE}`,
    { rollout: { strategy: "percentage", portion: { share: 50_000, by: "userId" } } },
  ],
  [
    `UPDATE feature_toggles SET rollout_percentage = 10 ${UPDATE_ONE}`,
    { rollout: { strategy: "percentage", portion: { share: 10_000, by: "userId" } } },
  ],
  [
    `UPDATE feature_toggles SET enabled = true, rollout_strategy = 'whitelist', target_config = '{"workshop_ids": ["uuid1", "uuid2"]}' ${UPDATE_ONE}`,
    { enabled: true, rollout: { strategy: "whitelist", lists: { workshopId: ["uuid1", "uuid2"] } } },
  ],
  [
    `UPDATE feature_toggles SET rollout_strategy = 'all', rollout_percentage = 100 ${UPDATE_ONE}`,
    { rollout: { strategy: "all" } },
  ],
] as const;

/** The rest of requirement A11, as it stands there: a table without a sync, and steps back that keep a kill. */
const BY_HAND = [
  `INSERT INTO feature_toggles (feature_key, display_name, description, enabled, rollout_strategy) VALUES
    ('workshop_routing', 'Workshop Smart Routing', 'Routes sessions to workshops', false, 'all'),
    ('workshop_payments', 'Workshop Payment Splitting', 'Splits payments', false, 'all'),
    ('workshop_booking_ui', 'Workshop Selection in Booking', 'Selects a workshop', false, 'all'),
    ('workshop_admin_panel', 'Workshop Admin Dashboard', 'Dashboard', false, 'role'),
    ('workshop_mechanic_profiles', 'Workshop Affiliation Display', 'Badge', false, 'all'),
    ('workshop_reports', 'Workshop Analytics & Reports', 'Reports', false, 'role')`,
  `UPDATE feature_toggles SET target_config = '{"roles": ["admin", "workshop_admin"]}' WHERE feature_key IN ('workshop_admin_panel', 'workshop_reports')`,
  `UPDATE feature_toggles SET rollout_strategy = 'percentage', rollout_percentage = 10 ${UPDATE_ONE}`,
  `UPDATE feature_toggles SET rollout_percentage = 50 ${UPDATE_ONE}`,
  `UPDATE feature_toggles SET rollout_strategy = 'whitelist', target_config = '{"workshop_ids": ["uuid1", "uuid2"]}' ${UPDATE_ONE}`,
  `UPDATE feature_toggles SET enabled = true, rollout_strategy = 'whitelist', target_config = '{"workshop_ids": ["uuid1", "uuid2", "uuid3"]}' ${UPDATE_ONE}`,
];

/** Requirement A12, as it stands there. */
const WHO_CHANGED_WHAT =
  "SELECT feature_key, action, changed_by, changed_at, notes FROM feature_toggle_audit ORDER BY changed_at DESC LIMIT 50";

export function auditContract(engine: Engine, fresh: () => Promise<Opened>): void {
  describe("manual changes", () => {
    test("the emergency statements take effect and increase the revision", async () => {
      const { url, store } = await fresh();
      await write(store, [
        aWrite({ columns: { enabled: true, rollout_strategy: "percentage", rollout_percentage: 100 } }),
      ]);
      for (const [statement, expected] of EMERGENCY) {
        const before = await store.readHead();
        await engine.type(url, `${statement};`);
        const { head, rows } = await store.read();
        expect(flagOfRow(rows[0] ?? {})).toMatchObject({ ok: true, flag: expected });
        // The second statement repeats the first one: it changes nothing, so nothing moves.
        const moved = statement === EMERGENCY[1][0] ? 0 : 1;
        expect(head.revision - before.revision).toBe(moved);
        expect(head.commit).toBe(before.commit);
      }
      expect((await store.audit({ limit: 20 })).map(({ action }) => action)).toEqual([
        "updated",
        "enabled",
        "updated",
        "updated",
        "disabled",
        "created",
      ]);
    });

    test("the statements for a table that was filled by hand run as they are written", async () => {
      const { url, store } = await fresh();
      for (const statement of BY_HAND) await engine.type(url, `${statement};`);
      const { rows } = await store.read();
      expect(rows).toHaveLength(6);
      const reads = new Map(rows.map((row) => [row.feature_key, flagOfRow(row)]));
      expect(reads.get("workshop_routing")).toMatchObject({
        ok: true,
        flag: { enabled: true, rollout: { strategy: "whitelist", lists: { workshopId: ["uuid1", "uuid2", "uuid3"] } } },
      });
      expect(reads.get("workshop_reports")).toMatchObject({
        ok: true,
        flag: { enabled: false, rollout: { strategy: "role", roles: ["admin", "workshop_admin"] } },
      });
    });

    test("a percentage set alone takes effect even under the strategy all", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite({ columns: { enabled: true } })]);
      await engine.type(url, `${EMERGENCY[3][0]};`);
      const { rows } = await store.read();
      expect(flagOfRow(rows[0] ?? {})).toMatchObject({ ok: true, flag: EMERGENCY[3][1] });
      const [newest] = await store.audit({ limit: 1 });
      expect(newest).toMatchObject({
        action: "updated",
        oldState: { rollout_strategy: "all", rollout_percentage: 100 },
        newState: { rollout_strategy: "percentage", rollout_percentage: 10 },
      });
      // Said once more, it changes nothing.
      const { revision } = await store.readHead();
      await engine.type(url, `${EMERGENCY[3][0]};`);
      expect((await store.readHead()).revision).toBe(revision);
    });

    test("a row inserted with the strategy all serves everyone, whatever its percentage", async () => {
      const { url, store } = await fresh();
      const columns = "(feature_key, display_name, enabled, rollout_strategy, rollout_percentage)";
      await engine.type(
        url,
        `INSERT INTO feature_toggles ${columns} VALUES ('voice_logging', 'Voice', true, 'all', 0);`,
      );
      await engine.type(url, "UPDATE feature_toggles SET display_name = 'Voice logging';");
      const { rows } = await store.read();
      expect(flagOfRow(rows[0] ?? {})).toMatchObject({ ok: true, flag: { rollout: { strategy: "all" } } });
    });

    test("one statement for many flags audits each flag that it changed, and no other", async () => {
      const { url, store } = await fresh();
      const keys = ["workshop_payments", "workshop_reports", "voice_logging"];
      await write(
        store,
        keys.map((key) => aWrite({ key, columns: { enabled: true } })),
      );
      await engine.type(url, "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'workshop_reports';");
      await engine.type(url, `${EMERGENCY[0][0]};`);
      const { head, rows } = await store.read();
      expect(rows.map((row) => [row.feature_key, row.enabled])).toEqual([
        ["voice_logging", true],
        ["workshop_payments", false],
        ["workshop_reports", false],
      ]);
      const [newest] = await store.audit({ limit: 1 });
      expect(newest).toMatchObject({ key: "workshop_payments", action: "disabled", revision: head.revision });
      expect(await store.audit({ key: "workshop_reports", limit: 10 })).toHaveLength(2);
    });

    test("an UPDATE that disables a flag that git has disabled is recorded once, with its author", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite(), aWrite({ key: "other", columns: { enabled: true } })]);
      const { revision } = await store.readHead();
      for (const _ of [1, 2]) await engine.type(url, `UPDATE feature_toggles SET enabled = false ${UPDATE_ONE};`);
      const { head, rows } = await store.read();
      expect(head.revision).toBe(revision + 1);
      expect(rows[1]).toMatchObject({ enabled: false, synced: { enabled: false, killed: true } });
      const [newest] = await store.audit({ limit: 1 });
      expect(newest).toMatchObject({ action: "disabled", bySync: false, changedBy: engine.byHand });
      // A sync writes the column, too, and leaves no mark.
      await write(store, [aWrite({ columns: { description: "Newer." } })]);
      expect((await store.read()).rows[1]?.synced).not.toHaveProperty("killed");
    });

    test("an UPDATE that changes nothing writes no audit, and keeps revision and time stamps", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const before = await store.read();
      await engine.type(url, "UPDATE feature_toggles SET salt = salt, last_modified_by = 'someone';");
      expect(await store.read()).toEqual(before);
      expect(await store.audit({ limit: 10 })).toHaveLength(1);
    });

    test("values that a statement writes into the stamp columns are ignored", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const before = (await store.read()).rows[0];
      await engine.type(
        url,
        "UPDATE feature_toggles SET enabled = true, updated_at = '2001-01-01T00:00:00Z', last_modified_by = 'someone', created_by = 'someone';",
      );
      const after = (await store.read()).rows[0];
      expect(after).toMatchObject({
        last_modified_by: engine.byHand,
        created_by: "dana@acme.dev",
        created_at: before?.created_at,
      });
      expect(String(after?.updated_at) >= String(before?.updated_at)).toBe(true);
    });
  });

  describe("the audit", () => {
    test("every kind of change is recorded with its action, both states and its author", async () => {
      const { url, store } = await fresh();
      const key = "workshop_routing";
      await write(store, [aWrite()]);
      await write(store, [aWrite({ columns: { enabled: true }, changedBy: "lee@acme.dev", notes: null })]);
      await write(store, [aWrite({ columns: { enabled: true, rollout_percentage: 50 } })]);
      await write(store, [aWrite({ columns: { enabled: false, rollout_percentage: 50 } })]);
      await write(store, [aWrite({ columns: { rollout_percentage: 50 }, archived: true })]);
      await write(store, [aWrite({ columns: { rollout_percentage: 50, enabled: true } })]);
      await engine.type(url, "UPDATE feature_toggles SET rollout_percentage = 5;");
      await engine.type(url, "DELETE FROM feature_toggles;");
      const entries = (await store.audit({ key, limit: 50 })).toReversed();
      expect(entries.map(({ action, changedBy, notes, bySync }) => [action, changedBy, notes, bySync])).toEqual([
        ["created", "dana@acme.dev", "#412 Route by workshop", true],
        ["enabled", "lee@acme.dev", null, true],
        ["updated", "dana@acme.dev", "#412 Route by workshop", true],
        ["disabled", "dana@acme.dev", "#412 Route by workshop", true],
        ["archived", "dana@acme.dev", "#412 Route by workshop", true],
        ["restored", "dana@acme.dev", "#412 Route by workshop", true],
        ["updated", engine.byHand, null, false],
        ["deleted", engine.byHand, null, false],
      ]);
      const revisions = entries.map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
      expect((await store.readHead()).revision).toBe(revisions.at(-1));
      expect(entries[0]).toMatchObject({ oldState: null, newState: { feature_key: key, enabled: false, serve: "on" } });
      expect(entries[2]).toMatchObject({
        oldState: { rollout_percentage: 100 },
        newState: { rollout_percentage: 50, enabled: true },
      });
      expect(entries[7]).toMatchObject({
        oldState: { rollout_percentage: 5, variants: { on: true, off: false } },
        newState: null,
      });
      expect(new Set(entries.map(({ toggleId }) => toggleId)).size).toBe(1);
    });

    test("a plain SELECT answers who changed what, when and why", async () => {
      const { url, store } = await fresh();
      await write(store, [
        aWrite(),
        aWrite({ key: "voice_logging", changedBy: "lee@acme.dev", notes: "#398 Log voices" }),
      ]);
      await engine.type(url, "UPDATE feature_toggles SET enabled = true WHERE feature_key = 'voice_logging';");
      const lines = (await engine.type(url, `${WHO_CHANGED_WHAT};`)).trim().split("\n");
      expect(lines.map((line) => line.split("|").filter((_, column) => column !== 3))).toEqual([
        ["voice_logging", "enabled", engine.byHand, ""],
        ["voice_logging", "created", "lee@acme.dev", "#398 Log voices"],
        ["workshop_routing", "created", "dana@acme.dev", "#412 Route by workshop"],
      ]);
      for (const line of lines) expect(line.split("|")[3]).toMatch(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/);
    });

    test("the newest manual change to each flag is returned", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite(), aWrite({ key: "voice_logging" })]);
      expect(await store.manualChanges()).toEqual(new Map());
      await engine.type(url, `UPDATE feature_toggles SET rollout_percentage = 5 ${UPDATE_ONE};`);
      await engine.type(url, `UPDATE feature_toggles SET rollout_percentage = 6 ${UPDATE_ONE};`);
      await write(store, [aWrite({ columns: { rollout_percentage: 7 } })]);
      const edits = await store.manualChanges();
      expect([...edits.keys()]).toEqual(["workshop_routing"]);
      expect(edits.get("workshop_routing")).toMatchObject({ newState: { rollout_percentage: 6 }, bySync: false });
    });

    test("the newest change to a column is returned; an insertion changes every column, a deletion none", async () => {
      const { url, store } = await fresh();
      await write(store, [aWrite(), aWrite({ key: "voice_logging" })]);
      const typed = (change: string) => engine.type(url, `UPDATE feature_toggles SET ${change} ${UPDATE_ONE};`);
      await typed("rollout_percentage = 5");
      await typed(`serve = '"off"'`);
      await typed("description = 'Typed.'");
      await write(store, [aWrite({ columns: { rollout_percentage: 7, description: "Typed." } })]);
      const keys = ["workshop_routing", "voice_logging", "unknown"];
      const revisions = async (columns: readonly AuditedColumn[], onlyManual: boolean) => {
        const entries = await store.lastChanges({ keys, columns, onlyManual });
        return Object.fromEntries([...entries].map(([key, { revision }]) => [key, revision]));
      };
      const manual = async (...columns: readonly AuditedColumn[]) =>
        (await revisions(columns, true))["workshop_routing"];
      const [rollout, serve, description] = [
        await manual("rollout_percentage"),
        await manual("serve"),
        await manual("description"),
      ];
      expect([serve, description]).toEqual([Number(rollout) + 1, Number(rollout) + 2]);
      expect(await manual("rollout_percentage", "serve")).toBe(serve);
      expect(await manual("salt", "synced.killed")).toBeUndefined();
      expect(Object.keys(await revisions(["salt"], false))).toEqual(["voice_logging", "workshop_routing"]);
      await engine.type(url, `DELETE FROM feature_toggles ${UPDATE_ONE};`);
      expect(await manual("rollout_percentage")).toBe(rollout);
      expect(await store.lastChanges({ keys: [], columns: ["salt"], onlyManual: false })).toEqual(new Map());
    });

    test.for([
      "UPDATE feature_toggle_audit SET notes = 'nothing happened'",
      "DELETE FROM feature_toggle_audit",
      "UPDATE flaghoist_head SET revision = 0",
      "UPDATE flaghoist_head SET environment = 'staging'",
      "UPDATE flaghoist_head SET epoch = 0",
      "DELETE FROM flaghoist_head",
    ])("is kept: %s", async (statement) => {
      const { url, store } = await fresh();
      await write(store, [aWrite()]);
      const before = [await store.readHead(), await store.audit({ limit: 5 })];
      await expect(engine.type(url, `${statement};`)).rejects.toThrow(/append-only|only moves forward|exactly one row/);
      expect([await store.readHead(), await store.audit({ limit: 5 })]).toEqual(before);
    });
  });
}
