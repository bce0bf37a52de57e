import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrateStore, openStore } from "../../../src/store/open.ts";
import { rolesSql } from "../../../src/store/postgres/rights/roles.ts";
import { adminUrl, describePostgres, freshDatabase, onServer, typeInPsql, withRole } from "../../support/postgres.ts";
import { aWrite, write } from "../rows.ts";

const ROLES = ["owner", "sync", "evaluator", "operator", "reader", "browser", "stranger"] as const;

/** What each statement answers each role: ok, no (42501), or another SQLSTATE. */
const MATRIX = `
SELECT feature_toggles     ok     ok ok ok ok no no  SELECT * FROM feature_toggles
INSERT feature_toggles     ok     ok no no no no no  INSERT INTO feature_toggles (feature_key, display_name) VALUES ('new', 'New')
UPDATE enabled             ok     ok no ok no no no  UPDATE feature_toggles SET enabled = false WHERE feature_key = 'shown'
UPDATE strategy            ok     ok no ok no no no  UPDATE feature_toggles SET rollout_strategy = 'percentage', rollout_percentage = 1, target_config = '{}'
UPDATE description         ok     ok no no no no no  UPDATE feature_toggles SET description = 'x'
UPDATE rules               ok     ok no no no no no  UPDATE feature_toggles SET rules = '[]'
DELETE feature_toggles     ok     no no no no no no  DELETE FROM feature_toggles
TRUNCATE feature_toggles   ok     no no no no no no  TRUNCATE feature_toggles
SELECT audit               ok     ok no ok ok no no  SELECT * FROM feature_toggle_audit
INSERT audit               ok     no no no no no no  INSERT INTO feature_toggle_audit (toggle_id, feature_key, action, changed_by, source, revision) VALUES (gen_random_uuid(), 'a', 'created', 'x', 'sql', 1)
UPDATE audit               23514  no no no no no no  UPDATE feature_toggle_audit SET changed_by = 'x'
DELETE audit               23514  no no no no no no  DELETE FROM feature_toggle_audit
TRUNCATE audit             23514  no no no no no no  TRUNCATE feature_toggle_audit
SELECT head                ok     ok ok ok ok no no  SELECT * FROM flaghoist_head
UPDATE head commit         ok     ok no no no no no  UPDATE flaghoist_head SET commit_sha = 'x'
UPDATE head epoch          ok     ok no no no no no  UPDATE flaghoist_head SET epoch = epoch + 1
UPDATE head schema         ok     no no no no no no  UPDATE flaghoist_head SET schema_version = 1, migration = 1
UPDATE head revision       ok     no no no no no no  UPDATE flaghoist_head SET revision = revision + 1
INSERT head                23505  no no no no no no  INSERT INTO flaghoist_head (environment, schema_version) VALUES ('x', 1)
DELETE head                23514  no no no no no no  DELETE FROM flaghoist_head
UPDATE actor               ok     ok no no no no no  UPDATE flaghoist_actor SET changed_by = 'x'
DELETE actor               23514  no no no no no no  DELETE FROM flaghoist_actor
TRUNCATE actor             23514  no no no no no no  TRUNCATE flaghoist_actor
SELECT actor               ok     ok no no no no no  SELECT * FROM flaghoist_actor
SELECT syncs               ok     ok no ok ok no no  SELECT * FROM flaghoist_syncs
INSERT syncs               ok     ok no no no no no  INSERT INTO flaghoist_syncs (sync_id, revision, started_by, summary) VALUES (gen_random_uuid(), 1, 'x', '{}')
UPDATE syncs               ok     no no no no no no  UPDATE flaghoist_syncs SET started_by = 'x'
SELECT instances           ok     ok ok ok ok no no  SELECT * FROM flaghoist_instances
INSERT instances           ok     no ok no no no no  INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at) VALUES (gen_random_uuid(), 'h', 1, 1, 1, '{}', now())
UPDATE instances           ok     no ok no no no no  UPDATE flaghoist_instances SET seen_at = now()
INSERT as another login    ok     no ok no no no no  INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at, login) VALUES (gen_random_uuid(), 'h', 1, 1, 1, '{}', now(), 'another')
take over an instance      ok     no no no no no no  INSERT INTO flaghoist_instances (id, host, pid, epoch, revision, overrides, started_at) SELECT id, 'x', 1, 1, 1, '{}', now() FROM flaghoist_instances WHERE host = 'of another' ON CONFLICT (id) DO UPDATE SET host = excluded.host
DELETE instances           ok     no no no no no no  DELETE FROM flaghoist_instances
SELECT migrations          ok     ok no no no no no  SELECT * FROM flaghoist_migrations
SELECT client_flags        ok     no no no no ok no  SELECT * FROM client_flags
UPDATE client_flags        ok     no no no no no no  UPDATE client_flags SET enabled = true
call a trigger's function  ok     no no no no no no  SELECT flaghoist_next_revision()
CREATE FUNCTION            ok     no no no no no no  CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE TABLE               ok     no no no no no no  CREATE TABLE other (a int)
ALTER TABLE                ok     no no no no no no  ALTER TABLE feature_toggles ADD COLUMN other int
DROP TRIGGER               ok     no no no no no no  DROP TRIGGER feature_toggles_stamp ON feature_toggles
`;

