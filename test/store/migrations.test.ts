import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { planMigration } from "../../src/store/migrations.ts";

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
