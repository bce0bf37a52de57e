import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { ATTEMPTS } from "../../../src/store/attempt.ts";
import { postgresError } from "../../../src/store/postgres/errors.ts";
import { FlagError } from "../../../src/core/errors.ts";
import { migrateStore, openStore } from "../../../src/store/open.ts";
import { describePostgres, freshDatabase, onServer, withRole } from "../../support/postgres.ts";
import { aWrite, write } from "../rows.ts";

describePostgres("the grants that an error prints", () => {
  // The second name must be quoted in SQL.
  test.for(["app", "Web-App"])(
    "run as they stand for the role %s, and suffice for a sync and the heartbeat",
    async (name) => {
      const url = await freshDatabase();
      await migrateStore(url, "production");
      const role = `${name}_${randomBytes(4).toString("hex")}`;
      await onServer(url, `CREATE ROLE "${role}" LOGIN`);
      onTestFinished(async () => void (await onServer(url, `DROP OWNED BY "${role}"; DROP ROLE "${role}"`)));
      const as = withRole(url, role);
      const granting = async <T>(work: () => Promise<T>): Promise<T> => {
        for (let round = 0; round < 3; round++) {
          try {
            return await work();
          } catch (error) {
            for (const statement of statementsIn(error)) await onServer(url, statement);
          }
        }
        return work();
      };
      const store = await granting(() => openStore(as));
      onTestFinished(() => store.close());
      await granting(() => write(store, [aWrite()]));
      const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0001";
      const instance = { id, host: "web-1", pid: 1, epoch: 1, revision: 1, overrides: {} };
      await granting(() => store.heartbeat({ ...instance, startedAt: "2026-11-21T10:00:00.000Z" }));
      expect((await granting(() => store.read())).rows).toHaveLength(1);
      await granting(() => store.audit({ limit: 1 }));
      await granting(() => store.syncs(1));
    },
  );

  test("run as they stand for every operation", async () => {
    const url = await freshDatabase();
    await migrateStore(url, "production");
    const role = `Each ${randomBytes(4).toString("hex")}`;
    await onServer(url, `CREATE ROLE "${role}" LOGIN`);
    onTestFinished(async () => void (await onServer(url, `DROP OWNED BY "${role}"; DROP ROLE "${role}"`)));
    for (const attempt of Object.values(ATTEMPTS)) {
      const denied = Object.assign(new Error("permission denied"), { code: "42501", severity: "ERROR" });
      for (const statement of statementsIn(postgresError(denied, attempt, withRole(url, role), "the database"))) {
        await onServer(url, statement);
      }
    }
  });
});

/** Returns the SQL statements that the hint of an error prints. */
function statementsIn(error: unknown): readonly string[] {
  if (!(error instanceof FlagError)) throw error;
  const statements = (error.hint ?? "").match(/GRANT [^;]+/g) ?? [];
  expect(statements, error.hint ?? error.message).not.toEqual([]);
  return statements;
}