describePostgres("PostgreSQL roles", () => {
  const environment = `env-${randomBytes(4).toString("hex")}`;
  const prefix = `flaghoist_${environment.replace("-", "_")}`;
  const login = (role: string): string => `${prefix}_${role}_login`;
  let url = "";
  const as = (role: string): string => withRole(url, login(role));

  beforeAll(async () => {
    url = await freshDatabase();
    await migrateStore(url, environment);
    await onServer(url, rolesSql({ environment }));
    for (const role of ROLES) await onServer(url, `CREATE ROLE ${login(role)} LOGIN`);
    for (const role of ROLES.slice(0, -1)) await onServer(url, `GRANT ${prefix}_${role} TO ${login(role)}`);
    const store = await openStore(url);
    const shown = {
      client: true,
      enabled: true,
      rollout_strategy: "whitelist",
      target_config: { user_ids: ["user-42"] },
    } as const;
    await write(store, [aWrite({ key: "shown", columns: shown }), aWrite({ key: "hidden" })]);
    const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0009";
    const instance = { id, host: "of another", pid: 1, epoch: 1, revision: 1, overrides: {} };
    await store.heartbeat({ ...instance, startedAt: "2026-11-21T10:00:00.000Z" });
    await store.close();
  });
  afterAll(async () => {
    const groups = ROLES.slice(0, -1).map((role) => `${prefix}_${role}`);
    await onServer(url, `DROP OWNED BY ${groups.join(", ")} CASCADE`);
    await onServer(adminUrl(), `DROP ROLE ${[...groups, ...ROLES.map(login)].join(", ")}`);
  });

  test("each role can do exactly what the matrix says", async () => {
    const wrong: string[] = [];
    let cells = 0;
    for (const line of MATRIX.trim().split("\n")) {
      const [, what = "", cellText = "", sql = ""] = /^(.{27})(.{24})\s+(.*)$/.exec(line) ?? [];
      const expected = cellText
        .trim()
        .split(/\s+/)
        .map((cell) => (cell === "no" ? "42501" : cell));
      expect([what.trim(), expected.length]).toEqual([what.trim(), ROLES.length]);
      for (const [index, role] of ROLES.entries()) {
        const answer = await onServer(as(role), `BEGIN; ${sql}; ROLLBACK`).then(
          () => "ok",
          (error) => String(error.code),
        );
        if (answer !== expected[index]) wrong.push(`${role}: ${what.trim()}: ${answer}, expected ${expected[index]}`);
        cells++;
      }
    }
    expect(wrong).toEqual([]);
    expect(cells).toBe(41 * ROLES.length);
  });

  test("an application cannot change the heartbeat of another login", async () => {
    const evaluator = await openStore(as("evaluator"));
    const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0009";
    const forged = { id, host: "forged", pid: 1, epoch: 1, revision: 99, overrides: {} };
    await expect(evaluator.heartbeat({ ...forged, startedAt: "2026-11-21T10:00:00.000Z" })).rejects.toMatchObject({
      code: "STORE_FORBIDDEN",
    });
    const update = "UPDATE flaghoist_instances SET revision = 99 WHERE host = 'of another'";
    expect((await onServer(as("evaluator"), update)).rowCount).toBe(0);
    await evaluator.heartbeat({ ...forged, id: randomUUID(), startedAt: "2026-11-21T10:00:00.000Z" });
    const { rows } = await onServer(url, "SELECT host, revision, login FROM flaghoist_instances ORDER BY revision");
    expect(rows).toEqual([
      { host: "of another", revision: "1", login: "postgres" },
      { host: "forged", revision: "99", login: login("evaluator") },
    ]);
    await onServer(url, "DELETE FROM flaghoist_instances WHERE host = 'forged'");
    await evaluator.close();
  });

  test("a schema in which another role may create objects is refused", async () => {
    await onServer(url, `GRANT CREATE ON SCHEMA public TO ${login("stranger")}`);
    await expect(onServer(url, rolesSql({ environment }))).rejects.toMatchObject({
      message: expect.stringContaining(`can create objects in schema public: ${login("stranger")}`),
      hint: `REVOKE CREATE ON SCHEMA public FROM ${login("stranger")}`,
    });
    await onServer(url, `REVOKE CREATE ON SCHEMA public FROM ${login("stranger")}`);
  });

  test("the SQL can be run again, and leaves everything as it was", async () => {
    const grants = `SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges
      WHERE grantee LIKE '${prefix}%' UNION ALL SELECT policyname, tablename, array_to_string(roles, ',') FROM pg_policies ORDER BY 1, 2, 3`;
    const before = (await onServer(url, grants)).rows;
    await onServer(url, rolesSql({ environment }));
    expect((await onServer(url, grants)).rows).toEqual(before);
    expect(before.length).toBeGreaterThan(30);
  });

  test("the browser role sees which client flags are enabled, and no ids", async () => {
    const { rows } = await onServer(as("browser"), "SELECT * FROM client_flags");
    expect(rows).toEqual([{ feature_key: "shown", display_name: "Workshop routing", enabled: true }]);
  });

  test("the operator's emergency statements work, increase the revision, and are audited with name and note", async () => {
    const reader = await openStore(as("reader"));
    const { revision } = await reader.readHead();
    await typeInPsql(as("operator"), "UPDATE feature_toggles SET enabled = false WHERE feature_key LIKE 'sho%'");
    await typeInPsql(
      as("operator"),
      `SET flaghoist.note = 'incident 7'; UPDATE feature_toggles SET enabled = true, rollout_strategy = 'whitelist', target_config = '{"workshop_ids": ["uuid1", "uuid2"]}' WHERE feature_key = 'shown'`,
    );
    expect((await reader.readHead()).revision).toBe(revision + 2);
    const operator = await openStore(as("operator"));
    expect(await operator.audit({ limit: 2 })).toMatchObject([
      { action: "enabled", changedBy: `${login("operator")}@psql`, notes: "incident 7", bySync: false },
      { action: "disabled", changedBy: `${login("operator")}@psql`, notes: null, bySync: false },
    ]);
    await Promise.all([reader.close(), operator.close()]);
  });

  test("each role can use its part of the store", async () => {
    expect(await migrateStore(as("sync"), environment)).toEqual({ from: 2, to: 2, created: false });
    const sync = await openStore(as("sync"));
    const head = await write(sync, [aWrite({ key: "shown", columns: { client: true } }), aWrite({ key: "third" })]);
    expect((await sync.manualChanges()).size).toBeGreaterThan(0);
    expect(await sync.syncs(1)).toMatchObject([{ revision: head.revision }]);

    const evaluator = await openStore(as("evaluator"));
    const { rows } = await evaluator.read();
    expect(rows.map((row) => row.feature_key)).toEqual(["hidden", "shown", "third"]);
    const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0001";
    const instance = { id, host: "web-1", pid: 1, epoch: 1, revision: head.revision, overrides: {} };
    await evaluator.heartbeat({ ...instance, startedAt: "2026-11-21T10:00:00.000Z" });
    const seen = await evaluator.instances(60_000);
    expect(seen.find((each) => each.id === id)).toMatchObject({ revision: head.revision });
    await Promise.all([sync.close(), evaluator.close()]);
  });

  describe("a missing right", () => {
    test("is named together with the role", async () => {
      const evaluator = await openStore(as("evaluator"));
      const refused = await write(evaluator, [aWrite()]).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: "STORE_FORBIDDEN",
        message: expect.stringContaining(login("evaluator")),
        hint: expect.stringMatching(/GRANT .*UPDATE ON flaghoist_actor.* TO .*_login/),
      });
      await expect(evaluator.audit({ limit: 1 })).rejects.toMatchObject({
        code: "STORE_FORBIDDEN",
        hint: expect.stringContaining("GRANT SELECT ON feature_toggle_audit"),
      });
      await evaluator.close();
    });

    test("prevents opening by other users", async () => {
      await expect(openStore(as("stranger"))).rejects.toMatchObject({ code: "STORE_FORBIDDEN" });
    });
  });

  test("an environment or schema that is not a plain name is refused, because it is written into SQL", () => {
    expect(() => rolesSql({ environment: "a; DROP TABLE x" })).toThrow(/not a plain name/);
    expect(() => rolesSql({ environment, schema: 'a"b' })).toThrow(/not a plain name/);
  });
});
