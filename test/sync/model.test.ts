import { hostname } from "node:os";
import { expect, onTestFinished, test, vi } from "vitest";
import { Client } from "pg";
import { openSqlite } from "../../src/store/sqlite/driver.ts";
import { onEveryEngine, type FlagDatabase, type FlagDatabaseEngine, type Row } from "../support/flag-database.ts";
import { hoistIn } from "../support/hoist.ts";
import { aHistory, KEYS, oneOf, someValues, type Step } from "../support/merge-history.ts";
import {
  changeManually,
  emptyModel,
  isRecorded,
  syncModel,
  type Expected,
  type ManualChange,
  type Model,
  type ModelRow,
  type SyncRequest,
  type Values,
} from "../support/merge-model.ts";
import { seededRandom, type Random } from "../support/random.ts";

vi.setConfig({ testTimeout: 900_000 });

/** Each step makes up to two manual changes and one sync. */
const STEPS = process.env["FULL"] ? 1_000 : 60;
const PEOPLE = ["oncall", "writer", "cleaner"];

/** A connection on which people type. It stays open, because a process for each statement would take most of the time. */
interface Prompt {
  type(person: string, note: string, sql: string): Promise<void>;
  rows(sql: string): Promise<readonly Row[]>;
}

async function promptOn({ url }: FlagDatabase, engine: FlagDatabaseEngine): Promise<Prompt> {
  if (engine.name === "SQLite") {
    const db = openSqlite(new URL(url).pathname, "rw");
    onTestFinished(() => db.close());
    return { type: async (_person, _note, sql) => db.exec(sql), rows: async (sql) => db.all<Row>(sql) };
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return {
    type: async (person, note, sql) => {
      await client.query(`SET application_name = '${person}'; SET flaghoist.note = '${note}'; ${sql}`);
    },
    rows: async (sql) => (await client.query<Row>(sql)).rows,
  };
}

function sqlOf(change: ManualChange, engine: FlagDatabaseEngine): string {
  const where = `WHERE feature_key = '${change.key}'`;
  const now = engine.name === "SQLite" ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "now()";
  switch (change.kind) {
    case "set":
      return `UPDATE feature_toggles SET ${assignments(change.values)} ${where}`;
    case "archive":
      return `UPDATE feature_toggles SET archived_at = ${now} ${where} AND archived_at IS NULL`;
    case "restore":
      return `UPDATE feature_toggles SET archived_at = NULL ${where}`;
    case "delete":
      return `DELETE FROM feature_toggles ${where}`;
    case "insert": {
      const { enabled, share, description } = change.values;
      return `INSERT INTO feature_toggles
        (feature_key, display_name, enabled, rollout_strategy, rollout_percentage, description)
        VALUES ('${change.key}', 'Typed', ${enabled}, 'percentage', ${share}, '${description}')
        ON CONFLICT (feature_key) DO NOTHING`;
    }
  }
}

function assignments({ enabled, share, description }: Partial<Values>): string {
  return [
    ...(enabled === undefined ? [] : [`enabled = ${enabled}`]),
    ...(share === undefined ? [] : [`rollout_percentage = ${share}`]),
    ...(description === undefined ? [] : [`description = '${description}'`]),
  ].join(", ");
}

/** Kills are the most frequent change. */
function someChange(random: Random): ManualChange {
  const [key, dice, values] = [oneOf(random, KEYS), random.next(), someValues(random)];
  if (dice < 0.4) return { kind: "set", key, values: { enabled: false } };
  if (dice < 0.5) return { kind: "set", key, values: { enabled: true } };
  if (dice < 0.65)
    return { kind: "set", key, values: oneOf(random, [{ share: 77 }, { description: "Typed." }, values]) };
  if (dice < 0.72) return { kind: "archive", key };
  if (dice < 0.78) return { kind: "restore", key };
  if (dice < 0.9) return { kind: "delete", key };
  return { kind: "insert", key, values };
}

const NEWEST = `SELECT id, feature_key AS key, action, changed_by, notes, source, revision FROM feature_toggle_audit
  ORDER BY id DESC LIMIT 40`;

async function newestId(prompt: Prompt): Promise<number> {
  return Number((await prompt.rows("SELECT coalesce(max(id), 0) AS id FROM feature_toggle_audit"))[0]?.["id"]);
}

async function entriesAfter(prompt: Prompt, id: number) {
  const rows = (await prompt.rows(NEWEST)).filter((row) => Number(row["id"]) > id);
  return rows.map(({ key, action, changed_by, notes, source, revision }) => {
    return { key, action, changed_by, notes, source, revision: Number(revision) };
  });
}

async function changeBoth(
  model: Model,
  change: ManualChange,
  prompt: Prompt,
  engine: FlagDatabaseEngine,
  random: Random,
) {
  const [person, note] = [oneOf(random, PEOPLE), `note ${Math.floor(random.next() * 1_000)}`];
  const isPostgres = engine.name === "PostgreSQL";
  const by = { changedBy: isPostgres ? `postgres@${person}` : "sql", notes: isPostgres ? note : null };
  const before = await newestId(prompt);
  await prompt.type(person, note, sqlOf(change, engine));
  const [entry, ...others] = await entriesAfter(prompt, before);
  expect(others).toEqual([]);
  if (!isRecorded(model, change)) return expect(entry).toBeUndefined();
  expect(entry).toMatchObject({ key: change.key, changed_by: by.changedBy, notes: by.notes, source: "sql" });
  changeManually(model, change, { ...by, revision: entry?.revision ?? 0 });
}

/** The author in the audit: the last commit since the live one that touched the file, else the last one before it. */
function authorOf(key: string, steps: readonly Step[], live: number, target: number) {
  const touches = steps
    .slice(0, target + 1)
    .flatMap((step, index) => (step.touched.has(key) ? [{ ...step, index }] : []));
  const last = touches.at(-1);
  const [changed_by, subject] = [last?.by.email ?? "", last?.subject ?? ""];
  const isOlder = last === undefined || last.index <= live;
  return { changed_by, notes: isOlder ? `${subject}; the table was put right by user@${hostname()}` : subject };
}

const TABLE = `SELECT feature_key, enabled, rollout_percentage, description, path, synced, archived_at FROM feature_toggles
  WHERE feature_key <> 'anchor' ORDER BY feature_key`;

async function tableOf(prompt: Prompt) {
  const rows = await prompt.rows(TABLE);
  return Object.fromEntries(
    rows.map(({ feature_key, enabled, rollout_percentage, description, path, synced, archived_at }) => {
      const base = typeof synced === "string" ? JSON.parse(synced) : synced;
      const values = (from: Row) => ({
        enabled: Boolean(from["enabled"]),
        share: Number(from["rollout_percentage"]),
        description: from["description"],
      });
      return [
        feature_key,
        {
          live: values({ enabled, rollout_percentage, description }),
          base: base && values(base),
          isMarked: base?.killed === true,
          isArchived: archived_at !== null,
          path,
        },
      ];
    }),
  );
}

function tableIn({ rows }: Model): Record<string, ModelRow> {
  return Object.fromEntries([...rows].filter(([key]) => key !== "anchor"));
}

const GROUP_NAMES: Readonly<Record<string, string>> = { rollout: "share", archivedAt: "archived" };

/** What the JSON of a sync says about the groups that the model knows. */
function reported(json: string) {
  const { handEdits, manualRows, nothingToRelease } = JSON.parse(json);
  const known = handEdits.filter(({ group }: Row) =>
    ["enabled", "rollout", "description", "archivedAt"].includes(String(group)),
  );
  const warnings = known.map(({ key, group, kind, outcome, agreesWithGit, isArchived, by }: Row) => {
    const what = group === "archivedAt" ? kind : (GROUP_NAMES[String(group)] ?? group);
    return { key, what, outcome, agreesWithGit, isArchived, by: entryIn(by) };
  });
  const rows = manualRows.map(({ key, kind, by }: Row) => ({ key, kind, by: entryIn(by) }));
  return { warnings: sorted(warnings), rows: sorted(rows), nothingToRelease };
}

function entryIn(by: unknown): unknown {
  if (typeof by !== "object" || by === null) return undefined;
  const { changedAt, ...entry } = { changedAt: "", ...by };
  expect(Math.abs(Date.now() - Date.parse(changedAt))).toBeLessThan(900_000);
  return entry;
}

function expectedReport({ warnings, unmanaged, putBack, nothingToRelease }: Expected, before: Model) {
  const inserted = unmanaged.map((key) => ({ key, kind: "inserted", by: before.inserted.get(key) }));
  const deleted = putBack.map((key) => ({ key, kind: "deleted", by: before.deleted.get(key)?.by }));
  return { warnings: sorted(warnings), rows: sorted([...inserted, ...deleted]), nothingToRelease };
}

function sorted(items: readonly object[]): readonly object[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function copyOf(model: Model): Model {
  return structuredClone(model);
}

function someRequest(random: Random, { files }: Step, { rows }: Model): SyncRequest {
  const known = KEYS.filter((key) => files.has(key) || rows.has(key));
  const release = random.next() < 0.25 && known.length > 0 ? [oneOf(random, known)] : [];
  const dice = random.next();
  return { files, release: new Set(release), onDrift: dice < 0.1 ? "heal" : dice < 0.25 ? "fail" : "keep" };
}

onEveryEngine((engine) => {
  test("table, warnings, exit code and audit of random syncs agree with a model of the merge", async () => {
    const random = seededRandom();
    console.log(`${engine.name}: SEED=${random.seed}`);
    const { repository, steps } = aHistory(random, STEPS);
    const database = await engine.fresh();
    const hoist = hoistIn(repository.folder, { FLAGS_ENV: "staging", FLAGS_DATABASE_URL: database.url });
    const first = await hoist("sync", "--commit", steps[0]?.sha ?? "");
    expect(first, first.err).toMatchObject({ code: 0 });
    const model = emptyModel();
    const prompt = await promptOn(database, engine);
    const [start] = steps;
    if (start === undefined) throw new Error("the history is empty");
    syncModel(model, { files: start.files, release: new Set(), onDrift: "keep" });
    let [live, target] = [0, 0];
    for (let number = 1; number <= STEPS; number++) {
      const manual = Array.from({ length: Math.floor(random.next() * 3) }, () => someChange(random));
      for (const change of manual) await changeBoth(model, change, prompt, engine, random);
      target = Math.min(steps.length - 1, Math.max(target, live + Math.floor(random.next() * 3)));
      const step = steps[target] ?? start;
      const request = someRequest(random, step, model);
      const options = [...request.release].flatMap((key) => ["--release", key]);
      const before = { id: await newestId(prompt), model: copyOf(model) };
      const expected = syncModel(model, request);
      const args = ["--commit", step.sha, "--on-drift", request.onDrift, ...options];
      const result = await hoist("sync", ...args, "--format", "json");
      const about = `SEED=${random.seed}, step ${number}: ${JSON.stringify({ manual, args })}\n${result.err}`;
      expect(result.code, about).toBe(expected.code);
      expect(reported(result.out), about).toEqual(expectedReport(expected, before.model));
      expect(await tableOf(prompt), about).toEqual(tableIn(model));
      const written = expected.writes.map(({ key, action }) => {
        return { key, action, source: "sync", ...authorOf(key, steps, live, target) };
      });
      const audited = (await entriesAfter(prompt, before.id)).map(inOrder);
      expect(sorted(audited), about).toEqual(sorted(written.map(inOrder)));
      if (expected.code === 0) live = target;
    }
  });
});

/** Returns the members that a model predicts, always in the same order. */
function inOrder({ key, action, changed_by, notes, source }: Readonly<Record<string, unknown>>) {
  return { key, action, changed_by, notes, source };
}
