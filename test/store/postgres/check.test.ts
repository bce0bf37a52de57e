import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkStore, migrateStore } from "../../../src/store/open.ts";
import { rolesSql } from "../../../src/store/postgres/rights/roles.ts";
import { hoistIn } from "../../support/hoist.ts";
import { adminUrl, describePostgres, freshDatabase, onServer } from "../../support/postgres.ts";
import { aFolder } from "../../support/repository.ts";

/** Statements that break one thing, with the kind of deviation that they cause. `ROLE_` is the beginning of each role. */
const BREAKAGES: readonly (readonly [kind: string, sql: string])[] = [
  ["role", "ALTER ROLE ROLE_sync LOGIN CREATEROLE"],
  ["role", "ALTER ROLE ROLE_reader BYPASSRLS"],
  ["role", "DROP OWNED BY ROLE_browser; DROP ROLE ROLE_browser"],
  ["membership", "GRANT ROLE_owner TO ROLE_sync"],
  ["membership", "GRANT pg_read_all_data TO ROLE_evaluator"],
  ["owner", "ALTER TABLE feature_toggles OWNER TO postgres"],
  ["owner", "ALTER FUNCTION flaghoist_stamp() OWNER TO postgres"],
  ["owner", "ALTER VIEW client_flags OWNER TO postgres"],
  ["grant", "GRANT DELETE ON feature_toggles TO ROLE_sync"],
  ["grant", "GRANT SELECT ON feature_toggle_audit TO PUBLIC"],
  ["grant", "GRANT UPDATE (description) ON feature_toggles TO ROLE_operator"],
  ["grant", "GRANT UPDATE ON flaghoist_head TO ROLE_sync"],
  ["grant", "GRANT SELECT ON feature_toggles TO ROLE_reader WITH GRANT OPTION"],
  ["grant", "REVOKE INSERT ON flaghoist_syncs FROM ROLE_sync"],
  ["grant", "REVOKE UPDATE (enabled) ON feature_toggles FROM ROLE_operator"],
  ["grant", "REVOKE ALL ON flaghoist_instances FROM ROLE_evaluator"],
  ["grant", "GRANT EXECUTE ON FUNCTION flaghoist_next_revision() TO PUBLIC"],
  ["grant", "GRANT EXECUTE ON FUNCTION flaghoist_record(uuid, text, text, jsonb, jsonb, bigint) TO ROLE_operator"],
  ["grant", "GRANT CREATE ON SCHEMA public TO PUBLIC"],
  ["grant", "GRANT CREATE ON SCHEMA public TO ROLE_evaluator"],
  ["grant", "REVOKE USAGE ON SCHEMA public FROM ROLE_sync"],
  ["grant", "GRANT CONNECT ON DATABASE THIS TO PUBLIC"],
  ["grant", "REVOKE CONNECT ON DATABASE THIS FROM ROLE_evaluator"],
  ["grant", "GRANT CREATE ON DATABASE THIS TO ROLE_sync"],
  ["function", "ALTER FUNCTION flaghoist_stamp() RESET search_path"],
  ["function", "ALTER FUNCTION flaghoist_stamp() SET search_path = public"],
  ["function", "ALTER FUNCTION flaghoist_inserted() SECURITY INVOKER"],
  ["function", "ALTER FUNCTION flaghoist_changed_by() VOLATILE"],
  ["function", "DROP FUNCTION flaghoist_forbidden_name(jsonb)"],
  [
    "function",
    "CREATE OR REPLACE FUNCTION flaghoist_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'",
  ],
  ["trigger", "DROP TRIGGER feature_toggles_updated ON feature_toggles"],
  ["trigger", "ALTER TABLE feature_toggles DISABLE TRIGGER feature_toggles_lock"],
  ["trigger", "ALTER TABLE feature_toggle_audit ENABLE REPLICA TRIGGER feature_toggle_audit_keep"],
  [
    "trigger",
    "DROP TRIGGER feature_toggles_stamp ON feature_toggles; CREATE TRIGGER feature_toggles_stamp BEFORE INSERT ON feature_toggles FOR EACH ROW EXECUTE FUNCTION flaghoist_stamp()",
  ],
  [
    "trigger",
    "DROP TRIGGER feature_toggles_stamp ON feature_toggles; CREATE TRIGGER feature_toggles_stamp BEFORE INSERT OR UPDATE ON feature_toggles FOR EACH ROW WHEN (NEW.client) EXECUTE FUNCTION flaghoist_stamp()",
  ],
  [
    "trigger",
    "DROP TRIGGER feature_toggles_kill ON feature_toggles; CREATE TRIGGER feature_toggles_kill BEFORE UPDATE OF client ON feature_toggles FOR EACH ROW EXECUTE FUNCTION flaghoist_kill()",
  ],
  [
    "trigger",
    "CREATE TRIGGER foreign_one BEFORE UPDATE ON flaghoist_head FOR EACH STATEMENT EXECUTE FUNCTION flaghoist_lock()",
  ],
  ["rule", "CREATE RULE quiet AS ON INSERT TO flaghoist_syncs DO INSTEAD NOTHING"],
  ["policy", "ALTER TABLE feature_toggles DISABLE ROW LEVEL SECURITY"],
  ["policy", "ALTER TABLE feature_toggle_audit FORCE ROW LEVEL SECURITY"],
  ["policy", "DROP POLICY flaghoist_change ON feature_toggles"],
  ["policy", "ALTER POLICY flaghoist_read ON feature_toggles USING (enabled)"],
  ["policy", "ALTER POLICY flaghoist_change ON flaghoist_instances USING (true)"],
  ["policy", "ALTER POLICY flaghoist_add ON feature_toggles TO PUBLIC"],
  ["policy", "CREATE POLICY foreign_one ON feature_toggle_audit USING (true)"],
  ["table", "DROP VIEW client_flags"],
  ["table", "ALTER VIEW client_flags SET (security_barrier = false)"],
  [
    "table",
    "CREATE OR REPLACE VIEW client_flags WITH (security_barrier) AS SELECT feature_key, display_name, enabled, target_config FROM feature_toggles",
  ],
  ["actor", "UPDATE flaghoist_actor SET changed_by = 'ceo@acme.dev'"],
];

