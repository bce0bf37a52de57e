import { describe, expect, test } from "vitest";
import { flagOfRow } from "../../src/core/row/row-codec.ts";
import type { FlagColumns } from "../../src/core/row/row.ts";
import { GIT_COLUMNS } from "../../src/store/columns.ts";
import { openStore } from "../../src/store/open.ts";
import { contentOf, onEveryEngine, type FlagDatabaseEngine } from "../support/flag-database.ts";
import { commitFlags, flagPath, flagText } from "../support/flag-tree.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

/** One group of columns: what somebody types, and what git changes in the same group. */
interface GroupCase {
  readonly group: string;
  readonly typed: string;
  /** Null where a group has two values only, so that both sides cannot change it differently. */
  readonly git: Readonly<Record<string, string>> | null;
}

const GROUPS: readonly GroupCase[] = [
  { group: "enabled", typed: "enabled = true", git: null },
  {
    group: "rollout",
    typed: "rollout_strategy = 'percentage', rollout_percentage = 33",
    git: { rollout: "{ whitelist: { userId: [user-42] } }" },
  },
  {
    group: "rules",
    typed: `rules = '[{"name":"typed","if":{"userRole":"admin"},"serve":"green"}]'`,
    git: { rules: "[{ name: written, if: { userRole: mechanic }, serve: green }]" },
  },
  { group: "serve", typed: `serve = '"green"'`, git: { serve: "control" } },
  { group: "name", typed: "display_name = 'Typed'", git: { name: "Written" } },
  { group: "description", typed: "description = 'Typed.'", git: { description: "Written." } },
  { group: "by", typed: "rollout_by = 'workshopId'", git: { rollout: "{ percentage: 10%, by: userRole }" } },
  { group: "requires", typed: `requires = '{"other":["off"]}'`, git: { requires: "{ other: true }" } },
  {
    group: "variants",
    typed: `variants = '{"control":"grey","blue":"#00e","green":"#0f0"}'`,
    git: { variants: '{ control: grey, blue: "#009", green: "#0f0" }' },
  },
  { group: "offVariant", typed: "off_variant = 'green'", git: { offVariant: "blue" } },
  { group: "fallback", typed: "fallback = 'green'", git: { fallback: "blue" } },
  { group: "salt", typed: "salt = 'typed'", git: { salt: "written" } },
  { group: "client", typed: "client = true", git: null },
  { group: "protected", typed: "protected = true", git: null },
  { group: "metadata", typed: `metadata = '{"ticket":"OPS-1"}'`, git: { metadata: "{ ticket: OPS-2 }" } },
];

const LINES: Readonly<Record<string, string>> = {
  name: "A flag",
  description: "What it switches.",
  owner: "team-checkout",
  kind: "ops",
  enabled: "true",
  type: "string",
  variants: '{ control: grey, blue: "#00f", green: "#0f0" }',
  offVariant: "control",
  fallback: "control",
  rollout: "10%",
  serve: "blue",
};

function keyOf({ group }: GroupCase): string {
  return `by_${group.toLowerCase()}`;
}

