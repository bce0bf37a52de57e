import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { planMigration } from "../../src/store/migrations.ts";
import { BEGIN } from "../../src/store/postgres/migrate.ts";

const FOLDER = fileURLToPath(new URL("../../src/store/migrations/", import.meta.url));

test.each(["sqlite", "postgres"] as const)(
  "a new %s database gets every migration of its folder in order",
  (dialect) => {
    const { statements } = planMigration(dialect, undefined, "public", "test", "the database");
    const applied = statements
      .filter(({ sql }) => sql.startsWith("INSERT INTO flaghoist_migrations"))
      .map(({ values }) => `${values[1]}.sql`);
    expect(applied).toEqual(readdirSync(`${FOLDER}${dialect}`).sort());
  },
);

test("who waits for the lock is more patient than the server is with a holder that does nothing", () => {
  const seconds = (setting: string) => Number(new RegExp(`${setting} = '(\\d+)s'`).exec(BEGIN)?.[1]);
  expect(seconds("lock_timeout")).toBeGreaterThan(seconds("idle_in_transaction_session_timeout"));
  expect(seconds("statement_timeout")).toBeGreaterThan(seconds("lock_timeout"));
});
