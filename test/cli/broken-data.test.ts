import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { everyCommand, formatsOf, READING_DATABASE } from "../support/every-command.ts";
import { type FlagDatabaseEngine, onEveryEngine } from "../support/flag-database.ts";
import { commitFlags, flagPath, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";
import { sqlText, typeUnguarded } from "../support/unguarded.ts";

const LARGE = "9223372036854775807";
const DEEP = `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`;

interface Breakage {
  readonly [name: string]: string;
}

/** What is assigned to the row of a flag of that name, so that it cannot be read. */
const BOTH: Breakage = {
  unknown_strategy: "rollout_strategy = 'lottery'",
  list_as_object: "target_config = '[1]'",
  number_as_ids: `rollout_strategy = 'whitelist', target_config = '{"user_ids": 7}'`,
  object_as_rules: "rules = '{}'",
  unknown_rule_key: `rules = '[{"if": {"userId": "a"}, "serve": "on", "sometimes": true}]'`,
  unknown_operator: `rules = '[{"if": {"userId": {"resembles": "a"}}, "serve": "on"}]'`,
  number_as_serve: "serve = '5'",
  unknown_serve: `serve = '"nothing"'`,
  half_a_split: `serve = '{"split": [{"variant": "on", "percentage": 50}]}'`,
  null_requires: "requires = 'null'",
  no_variants: "variants = '{}'",
  unknown_type: "flag_type = 'date'",
  unknown_off: "off_variant = 'constructor'",
  unknown_fallback: "fallback = '__proto__'",
  salt_with_colon: "salt = 'a:b'",
  number_as_metadata: "metadata = '7'",
  text_as_synced: `synced = '"x"'`,
  large_percentage: "rollout_strategy = 'percentage', rollout_percentage = 900",
};
const SQLITE_ONLY: Breakage = {
  not_json: `target_config = '{"user_ids": ['`,
  not_json_rules: "rules = 'x'",
  not_json_synced: "synced = '{'",
  deep_json: `metadata = '${DEEP}'`,
  large_client: `client = ${LARGE}`,
  two_as_enabled: "enabled = 2",
};
const POSTGRES_ONLY: Breakage = {
  nan_percentage: "rollout_strategy = 'percentage', rollout_percentage = 'NaN'",
};

function breakagesIn(engine: FlagDatabaseEngine): Breakage {
  return { ...BOTH, ...(engine.name === "SQLite" ? SQLITE_ONLY : POSTGRES_ONLY) };
}

const AUDIT_STATES = ["null", "5", "[]", '"x"', '{"rules": 7}', '{"rollout_strategy": "lottery"}', '{"synced": []}'];
const HEARTBEATS = [
  "null",
  "5",
  "[]",
  '"x"',
  '{"healthy": null}',
  '{"healthy": {"variant": 5}}',
  '{"constructor": {"variant": "on", "via": {}}}',
];

/** Breaks the audit, the heartbeats and the list of syncs. */
function otherBreakages(engine: FlagDatabaseEngine): string {
  const isSqlite = engine.name === "SQLite";
  const now = isSqlite ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "now()";
  const states = [...AUDIT_STATES, ...(isSqlite ? ["{", "x"] : [])].flatMap((state) => [
    [state, "'{}'"],
    ["{}", sqlText(state)],
    [state, "NULL"],
  ]);
  const entry = (before: string, after: string, { action = "'updated'", at = now, revision = "3" } = {}) => {
    const id = `'6f9619ff-8b86-4d01-b42d-00c04fc964ff'`;
    return `(${id}, 'healthy', ${action}, ${before}, ${after}, 'somebody', ${at}, 'note', 'sql', ${revision})`;
  };
  const entries = [
    ...states.map(([before = "", after = ""]) => entry(sqlText(before), after)),
    entry("'{}'", "'{}'", { action: "'exploded'" }),
    entry("'{}'", "'{}'", { revision: LARGE }),
    entry("'{}'", "'{}'", { at: isSqlite ? "'yesterday'" : "'infinity'" }),
  ];
  const beats = [...HEARTBEATS, ...(isSqlite ? ["{", "x"] : [])].map((overrides, index) => {
    const id = `'7d444840-9dc0-11d1-b245-5ffdce74fa${String(index).padStart(2, "0")}'`;
    return `(${id}, 'host-${index}', 1, 1, ${index === 0 ? LARGE : 1}, ${sqlText(overrides)}, ${now}, ${now})`;
  });
  return `
    INSERT INTO feature_toggle_audit (toggle_id, feature_key, action, old_state, new_state, changed_by, changed_at, notes, source, revision)
      VALUES ${entries.join(", ")};
    INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at, seen_at) VALUES ${beats.join(", ")};
    UPDATE flaghoist_syncs SET summary = '7', revision = ${LARGE};
    ${isSqlite ? "UPDATE flaghoist_syncs SET summary = '{', synced_at = 'yesterday'" : "UPDATE flaghoist_syncs SET synced_at = 'infinity'"}`;
}

async function aBrokenTree(engine: FlagDatabaseEngine): Promise<Synced> {
  const broken = breakagesIn(engine);
  const flags = Object.fromEntries([...Object.keys(broken), "healthy", "removed"].map((key) => [key, flagText()]));
  const config = CONFIG_FOR_MANY;
  const tree = await aSyncedTree(engine, flags, { config });
  commitFlags(tree.repository, "Lower (#2)", { healthy: flagText({ lines: "rollout: 10%" }) });
  await tree.sync("--acknowledge", /--acknowledge (\w+)/.exec((await tree.hoist("plan")).out)?.[1] ?? "");
  tree.repository.remove(flagPath("removed"));
  tree.repository.commit("Without a flag (#3)");
  // Times are only for people.
  const times =
    engine.name === "SQLite" ? "updated_at = 'yesterday'" : "updated_at = 'infinity', created_at = '-infinity'";
  const assigned = Object.entries({ ...broken, removed: "serve = '5'", healthy: times }).map(
    ([key, set]) => `UPDATE feature_toggles SET ${set} WHERE feature_key = '${key}';`,
  );
  await typeUnguarded(engine, tree.database, `${assigned.join("\n")} ${otherBreakages(engine)}`);
  return tree;
}

const CONFIG_FOR_MANY = `environments: { development: { workTree: true }, staging: {}, production: {} }
attributes: { userId: { type: string }, userRole: { type: string } }
owners: { team-checkout: "@acme/checkout" }
policies: { maxFlags: 100 }
`;

/** Exit codes that a command may have for data that cannot be read. */
const SENSIBLE = [0, 2, 3, 5, 9];

interface Row {
  readonly key: string;
  readonly git: string;
  readonly table: string;
  readonly note: string;
}

onEveryEngine((engine) => {
  test("rows, audit entries and heartbeats that cannot be read are set aside one by one by every command", {
    timeout: 240_000,
  }, async () => {
    const { repository, database } = await aBrokenTree(engine);
    const broken = Object.keys(breakagesIn(engine));
    mkdirSync(join(repository.folder, "elsewhere"));
    const hoist = hoistIn(repository.folder, { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url });
    for (const [name, calls] of Object.entries(everyCommand(["healthy", "unknown_strategy"]))) {
      if (name === "sync" || !READING_DATABASE.includes(name)) continue;
      for (const args of calls.flatMap((call) => (engine.name === "SQLite" ? formatsOf(name, call) : [call]))) {
        const { code, out, err } = await hoist(...name.split(" "), ...args);
        const result = { command: [name, ...args].join(" "), code, hasStack: /^ +at /m.test(out + err) };
        expect.soft(result).toEqual({ ...result, code: SENSIBLE.includes(code) ? code : "sensible", hasStack: false });
      }
    }
    const status = JSON.parse((await hoist("status", "--format", "json")).out);
    const rows = new Map((status.rows as readonly Row[]).map((row) => [row.key, row]));
    expect(broken.filter((key) => rows.get(key)?.table !== "unreadable" || rows.get(key)?.note === "")).toEqual([]);
    expect(rows.get("healthy")).toMatchObject({ git: "10 %", table: "10 %" });
    expect(status.instances.unreadable.length).toBeGreaterThan(3);
    expect(status.table.behind).toBeNull();
    const plan = await hoist("plan");
    for (const key of broken)
      expect.soft(plan.out).toMatch(new RegExp(`^~ ${key} +the row cannot be read \\(.+\\) and is rewritten`, "m"));
    expect(plan.out).toMatch(/^! removed +the row cannot be read .*; stays, because it has no file$/m);
    expect(plan.out).not.toMatch(/^. healthy /m);
    expect(await hoist("why", "healthy", "--user", "user-42")).toMatchObject({
      code: 0,
      out: expect.stringContaining("default rollout"),
    });
    expect(await hoist("why", "unknown_strategy")).toMatchObject({
      code: 3,
      err: expect.stringContaining("rollout_strategy: expected one of"),
    });
    expect((await hoist("log", "healthy", "--limit", "0")).out).toContain("old_state: expected a JSON object");
    expect((await hoist("suspects", "--since", "2000-01-01")).out).toContain("new_state: expected a JSON object");
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    expect(await hoist("sync", "--on-drift", "fail", "--release", "removed")).toMatchObject({ code: 5 });
    const after = JSON.parse((await hoist("status", "--format", "json")).out);
    expect((after.rows as readonly Row[]).filter(({ table }) => table === "unreadable").map(({ key }) => key)).toEqual([
      "removed",
    ]);
  });

  test("a head that cannot be read is a database error that says how to correct it", async () => {
    const { database, hoist } = await aSyncedTree(engine, { healthy: flagText() });
    await typeUnguarded(engine, database, `UPDATE flaghoist_head SET revision = ${LARGE}`);
    for (const command of ["plan", "sync", "status", "log", "suspects --since 1h", "why healthy", "adopt healthy"]) {
      const { code, err } = await hoist(...command.split(" "));
      expect.soft({ command, code, err }).toEqual({
        command,
        code: expect.toBeOneOf([0, 8]),
        err: expect.stringContaining(`revision in flaghoist_head is ${LARGE}`),
      });
    }
    await database.type("UPDATE flaghoist_head SET epoch = epoch + 1, revision = 0");
    expect(await hoist("status")).toMatchObject({ code: 0 });
  });
});
