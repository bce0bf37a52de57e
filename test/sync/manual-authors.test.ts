import { describe, expect, test } from "vitest";
import { onEveryEngine, type FlagDatabaseEngine } from "../support/flag-database.ts";
import { commitFlags, flagPath, flagText } from "../support/flag-tree.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

const FLAGS = { voice_logging: flagText(), other: flagText() };

/** Types a change under the name of a person, who is the application's name on PostgreSQL. SQLite cannot tell people apart. */
async function typedBy({ database }: Synced, engine: FlagDatabaseEngine, person: string, note: string, sql: string) {
  const identity = `SET application_name = '${person}'; SET flaghoist.note = '${note}';`;
  await database.type(engine.name === "PostgreSQL" ? `${identity} ${sql}` : sql);
}

/** The author of a change as reports name it. */
function named(engine: FlagDatabaseEngine, person: string, note: string): string {
  return engine.name === "PostgreSQL" ? `by postgres@${person} (${note})` : "by sql";
}

const KILL = "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'voice_logging';";

async function enabledIn({ database }: Synced, key: string): Promise<boolean> {
  const [row] = await database.rows(`SELECT enabled FROM feature_toggles WHERE feature_key = '${key}'`);
  return Boolean(row?.["enabled"]);
}

/** The revision of the newest audit entry. */
async function newestRevision({ database }: Synced): Promise<number> {
  const [row] = await database.rows("SELECT revision FROM feature_toggle_audit ORDER BY id DESC LIMIT 1");
  return Number(row?.["revision"]);
}

async function kills(tree: Synced) {
  const { handEdits } = JSON.parse((await tree.hoist("plan", "--format", "json")).out);
  return handEdits.filter(({ kind }: { kind: string }) => kind === "disabled");
}

