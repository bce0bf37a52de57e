import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { migrateStore } from "../../src/store/open.ts";
import { ALL_COLUMNS } from "../../src/store/columns.ts";
import { readSnapshotOf, snapshotOf, type SnapshotRow } from "../../src/store/postgres/read.ts";
import { openSqlite } from "../../src/store/sqlite/driver.ts";
import { readSnapshot } from "../../src/store/sqlite/read.ts";
import { describePostgres, freshDatabase, typeInPsql } from "../support/postgres.ts";
import { fileUrl, freshFile, typeInSqlite } from "../support/sqlite.ts";

const COLUMNS = [...ALL_COLUMNS, "column_of_a_newer_schema"];
const INSERT = `INSERT INTO feature_toggles (feature_key, display_name, enabled) VALUES ('search', 'Search', true)`;
const ROW = { feature_key: "search", display_name: "Search", enabled: true, column_of_a_newer_schema: null };

test("a column that the schema of a SQLite database does not have is read as null", async () => {
  const url = fileUrl(freshFile());
  await migrateStore(url, "test");
  await typeInSqlite(fileURLToPath(url), INSERT);
  const db = openSqlite(fileURLToPath(url), "ro");
  try {
    expect(readSnapshot(db, "the database", COLUMNS).rows).toMatchObject([ROW]);
  } finally {
    db.close();
  }
});

describePostgres("PostgreSQL", () => {
  test("a column that the schema of a database does not have is read as null", async () => {
    const url = await freshDatabase();
    await migrateStore(url, "test");
    await typeInPsql(url, INSERT);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<SnapshotRow>(readSnapshotOf(COLUMNS));
      expect(snapshotOf(rows[0], "the database").rows).toMatchObject([ROW]);
    } finally {
      await client.end();
    }
  });
});
