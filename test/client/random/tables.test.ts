import type * as Engine from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFlags } from "../../../src/client/create-flags.ts";
import type { StartedClient } from "../../../src/client/start-client.ts";
import { migrateStore, openStore } from "../../../src/store/open.ts";
import { aWrite, write } from "../../store/rows.ts";
import { describePostgres, freshDatabase, onServer } from "../../support/postgres.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { fileUrl, freshFile } from "../../support/sqlite.ts";
import { heard, type ManualClock, manualClock } from "../fakes.ts";
import { pick } from "./settings.ts";
import { aStrangeValue, type CellValue } from "./strange-values.ts";

const WRITES_PER_ROUND = 20;
const VICTIMS = Array.from({ length: 12 }, (_, index) => `victim_${index}`);
/** Flags that no random write touches. */
const OTHERS = ["other_on", "other_off", "other_rule"];
const COLUMNS = [
  "id",
  "display_name",
  "description",
  "enabled",
  "rollout_strategy",
  "rollout_percentage",
  "target_config",
  "rollout_by",
  "rules",
  "serve",
  "requires",
  "flag_type",
  "variants",
  "off_variant",
  "fallback",
  "salt",
  "client",
  "protected",
  "metadata",
  "archived_at",
  "created_at",
  "last_modified_by",
];

async function filledDatabase(url: string): Promise<void> {
  await migrateStore(url, "production");
  const store = await openStore(url);
  const rules = [{ if: { userId: { is: ["u"] } }, serve: "on" }];
  await write(store, [
    ...VICTIMS.map((key) => aWrite({ key, columns: { enabled: true } })),
    aWrite({ key: "other_on", columns: { enabled: true } }),
    aWrite({ key: "other_off", columns: { enabled: false } }),
    aWrite({
      key: "other_rule",
      columns: { enabled: true, rules, rollout_strategy: "percentage", rollout_percentage: 0 },
    }),
  ]);
  await store.close();
}

interface Watched extends StartedClient {
  readonly clock: ManualClock;
}

async function watched(url: string): Promise<Watched> {
  const clock = manualClock();
  const options = {
    environment: "production",
    env: {},
    database: url,
    snapshotFile: false,
    heartbeat: false,
    pollIntervalMs: 1000,
  } as const;
  const opening = openFlags({ ...options, logger: heard() }, { clock });
  const started = await opening;
  onTestFinished(() => started.client.close());
  return { ...started, clock };
}

/** Lets the client poll until it serves that revision. A server takes its own time to answer. */
async function refreshed({ client, clock }: Watched, revision: number): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    await clock.advance(1300);
    for (let wait = 0; wait < 100; wait++) {
      if (client.status().revision === revision) return;
      await new Promise((resolve) => void setTimeout(resolve, wait));
    }
  }
  expect(client.status()).toMatchObject({ revision });
}

function otherAnswers({ client }: Watched): readonly string[] {
  return OTHERS.map((key) => {
    const { value, variant, reason } = client.evaluate(key, undefined, { userId: "u" });
    return `${key} ${JSON.stringify(value)} ${variant} ${reason}`;
  });
}

/** What the table says about one victim, as SQL returns it. */
interface Said {
  readonly key: string;
  readonly isDisabled: boolean;
  readonly isArchived: boolean;
  readonly flagType: unknown;
}

/** Checks that nothing throws, that no other flag changed, and that every disabled flag is off. */
function check(flags: Watched, said: readonly Said[], others: readonly string[], about: string): void {
  const { client } = flags;
  expect(otherAnswers(flags), about).toEqual(others);
  expect(client.evaluateAll({ userId: "u" }).length, about).toBeGreaterThanOrEqual(OTHERS.length);
  expect(JSON.parse(JSON.stringify(client.status())), about).toMatchObject({ source: "database", connected: true });
  expect(flags.toggleRows().length, about).toBeGreaterThanOrEqual(OTHERS.length);
  for (const { key, isDisabled, isArchived, flagType } of said) {
    const evaluation = client.evaluate(key, true, { userId: "u" });
    const isOff = evaluation.value === false || evaluation.reason === "DISABLED";
    // Of a flag that is not boolean, nobody knows the off variant if the row does not say it.
    const isReadable = !["string", "number", "object"].includes(String(flagType));
    const set = () => JSON.stringify(client.status().setAside.find((row) => row.key === key));
    const served = () => `${key} serves ${JSON.stringify(evaluation)}, set aside: ${set()}`;
    if (isDisabled && !isArchived && isReadable) expect(isOff, `${about}: ${served()}`).toBe(true);
  }
}

