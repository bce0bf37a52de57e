import { expect, test } from "vitest";
import { checkStore, migrateStore, openStore } from "../../../src/store/open.ts";
import { fileUrl, freshFile, typeInSqlite } from "../../support/sqlite.ts";

/** A SELECT that fails when a row is read, in place of one that never ends. */
const TRAP = "SELECT abs(-9223372036854775807 - 1) AS one";

const CASES = [
  ["feature_toggles", "view"],
  ["feature_toggle_audit", "view"],
  ["flaghoist_head", "view"],
  ["flaghoist_instances", "view"],
  ["flaghoist_syncs", "view"],
  ["flaghoist_head", "virtual table"],
] as const;

test.each(CASES)("%s in the form of a %s is refused before it is read", async (name, form) => {
  const file = freshFile();
  await migrateStore(fileUrl(file), "production");
  const create =
    form === "view" ? `CREATE VIEW ${name.toUpperCase()} AS ${TRAP}` : `CREATE VIRTUAL TABLE ${name} USING fts5(one)`;
  await typeInSqlite(file, `PRAGMA legacy_alter_table = ON; ALTER TABLE ${name} RENAME TO moved; ${create};`);
  const refused = { code: "STORE_CORRUPT", message: expect.stringMatching(new RegExp(`${name} is a ${form}`, "i")) };
  await expect(openStore(fileUrl(file))).rejects.toMatchObject(refused);
  await expect(migrateStore(fileUrl(file), "production")).rejects.toMatchObject(refused);
  await expect(checkStore(fileUrl(file), "production")).rejects.toMatchObject(refused);
});

test("a generated column is refused before it is read", async () => {
  const file = freshFile();
  await migrateStore(fileUrl(file), "production");
  await typeInSqlite(file, "ALTER TABLE flaghoist_instances ADD COLUMN slow INTEGER AS (1)");
  await expect(openStore(fileUrl(file))).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    message: expect.stringContaining("the column slow of flaghoist_instances is generated"),
  });
});
