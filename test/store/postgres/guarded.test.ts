import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateStore, openStore } from "../../../src/store/open.ts";
import { adminUrl, describePostgres, freshDatabase, onServer, withRole } from "../../support/postgres.ts";
import { aWrite, write } from "../rows.ts";

/** Everything that runs records who ran it, with the rights of the table's owner or of the attacker himself. */
const RAN = "INSERT INTO public.ran VALUES (current_user, $1)";

/** Functions, operators and casts that a statement of ours would use, if they were found before the built-in ones. */
const OPERATORS: readonly (readonly [string, string, string])[] = [
  ["||", "integer", "text"],
  ["||", "text", "name"],
  ["||", "name", "text"],
  ["||", "text", "bigint"],
  ["=", "uuid", "text"],
  ["=", "text", "name"],
  ["<>", "text", "name"],
  ["-", "jsonb", "name[]"],
  ["~", "text", "name"],
  ["!~", "text", "name"],
  ["?", "jsonb", "name"],
  ["->", "jsonb", "name"],
  ["->>", "jsonb", "name"],
  ["#>>", "jsonb", "name[]"],
  ["<", "numeric", "integer"],
  ["+", "bigint", "numeric"],
];

const FUNCTIONS: readonly (readonly [string, string, string])[] = [
  ["format", "text, integer", "text"],
  ["format", "text, bigint, text", "text"],
  ["format", "text, integer, bigint", "text"],
  ["pg_notify", "name, text", "text"],
  ["nullif", "text, name", "text"],
  ["to_jsonb", "public.feature_toggles", "jsonb"],
  ["round", "numeric, bigint", "numeric"],
  ["length", "varchar", "integer"],
  ["jsonb_each", "json", "text"],
  ["current_setting", "name", "text"],
  ["current_setting", "name, boolean", "text"],
  ["pg_advisory_xact_lock", "text", "text"],
  ["set_config", "name, name, boolean", "text"],
  ["quote_ident", "name", "text"],
  ["md5", "name", "text"],
  ["now", "", "timestamptz"],
  ["session_user", "", "text"],
];

describePostgres("PostgreSQL with a login that may create objects in the schema", () => {
  const attacker = "flaghoist_attacker";
  let url = "";

  beforeAll(async () => {
    url = await freshDatabase();
    await onServer(adminUrl(), `CREATE ROLE ${attacker} LOGIN`);
    await onServer(url, `GRANT CREATE ON SCHEMA public TO ${attacker}; CREATE TABLE ran (who text, what text)`);
    await onServer(url, `GRANT INSERT ON ran TO PUBLIC`);
  });
  afterAll(async () => {
    await onServer(url, `DROP OWNED BY ${attacker} CASCADE`);
    await onServer(adminUrl(), `DROP ROLE ${attacker}`);
  });

  async function plant(functions: typeof FUNCTIONS, operators: typeof OPERATORS): Promise<void> {
    const statements = functions.map(([name, parameters, returns]) => {
      const body = `${RAN.replace("$1", `'${name}(${parameters})'`)}; SELECT NULL::${returns}`;
      return `CREATE FUNCTION public."${name}"(${parameters}) RETURNS ${returns} LANGUAGE sql AS $f$ ${body} $f$`;
    });
    for (const [index, [name, left, right]] of operators.entries()) {
      const returns = /^[<>=!~?]/.test(name) ? "boolean" : left;
      const body = `${RAN.replace("$1", `'${name}(${left},${right})'`)}; SELECT NULL::${returns}`;
      statements.push(
        `CREATE FUNCTION operator_${index}(${left}, ${right}) RETURNS ${returns} LANGUAGE sql AS $f$ ${body} $f$;
         CREATE OPERATOR public.${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = operator_${index})`,
      );
    }
    for (const statement of statements) await onServer(withRole(url, attacker), statement);
  }

  test("nothing of that login runs with the rights of the owner, in a migration, a sync, a kill or a heartbeat", async () => {
    const afterMigration = FUNCTIONS.filter(([, parameters]) => parameters.includes("feature_toggles"));
    await plant(
      FUNCTIONS.filter((each) => !afterMigration.includes(each)),
      OPERATORS,
    );
    await migrateStore(url, "production");
    await plant(afterMigration, []);
    await onServer(url, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${attacker}`);
    const shadowing = new Client({ connectionString: withRole(url, attacker) });
    await shadowing.connect();
    for (const table of ["feature_toggle_audit", "flaghoist_head", "flaghoist_actor", "now_there", "was_there"]) {
      await shadowing.query(`CREATE TEMP TABLE ${table} AS SELECT 1 AS id, 'nobody' AS changed_by`);
    }
    // Types of these names would be found first, if pg_temp were searched first.
    await shadowing.query("CREATE DOMAIN pg_temp.jsonb AS text; CREATE DOMAIN pg_temp.text AS integer");
    const values = "'kill_me', 'A', 'percentage', 10, true";
    const columns = "feature_key, display_name, rollout_strategy, rollout_percentage, enabled";
    await shadowing.query(`INSERT INTO public.feature_toggles (${columns}) VALUES (${values})`);
    await shadowing.query("UPDATE public.feature_toggles SET enabled = false");
    await shadowing.query("DELETE FROM public.feature_toggles");
    await shadowing.end();

    const store = await openStore(url);
    await write(store, [aWrite({ columns: { enabled: true } })]);
    const id = "0b6f7a52-52b5-4b5e-9d3f-1f4f6a3a0001";
    const instance = { id, host: "web-1", pid: 1, epoch: 1, revision: 1, overrides: {} };
    await store.heartbeat({ ...instance, startedAt: "2026-11-21T10:00:00.000Z" });
    const audit = await store.audit({ limit: 10 });
    expect(audit.map(({ action }) => action)).toEqual(["created", "deleted", "disabled", "created"]);
    await store.close();
    const { rows } = await onServer(url, `SELECT DISTINCT what FROM ran WHERE who <> '${attacker}'`);
    expect(rows).toEqual([]);
  });
});

describePostgres("The actor in PostgreSQL", () => {
  test("that a sync left filled does not count in the transactions of others", async () => {
    const url = await freshDatabase();
    await migrateStore(url, "production");
    const store = await openStore(url);
    await write(store, [aWrite({ columns: { enabled: true } })]);
    await onServer(
      url,
      "UPDATE flaghoist_actor SET changed_by = 'ceo@corp', notes = 'because', commit_sha = '91c0d3a'",
    );
    await onServer(`${url}&application_name=console`, "UPDATE feature_toggles SET enabled = false");
    const [newest] = await store.audit({ limit: 1 });
    expect(newest).toMatchObject({ changedBy: "postgres@console", notes: null, bySync: false });
    await onServer(
      url,
      "BEGIN; UPDATE flaghoist_actor SET changed_by = 'lee@acme.dev'; UPDATE feature_toggles SET enabled = true; COMMIT",
    );
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({
      changedBy: "lee@acme.dev",
      notes: null,
      bySync: true,
    });
    const { rows } = await onServer(url, "SELECT commit_sha FROM feature_toggle_audit ORDER BY id DESC LIMIT 1");
    expect(rows).toEqual([{ commit_sha: null }]);
    // A value that somebody writes into the column is replaced.
    await onServer(
      url,
      "UPDATE flaghoist_actor SET changed_by = 'x', transaction = (pg_current_xact_id()::text::bigint + 1)::text::xid8",
    );
    await onServer(url, "UPDATE feature_toggles SET enabled = false");
    expect((await store.audit({ limit: 1 }))[0]).toMatchObject({ bySync: false });
    await store.close();
  });
});