describe("a SQLite table without triggers and constraints", { timeout: 180_000 }, () => {
  const writes = process.env["FULL"] ? 200_000 : 10_000;

  test.each([
    ["whose columns keep their types", () => {}],
    [
      "whose columns have no types",
      (db: Engine.DatabaseSync) => {
        db.exec("CREATE TABLE loose AS SELECT * FROM feature_toggles; DROP TABLE feature_toggles");
        db.exec("ALTER TABLE loose RENAME TO feature_toggles");
      },
    ],
  ])(
    `%s, after ${writes / 2} random writes: no other flag is affected, and every disabled flag is off`,
    async (_, loosen) => {
      const random = seededRandom();
      const url = fileUrl(freshFile());
      await filledDatabase(url);
      const db = unguarded(new URL(url).pathname, loosen);
      const original = new Map(VICTIMS.map((key) => [key, rowOf(db, key)]));
      const flags = await watched(url);
      const others = otherAnswers(flags);
      for (let done = 0; done < writes / 2; done += WRITES_PER_ROUND) {
        const statements: string[] = [];
        for (let index = 0; index < WRITES_PER_ROUND; index++) {
          const key = pick(random, VICTIMS);
          if (random.next() < 0.3) restore(db, key, original.get(key) ?? {});
          const [column, value] = random.next() < 0.2 ? ["enabled", 0] : [pick(random, COLUMNS), aStrangeValue(random)];
          if (update(db, key, column, value)) statements.push(`${key}.${column} = ${String(value).slice(0, 40)}`);
        }
        db.exec("UPDATE flaghoist_head SET revision = revision + 1");
        const { revision } = db.prepare("SELECT revision FROM flaghoist_head").get() as { revision: number };
        await refreshed(flags, revision);
        check(flags, saidIn(db), others, `seed ${random.seed}, ${statements.join("; ")}`);
      }
    },
  );
});

function unguarded(file: string, loosen: (db: Engine.DatabaseSync) => void): Engine.DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const db = new DatabaseSync(file);
  onTestFinished(() => db.close());
  db.exec("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON");
  for (const type of ["trigger", "view"]) {
    const found = db.prepare("SELECT name FROM sqlite_master WHERE type = ?").all(type) as { name: string }[];
    for (const { name } of found) db.exec(`DROP ${type} ${name}`);
  }
  loosen(db);
  return db;
}

type SqliteRow = Readonly<Record<string, CellValue>>;

function rowOf(db: Engine.DatabaseSync, key: string): SqliteRow {
  return db.prepare("SELECT * FROM feature_toggles WHERE feature_key = ?").get(key) as SqliteRow;
}

function restore(db: Engine.DatabaseSync, key: string, row: SqliteRow): void {
  for (const column of COLUMNS) update(db, key, column, row[column] ?? null);
}

/** Returns false where a type or NOT NULL refuses the value. */
function update(db: Engine.DatabaseSync, key: string, column: string, value: CellValue): boolean {
  try {
    db.prepare(`UPDATE feature_toggles SET ${column} = ? WHERE feature_key = ?`).run(value, key);
    return true;
  } catch {
    return false;
  }
}

function saidIn(db: Engine.DatabaseSync): readonly Said[] {
  const query = `SELECT feature_key AS key, typeof(enabled) = 'integer' AND enabled = 0 AS disabled,
    typeof(archived_at) = 'text' AS archived, flag_type AS "flagType" FROM feature_toggles`;
  const statement = db.prepare(query);
  statement.setReadBigInts(true);
  const rows = statement.all() as { key: string; disabled: bigint; archived: bigint; flagType: unknown }[];
  return rows.map(({ key, disabled, archived, flagType }) => {
    return { key, isDisabled: disabled === 1n, isArchived: archived === 1n, flagType };
  });
}

describePostgres("a PostgreSQL table without triggers and constraints", () => {
  test("after 400 random writes: no other flag is affected, and every disabled flag is off", async () => {
    const random = seededRandom();
    const url = await freshDatabase();
    await filledDatabase(url);
    const drops = `SELECT format('ALTER TABLE feature_toggles DROP CONSTRAINT %I', conname) AS drop
      FROM pg_constraint WHERE conrelid = 'feature_toggles'::regclass AND contype = 'c'`;
    const { rows } = await onServer(url, drops);
    const statements = rows.map((row: { drop: string }) => row.drop);
    const disable = ["feature_toggles", "flaghoist_head"].map((table) => `ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await onServer(url, [...statements, ...disable].join("; "));
    const flags = await watched(url);
    const others = otherAnswers(flags);
    for (let round = 0; round < 20; round++) {
      const written = Array.from({ length: WRITES_PER_ROUND }, () => randomUpdate(random));
      // A type refuses some of the values.
      const tried = written.map((update) => `BEGIN ${update}; EXCEPTION WHEN others THEN NULL; END;`);
      await onServer(url, `DO $do$ BEGIN ${tried.join("\n")} END $do$`);
      const head = await onServer(url, "UPDATE flaghoist_head SET revision = revision + 1 RETURNING revision");
      const [{ revision } = { revision: 0 }]: { revision: number | string }[] = head.rows;
      await refreshed(flags, Number(revision));
      const query = `SELECT feature_key AS key, NOT enabled AS "isDisabled", archived_at IS NOT NULL AS "isArchived",
        flag_type AS "flagType" FROM feature_toggles`;
      const said: readonly Said[] = (await onServer(url, query)).rows;
      check(flags, said, others, `seed ${random.seed}, ${written.join("; ").slice(0, 5000)}`);
    }
  });
});

/** Returns the SQL that updates one column of one flag. */
function randomUpdate(random: Random): string {
  const key = pick(random, VICTIMS);
  const [column, value] = random.next() < 0.3 ? ["enabled", "false"] : [pick(random, COLUMNS), aStrangeValue(random)];
  const text = value === null ? "NULL" : `'${String(value).replaceAll("'", "''").replaceAll("\u0000", "")}'`;
  return `UPDATE feature_toggles SET ${column} = ${text} WHERE feature_key = '${key}'`;
}