function coloured(lines: Readonly<Record<string, string>>): string {
  const all = { ...LINES, ...lines };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n`;
}

/** A flag for every group, and one more that others can require. */
function oneFlagAGroup(changed: (each: GroupCase) => Readonly<Record<string, string>>): Record<string, string> {
  const flags = GROUPS.map((each) => {
    const enabled = each.group === "enabled" ? "false" : "true";
    return [keyOf(each), coloured({ enabled, ...changed(each) })];
  });
  return { other: flagText(), ...Object.fromEntries(flags) };
}

/** Synced, and then every group written to by hand. */
async function aTreeWrittenByHand(engine: FlagDatabaseEngine): Promise<Synced> {
  const tree = await aSyncedTree(
    engine,
    oneFlagAGroup(() => ({})),
    { environment: "staging" },
  );
  for (const each of GROUPS) await typed(tree, `${each.typed} WHERE feature_key = '${keyOf(each)}'`);
  return tree;
}

async function typed({ database }: Synced, change: string): Promise<void> {
  await database.type(`UPDATE feature_toggles SET ${change};`);
}

/** What git decides of each row, by key; archived rows too. */
async function columnsIn(url: string): Promise<ReadonlyMap<string, Partial<FlagColumns>>> {
  const store = await openStore(url);
  try {
    const { rows } = await store.read();
    return new Map(
      rows.map((raw) => {
        const read = flagOfRow(raw);
        if (!read.ok) throw new Error(read.problem);
        return [
          read.flag.key,
          Object.fromEntries(Object.entries(read.row).filter(([name]) => GIT_COLUMNS.includes(name))),
        ];
      }),
    );
  } finally {
    await store.close();
  }
}

/** What a sync of HEAD makes of an empty database: what git says. */
async function columnsInGit(
  engine: FlagDatabaseEngine,
  tree: Synced,
): Promise<ReadonlyMap<string, Partial<FlagColumns>>> {
  const { url } = await engine.fresh();
  expect(await tree.hoist("sync", "--database", url)).toMatchObject({ code: 0 });
  return columnsIn(url);
}

async function enabledIn({ database }: Synced, key: string): Promise<boolean> {
  const [row] = await database.rows(`SELECT enabled FROM feature_toggles WHERE feature_key = '${key}'`);
  return Boolean(row?.["enabled"]);
}

onEveryEngine((engine) => {
  describe("a manual change of each group of columns", () => {
    test("is kept if git did not change it; plan, sync and status show author and time", async () => {
      const tree = await aTreeWrittenByHand(engine);
      const byHand = await columnsIn(tree.database.url);
      commitFlags(tree.repository, "Something else (#2)", { unrelated: flagText() });
      const plan = await tree.hoist("plan");
      const synced = await tree.sync();
      const { unrelated: _, ...after } = Object.fromEntries(await columnsIn(tree.database.url));
      expect(after).toEqual(Object.fromEntries(byHand));
      const status = await tree.hoist("status");
      for (const each of GROUPS) {
        const who = `.*manually just now by ${engine.byHand}|.*manually \\d+ s ago by ${engine.byHand}`;
        expect(plan.out).toMatch(new RegExp(`^! ${keyOf(each)} (${who}); stays`, "m"));
        expect(synced).toMatch(new RegExp(`^! ${keyOf(each)} stays as it is: (${who})\\. To release it, run: `, "m"));
        expect(status.out).toMatch(new RegExp(`^${keyOf(each)} .* \\(manual\\) .*by ${engine.byHand}$`, "m"));
      }
      expect(plan.code).toBe(2);
      expect(status.code).toBe(0);
      expect((await tree.hoist("plan")).code).toBe(0);
    });

    test("is overwritten with a warning if git changed it too, with the old row in the audit", async () => {
      const tree = await aTreeWrittenByHand(engine);
      commitFlags(
        tree.repository,
        "All of them (#2)",
        oneFlagAGroup(({ git }) => git ?? {}),
      );
      const both = GROUPS.filter(({ git }) => git !== null);
      const plan = await tree.hoist("plan");
      await tree.sync();
      const [after, git] = [await columnsIn(tree.database.url), await columnsInGit(engine, tree)];
      for (const each of both) {
        expect(after.get(keyOf(each)), each.group).toEqual(git.get(keyOf(each)));
        expect(plan.out).toMatch(new RegExp(`^! ${keyOf(each)} .*overwritten, because git changed it too`, "m"));
        const [newest] = await tree.database.rows(
          `SELECT notes, old_state FROM feature_toggle_audit WHERE feature_key = '${keyOf(each)}' ORDER BY id DESC`,
        );
        expect(newest?.["notes"]).toBe("All of them (#2)");
        expect(JSON.stringify(newest?.["old_state"])).toMatch(/typed|Typed|33|green|workshopId|off|#00e|OPS-1/);
      }
    });

    test.each([
      ["heal", ["--on-drift", "heal"]],
      ["release", GROUPS.flatMap((each) => ["--release", keyOf(each)])],
    ])("is undone by %s, at the same commit", async (_, options) => {
      const tree = await aTreeWrittenByHand(engine);
      const out = await tree.sync(...options);
      expect(await columnsIn(tree.database.url)).toEqual(await columnsInGit(engine, tree));
      for (const each of GROUPS) expect(out).toMatch(new RegExp(`^! ${keyOf(each)}: .*; undone$`, "m"));
      expect(await tree.sync("--on-drift", "fail")).toContain("nothing to do");
    });

    const some = GROUPS.filter(({ group }) => ["enabled", "rollout", "metadata"].includes(group));
    test.each(some)("fails a strict sync: $group", async (each) => {
      const tree = await aSyncedTree(
        engine,
        oneFlagAGroup(() => ({})),
        { environment: "staging" },
      );
      await typed(tree, `${each.typed} WHERE feature_key = '${keyOf(each)}'`);
      const before = await contentOf(tree.database);
      const refused = await tree.hoist("sync", "--on-drift", "fail");
      expect(refused).toMatchObject({ code: 5, err: expect.stringContaining("the table has manual changes") });
      expect(await contentOf(tree.database)).toEqual(before);
    });
  });

  describe("a manually disabled flag", () => {
    const FLAGS = { voice_logging: flagText(), other: flagText() };
    const killed = async () => {
      const tree = await aSyncedTree(engine, FLAGS, { environment: "staging" });
      await typed(tree, "enabled = false WHERE feature_key = 'voice_logging'");
      return tree;
    };

    test("stays off through other merges, a change to the flag itself, and healing", async () => {
      const tree = await killed();
      commitFlags(tree.repository, "Other (#2)", { other: flagText({ description: "Mended." }) });
      expect(await tree.sync()).toContain("voice_logging stays as it is: disabled manually");
      commitFlags(tree.repository, "Voice (#3)", { voice_logging: flagText({ lines: "rollout: 50%" }) });
      expect(await tree.sync()).toContain("voice_logging stays as it is: disabled manually");
      expect(await tree.sync("--on-drift", "heal")).toContain("voice_logging stays as it is: disabled manually");
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
    });

    test("is on again after git has disabled and then enabled it", async () => {
      const tree = await killed();
      commitFlags(tree.repository, "Off in git, too (#2)", { voice_logging: flagText({ enabled: false }) });
      expect(await tree.sync()).not.toContain("manually");
      commitFlags(tree.repository, "Mended, on again (#3)", { voice_logging: flagText() });
      await tree.sync();
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("is on again after --release at the same commit, and only the released flag", async () => {
      const tree = await killed();
      await typed(tree, "enabled = false WHERE feature_key = 'other'");
      await tree.sync("--release", "voice_logging");
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
      expect(await enabledIn(tree, "other")).toBe(false);
      const refused = await tree.hoist("sync", "--release", "voice_loging");
      expect(refused).toMatchObject({ code: 9, err: expect.stringContaining('did you mean "voice_logging"?') });
    });

    test("stays off when it is archived and restored", async () => {
      const tree = await killed();
      tree.repository.remove(flagPath("voice_logging"));
      tree.repository.commit("Away (#2)");
      await tree.sync();
      commitFlags(tree.repository, "Back (#3)", FLAGS);
      expect(await tree.sync()).toContain("voice_logging stays as it is: disabled manually");
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
    });

    test("stays off when its row is also deleted and restored", async () => {
      const tree = await killed();
      await tree.database.type("DELETE FROM feature_toggles WHERE feature_key = 'voice_logging';");
      const out = await tree.sync();
      expect(out).toContain("1 put back");
      expect(out).toContain("voice_logging stays as it is: disabled manually");
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
      expect(await tree.sync()).toContain("voice_logging stays as it is: disabled manually");
      await tree.sync("--release", "voice_logging");
      expect(await enabledIn(tree, "voice_logging")).toBe(true);
    });

    test("is reported with the person who disabled it, even after later writes to the row", async () => {
      const tree = await killed();
      await typed(tree, "description = 'Somebody else was here.' WHERE feature_key = 'voice_logging'");
      const audit = "SELECT revision FROM feature_toggle_audit WHERE action = 'disabled'";
      const [{ revision } = {}] = await tree.database.rows(audit);
      const { handEdits } = JSON.parse((await tree.hoist("plan", "--format", "json")).out);
      expect(handEdits).toMatchObject([
        { group: "enabled", text: "disabled manually", by: { changedBy: engine.byHand, revision: Number(revision) } },
        { group: "description", by: { revision: Number(revision) + 1 } },
      ]);
    });
  });

  describe("manually inserted and deleted rows", () => {
    const INSERT =
      "INSERT INTO feature_toggles (feature_key, display_name, enabled) VALUES ('typed_flag', 'Typed', true);";
    const DELETE = "DELETE FROM feature_toggles WHERE feature_key = 'voice_logging';";

    test("an inserted row is served, reported and never archived, until git has a file for it", async () => {
      const tree = await aSyncedTree(engine, { voice_logging: flagText() }, { environment: "staging" });
      await tree.database.type(INSERT);
      expect((await tree.hoist("plan")).out).toMatch(
        new RegExp(
          `! typed_flag +inserted manually (just now|\\d+ s ago) by ${engine.byHand}; served, although it has no file`,
        ),
      );
      expect(await tree.sync()).toMatch(
        new RegExp(
          `! typed_flag was inserted manually (just now|\\d+ s ago) by ${engine.byHand}: it is served, although it has no file`,
        ),
      );
      const status = await tree.hoist("status");
      expect(status.out).toMatch(new RegExp(`^typed_flag .*has no file.*by ${engine.byHand}`, "m"));
      expect((await tree.hoist("why", "typed_flag")).out).toMatch(/^true /);
      commitFlags(tree.repository, "It has a file now (#2)", { typed_flag: flagText() });
      await tree.sync();
      expect((await tree.hoist("plan")).out).not.toContain("inserted manually");
    });

    test("a deleted row is restored from git, and the person who deleted it is reported", async () => {
      const tree = await aSyncedTree(engine, { voice_logging: flagText() }, { environment: "staging" });
      await tree.database.type(DELETE);
      expect((await tree.hoist("status")).out).toMatch(
        new RegExp(`^voice_logging .*deleted manually.*by ${engine.byHand}`, "m"),
      );
      const plan = await tree.hoist("plan");
      expect(plan.out).toMatch(new RegExp(`deleted manually (just now|\\d+ s ago) by ${engine.byHand}`));
      expect(plan.code).toBe(2);
      const out = await tree.sync();
      expect(out).toContain(": 1 put back (");
      expect(out).toMatch(
        new RegExp(
          `^! voice_logging was put back: its row was deleted manually (just now|\\d+ s ago) by ${engine.byHand}$`,
          "m",
        ),
      );
      expect(await columnsIn(tree.database.url)).toEqual(await columnsInGit(engine, tree));
      expect((await tree.hoist("plan")).code).toBe(0);
    });

    test.each([
      ["an inserted", INSERT],
      ["a deleted", DELETE],
    ])("%s row fails a strict sync", async (_, sql) => {
      const tree = await aSyncedTree(engine, { voice_logging: flagText() }, { environment: "staging" });
      await tree.database.type(sql);
      expect(await tree.hoist("sync", "--on-drift", "fail")).toMatchObject({ code: 5 });
    });

    test("a row with the same environment variable as a new flag causes a clear refusal", async () => {
      const tree = await aSyncedTree(engine, { voice_logging: flagText() }, { environment: "staging" });
      await tree.database.type(INSERT);
      commitFlags(tree.repository, "Nearly the same (#2)", { "typed-flag": flagText() });
      const refused = await tree.hoist("sync");
      expect(refused.code).toBe(3);
      expect(refused.out).toContain("FEATURE_TYPED_FLAG");
    });

    test("a flag that replaces another one with the same environment variable is refused before anything is written", async () => {
      const tree = await aSyncedTree(engine, { "new-checkout": flagText() }, { environment: "staging" });
      tree.repository.remove(flagPath("new-checkout"));
      commitFlags(tree.repository, "With the other dash (#2)", { new_checkout: flagText() });
      expect(await tree.hoist("plan")).toMatchObject({ code: 3 });
      const refused = await tree.hoist("sync");
      expect(refused.code).toBe(3);
      expect(refused.out).toContain("FEATURE_NEW_CHECKOUT");
    });
  });

  describe("a row that cannot be read", () => {
    const damage = (where: string) =>
      engine.name === "SQLite"
        ? `PRAGMA ignore_check_constraints = ON; UPDATE feature_toggles SET ${where};`
        : `ALTER TABLE feature_toggles DISABLE TRIGGER feature_toggles_stamp; UPDATE feature_toggles SET ${where};
           ALTER TABLE feature_toggles ENABLE TRIGGER feature_toggles_stamp;`;
    const broken = async (also = "") => {
      const tree = await aSyncedTree(
        engine,
        { voice_logging: flagText(), other: flagText() },
        { environment: "staging" },
      );
      await tree.database.type(damage(`rollout_strategy = 'sometimes'${also} WHERE feature_key = 'voice_logging'`));
      return tree;
    };

    test("is reported by status, and rewritten from git", async () => {
      const tree = await broken();
      expect((await tree.hoist("status")).out).toMatch(/^voice_logging .*unreadable .*rollout_strategy/m);
      expect(await tree.hoist("sync", "--on-drift", "fail")).toMatchObject({ code: 5 });
      expect((await tree.hoist("plan")).out).toContain("the row cannot be read (rollout_strategy: expected one of");
      await tree.sync();
      expect(await columnsIn(tree.database.url)).toEqual(await columnsInGit(engine, tree));
    });

    test("that was disabled stays disabled, unless it is released", async () => {
      const tree = await broken(", enabled = false");
      expect(await tree.sync()).toContain("voice_logging stays as it is: disabled manually");
      expect(await enabledIn(tree, "voice_logging")).toBe(false);
      const other = await broken(", enabled = false");
      await other.sync("--release", "voice_logging");
      expect(await enabledIn(other, "voice_logging")).toBe(true);
    });
  });
});