describePostgres("hoist db check in PostgreSQL", () => {
  const environment = `env-${randomBytes(4).toString("hex")}`;
  const prefix = `flaghoist_${environment.replace("-", "_")}`;
  let url = "";
  let database = "";

  beforeAll(async () => {
    url = await freshDatabase();
    database = new URL(url).pathname.slice(1);
    await migrateStore(url, environment);
    await onServer(url, rolesSql({ environment }));
  });
  afterAll(async () => {
    const groups = ["owner", "sync", "evaluator", "operator", "reader", "browser"].map((role) => `${prefix}_${role}`);
    await onServer(url, `DROP OWNED BY ${groups.join(", ")} CASCADE`);
    await onServer(adminUrl(), `DROP ROLE ${groups.join(", ")}`);
  });

  test("a database with the roles of its environment has no deviation", async () => {
    expect((await checkStore(url, environment)).deviations).toEqual([]);
  });

  test.for(BREAKAGES)(
    "a deviation of the kind %s is reported, and its statement corrects it: %s",
    async ([kind, sql]) => {
      await onServer(url, sql.replaceAll("ROLE_", `${prefix}_`).replaceAll("THIS", database));
      const { deviations } = await checkStore(url, environment);
      expect(deviations.map((each) => each.kind)).toContain(kind);
      for (const { correction } of deviations) await onServer(url, correction);
      expect((await checkStore(url, environment)).deviations).toEqual([]);
    },
  );

  test("the command prints each deviation with its statement, and ends with exit code 8", async () => {
    const hoist = hoistIn(aFolder(), { FLAGS_ENV: environment, FLAGS_DATABASE_URL: url });
    expect(await hoist("db", "check")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/^✓ .* is as flaghoist expects/),
    });
    await onServer(url, "GRANT DELETE ON feature_toggles TO PUBLIC");
    const { code, out } = await hoist("db", "check");
    expect(code).toBe(8);
    expect(out).toContain("✗ grant public.feature_toggles: PUBLIC has DELETE; expected: no such right");
    expect(out).toContain("\nREVOKE DELETE ON public.feature_toggles FROM PUBLIC;");
    const json = JSON.parse((await hoist("db", "check", "--format", "json")).out);
    expect(json).toMatchObject({ environment, deviations: [{ kind: "grant", object: "public.feature_toggles" }] });
    await onServer(url, json.deviations[0].correction);
    expect(await hoist("db", "check")).toMatchObject({ code: 0 });
  });

  test("a database without the roles is told how to create them, in whatever schema the tables are", async () => {
    const plain = await freshDatabase();
    await onServer(plain, "CREATE SCHEMA flags");
    const elsewhere = `${plain}&options=${encodeURIComponent("-c search_path=flags")}`;
    await migrateStore(elsewhere, "production");
    const { deviations } = await checkStore(elsewhere, "production");
    expect(deviations).toMatchObject([
      { kind: "role", correction: "hoist db roles --env production --schema flags | psql" },
    ]);
  });

  test("a database that does not exist or serves another environment is an error", async () => {
    await expect(checkStore(await freshDatabase(), "production")).rejects.toMatchObject({ code: "STORE_MISSING" });
    await expect(checkStore(url, "other")).rejects.toMatchObject({ code: "WRONG_DATABASE" });
  });
});
