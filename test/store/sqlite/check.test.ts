import { expect, test } from "vitest";
import { checkStore, migrateStore } from "../../../src/store/open.ts";
import { fileUrl, freshFile, typeInSqlite } from "../../support/sqlite.ts";

/** Statements that break one thing, with the kind of deviation that they cause. */
const BREAKAGES: readonly (readonly [kind: string, sql: string])[] = [
  ["trigger", "DROP TRIGGER feature_toggles_updated"],
  [
    "trigger",
    "DROP TRIGGER flaghoist_actor_stays; CREATE TRIGGER flaghoist_actor_stays BEFORE DELETE ON flaghoist_actor BEGIN SELECT 1; END",
  ],
  ["trigger", "CREATE TRIGGER foreign_one AFTER UPDATE ON flaghoist_head BEGIN SELECT 1; END"],
  ["table", "DROP INDEX feature_toggle_audit_by_hand"],
  ["table", "DROP VIEW flaghoist_state; CREATE VIEW flaghoist_state AS SELECT id, '{}' AS state FROM feature_toggles"],
  ["actor", "UPDATE flaghoist_actor SET changed_by = 'ceo@acme.dev'"],
  ["actor", "DROP TRIGGER flaghoist_actor_stays; DELETE FROM flaghoist_actor"],
];

test.for(BREAKAGES)(
  "a deviation of the kind %s is reported, and its statement corrects it: %s",
  async ([kind, sql]) => {
    const file = freshFile();
    await migrateStore(fileUrl(file), "production");
    expect((await checkStore(fileUrl(file), "production")).deviations).toEqual([]);
    await typeInSqlite(file, `${sql};`);
    const { deviations } = await checkStore(fileUrl(file), "production");
    expect(deviations.map((each) => each.kind)).toContain(kind);
    for (const { correction } of deviations) await typeInSqlite(file, `${correction};`);
    expect((await checkStore(fileUrl(file), "production")).deviations).toEqual([]);
  },
);

test("a table that is missing cannot be corrected by a statement", async () => {
  const file = freshFile();
  await migrateStore(fileUrl(file), "production");
  await typeInSqlite(file, "DROP TABLE flaghoist_syncs; CREATE TABLE other (a);");
  expect((await checkStore(fileUrl(file), "production")).deviations).toEqual([
    expect.objectContaining({ kind: "table", object: "flaghoist_syncs", correction: "restore the file from a backup" }),
  ]);
  await expect(checkStore(fileUrl(freshFile()), "production")).rejects.toMatchObject({ code: "STORE_MISSING" });
});