onEveryEngine((engine) => {
  const ONCALL = named(engine, "oncall", "INC-412");

  async function aKilledTree(): Promise<Synced> {
    const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
    await typedBy(tree, engine, "oncall", "INC-412", KILL);
    return tree;
  }

  describe("a kill is reported with its own author, time and note", () => {
    test("after 250 later changes to the row by someone else", async () => {
      const tree = await aKilledTree();
      const revision = await newestRevision(tree);
      const edits = Array.from({ length: 250 }, (_, index) => {
        return `UPDATE feature_toggles SET description = 'Edit ${index}.' WHERE feature_key = 'voice_logging';`;
      });
      await typedBy(tree, engine, "writer", "typo", edits.join("\n"));
      expect(await kills(tree)).toMatchObject([{ key: "voice_logging", by: { revision } }]);
      const reports = [await tree.sync(), (await tree.hoist("plan")).out, (await tree.hoist("status")).out];
      reports.push((await tree.hoist("why", "voice_logging")).out.replace(/\s+/g, " "));
      const log = await tree.hoist("log", "voice_logging", "--limit", "5");
      expect(log.out).toContain(ONCALL);
      expect(log.out).toMatch(/^! staging: voice_logging disabled manually .*; stays disabled until released$/m);
      for (const report of reports) {
        expect(report).toMatch(/disabled manually (just now|\d+ s ago) by /);
        expect(report).toContain(ONCALL);
        expect(report).toContain(named(engine, "writer", "typo"));
      }
    });

    test("after somebody else deleted the row, and it was put back", async () => {
      const tree = await aKilledTree();
      const revision = await newestRevision(tree);
      await tree.sync();
      await typedBy(
        tree,
        engine,
        "cleaner",
        "tidy",
        "DELETE FROM feature_toggles WHERE feature_key = 'voice_logging';",
      );
      const synced = await tree.sync();
      expect(synced).toMatch(/voice_logging stays as it is: disabled manually .*\. To release it/);
      expect(synced).toContain(ONCALL);
      expect(synced).toMatch(/voice_logging was put back: its row was deleted manually /);
      expect(synced).toContain(named(engine, "cleaner", "tidy"));
      expect(await kills(tree)).toMatchObject([{ by: { revision } }]);
    });

    test("while the flag is archived, and after it was restored", async () => {
      const tree = await aKilledTree();
      const revision = await newestRevision(tree);
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      const archived = await tree.sync();
      expect(archived).toMatch(/^! voice_logging, which is archived, stays as it is: disabled manually /m);
      expect(archived).toContain(ONCALL);
      expect((await tree.hoist("status")).out).toMatch(/^voice_logging .* archived \(manual\) .*disabled manually/m);
      expect(await kills(tree)).toMatchObject([{ by: { revision }, isArchived: true }]);
      commitFlags(tree.repository, "Back (#3)", FLAGS);
      await tree.sync();
      expect(await kills(tree)).toMatchObject([{ by: { revision }, isArchived: false }]);
    });
  });

  describe("a flag that git has disabled", () => {
    const OFF = { voice_logging: flagText({ enabled: false }), other: flagText() };

    async function killedWhileOff(): Promise<Synced> {
      const tree = await aSyncedTree(engine, OFF, { environment: "staging" });
      await typedBy(tree, engine, "oncall", "INC-412", KILL);
      return tree;
    }

    test("can be disabled manually, too: it stays disabled when git enables it, until git disables it again", async () => {
      const tree = await killedWhileOff();
      const [newest] = await tree.database.rows(
        "SELECT action, source FROM feature_toggle_audit ORDER BY id DESC LIMIT 1",
      );
      expect(newest).toEqual({ action: "disabled", source: "sql" });
      const held = await tree.sync("--on-drift", "fail");
      expect(held).toMatch(/^! voice_logging stays as it is, even when git enables it: disabled manually /m);
      expect(held).toContain(ONCALL);
      expect((await tree.hoist("plan")).code).toBe(0);
      commitFlags(tree.repository, "On (#2)", FLAGS);
      const masked = await tree.sync();
      expect(masked).toMatch(/^! voice_logging stays as it is: disabled manually /m);
      expect(masked).toContain(ONCALL);
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
      commitFlags(tree.repository, "Off (#3)", OFF);
      expect(await tree.sync()).not.toContain("manually");
      commitFlags(tree.repository, "On again (#4)", FLAGS);
      await tree.sync();
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("can be released while git has it disabled", async () => {
      const tree = await killedWhileOff();
      expect(await tree.sync("--release", "voice_logging")).toMatch(/^! voice_logging: disabled manually .*; undone$/m);
      expect(await tree.sync()).not.toContain("manually");
      commitFlags(tree.repository, "On (#2)", FLAGS);
      await tree.sync();
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("stays disabled after it was archived and restored, and after its row was deleted", async () => {
      const tree = await killedWhileOff();
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      expect(await tree.sync()).toContain(ONCALL);
      commitFlags(tree.repository, "Back (#3)", OFF);
      expect(await tree.sync()).toContain(ONCALL);
      await tree.database.type("DELETE FROM feature_toggles WHERE feature_key = 'voice_logging';");
      expect(await tree.sync()).toContain("voice_logging stays as it is, even when git enables it");
      commitFlags(tree.repository, "On (#4)", FLAGS);
      expect(await tree.sync()).toContain(ONCALL);
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
    });

    test("is not marked by other manual changes, nor by syncs; a second kill changes nothing", async () => {
      const tree = await aSyncedTree(engine, OFF, { environment: "staging" });
      await tree.database.type(
        "UPDATE feature_toggles SET description = 'Typed.' WHERE feature_key = 'voice_logging';",
      );
      commitFlags(tree.repository, "Reworded (#2)", {
        voice_logging: flagText({ enabled: false, lines: "rollout: 5%" }),
      });
      expect(await tree.sync()).not.toContain("disabled manually");
      await typedBy(tree, engine, "oncall", "INC-412", KILL);
      const revision = await newestRevision(tree);
      await typedBy(tree, engine, "second", "me too", KILL);
      expect(await newestRevision(tree)).toBe(revision);
      expect(await kills(tree)).toMatchObject([{ by: { revision }, agreesWithGit: true }]);
    });
  });

  describe("--release", () => {
    test("of an archived flag ends its kill, and says that the flag stays archived", async () => {
      const tree = await aKilledTree();
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      await tree.sync();
      const plan = await tree.hoist("plan", "--release", "voice_logging");
      expect(plan).toMatchObject({ code: 2, out: expect.stringContaining("undone; the flag stays archived") });
      const released = await tree.sync("--release", "voice_logging");
      expect(released).toContain("1 updated");
      expect(released).toMatch(/^! voice_logging: disabled manually .*; undone; the flag stays archived$/m);
      const [row] = await tree.database.rows("SELECT * FROM feature_toggles WHERE feature_key = 'voice_logging'");
      expect(row?.["archived_at"]).not.toBeNull();
      commitFlags(tree.repository, "Back (#3)", FLAGS);
      await tree.sync();
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("of a flag that is archived by the same sync ends its kill", async () => {
      const tree = await aKilledTree();
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      expect(await tree.sync("--release", "voice_logging")).toMatch(
        /disabled manually .*; undone; the flag stays archived$/m,
      );
      commitFlags(tree.repository, "Back (#3)", FLAGS);
      await tree.sync();
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("of a flag without manual changes says that there is nothing to release", async () => {
      const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
      await tree.database.type("INSERT INTO feature_toggles (feature_key, display_name) VALUES ('typed', 'Typed');");
      const out = await tree.sync("--release", "other", "--release", "typed");
      expect(out).toContain("! other: nothing to release: it has no manual changes");
      expect(out).toContain("! typed: nothing to release: the row was inserted manually, and git has no file for it");
    });

    test("of an unknown flag lists each flag once", async () => {
      const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
      const { code, err } = await tree.hoist("sync", "--release", "nope");
      expect(code).toBe(9);
      expect(err.match(/voice_logging/g)).toHaveLength(1);
    });
  });

  describe("manual changes to archived flags", () => {
    async function anArchivedTree(): Promise<Synced> {
      const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      await tree.sync();
      return tree;
    }

    test("are reported, fail a strict sync, and are undone by healing", async () => {
      const tree = await anArchivedTree();
      const sql = "UPDATE feature_toggles SET description = 'Typed.' WHERE feature_key = 'voice_logging';";
      await typedBy(tree, engine, "writer", "why", sql);
      const synced = await tree.sync();
      expect(synced).toMatch(/^! voice_logging, which is archived, stays as it is: description changed manually /m);
      expect(synced).toContain(named(engine, "writer", "why"));
      expect(await tree.hoist("sync", "--on-drift", "fail")).toMatchObject({ code: 5 });
      expect(await tree.sync("--on-drift", "heal")).toContain("undone; the flag stays archived");
      expect(await tree.sync("--on-drift", "fail")).toContain("nothing to do");
    });

    test("a flag that was archived manually is restored with a warning that names who did it", async () => {
      const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
      const now = engine.name === "SQLite" ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "now()";
      const sql = `UPDATE feature_toggles SET archived_at = ${now} WHERE feature_key = 'voice_logging';`;
      await typedBy(tree, engine, "writer", "why", sql);
      const who = named(engine, "writer", "why");
      const status = await tree.hoist("status");
      expect(status.out).toMatch(/^voice_logging .*archived manually /m);
      expect(status.out).toContain(who);
      expect(await tree.hoist("sync", "--on-drift", "fail")).toMatchObject({ code: 5 });
      const synced = await tree.sync();
      expect(synced).toMatch(/^! voice_logging: archived manually .*; undone, because its file exists$/m);
      expect(synced).toContain(who);
      expect(await tree.sync("--on-drift", "fail")).toContain("nothing to do");
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      expect(await tree.sync()).not.toContain("manually");
      commitFlags(tree.repository, "Back (#3)", FLAGS);
      expect(await tree.sync()).not.toContain("manually");
    });

    test("a flag that was restored manually is archived again with a warning that names who did it", async () => {
      const tree = await anArchivedTree();
      const sql = "UPDATE feature_toggles SET archived_at = NULL WHERE feature_key = 'voice_logging';";
      await typedBy(tree, engine, "writer", "why", sql);
      const synced = await tree.sync();
      expect(synced).toContain("1 archived");
      expect(synced).toMatch(/^! voice_logging: restored manually .*; undone, because it has no file$/m);
      expect(synced).toContain(named(engine, "writer", "why"));
    });
  });

  test("a manual change that git has caught up with is no drift", async () => {
    const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
    await tree.database.type("UPDATE feature_toggles SET rollout_percentage = 10 WHERE feature_key = 'voice_logging';");
    commitFlags(tree.repository, "Down to 10 % (#2)", { voice_logging: flagText({ lines: "rollout: 10%" }) });
    expect(await tree.sync("--on-drift", "fail")).not.toContain("manually");
  });
});
