import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { migrateStore, openStore } from "../../src/store/open.ts";
import { startClient } from "../support/client-process.ts";
import { type FlagDatabaseEngine, onEveryEngine, POSTGRES } from "../support/flag-database.ts";
import { aFlagRepository, commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { describePostgres, onServer, withRole } from "../support/postgres.ts";
import { describeWithHistory, type PreviousRelease } from "../support/previous-release.ts";

const CONTEXT = { userId: "user-42" };

/** Creates a database with the previous release, which has synced two flags that are on. */
async function previousDatabase(engine: FlagDatabaseEngine, previous: PreviousRelease) {
  const repository = aFlagRepository({ checkout: flagText(), search: flagText(), basket: flagText() });
  const database = await engine.fresh();
  const overrides = join(repository.folder, "overrides.env");
  writeFileSync(overrides, "# none\n");
  const snapshot = join(repository.folder, "snapshot.json");
  const env = { FLAGS_ENV: "staging", FLAGS_DATABASE_URL: database.url, FLAGS_SNAPSHOT_FILE: snapshot };
  await previous.hoist(repository.folder, env, "sync");
  return { repository, database, env, overrides };
}

describeWithHistory("a PostgreSQL database that the previous release created", (release) => {
  describePostgres("and that an owner role owns", () => {
    test("is not migrated by a login without that right; an administrator's migration leaves everything to the owner", async () => {
      const { repository, database, env } = await previousDatabase(POSTGRES, release());
      const [owner, deploy] = [`owner_${randomUUID().slice(0, 8)}`, `deploy_${randomUUID().slice(0, 8)}`];
      await onServer(
        database.url,
        `CREATE ROLE ${owner}; CREATE ROLE ${deploy} LOGIN; GRANT CREATE ON SCHEMA public TO ${owner}`,
      );
      await onServer(
        database.url,
        `GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ${deploy}, ${owner}`,
      );
      const theirs = `SELECT format('ALTER %s %s OWNER TO ${owner}', kind, name) AS sql FROM (
        SELECT 'TABLE' AS kind, oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        UNION ALL SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace) each`;
      for (const { sql } of await database.rows(theirs)) await onServer(database.url, String(sql));

      commitFlags(repository, "Basket off (#2)", { basket: flagText({ enabled: false }) });
      const refused = await hoistIn(repository.folder, { ...env, FLAGS_DATABASE_URL: withRole(database.url, deploy) })(
        "sync",
      );
      expect(refused).toMatchObject({ code: 8, err: expect.stringContaining("hoist db migrate --env staging") });
      expect(await database.rows("SELECT max(version) AS version FROM flaghoist_migrations")).toEqual([
        { version: SCHEMA_VERSION - 1 },
      ]);

      await migrateStore(database.url, "staging");
      const foreign = `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND pg_get_userbyid(proowner) <> '${owner}'`;
      expect(await database.rows(foreign)).toEqual([]);
      await onServer(
        withRole(database.url, deploy),
        "UPDATE feature_toggles SET enabled = false WHERE feature_key = 'search'",
      );
      await onServer(
        database.url,
        `DROP OWNED BY ${deploy}; REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}`,
      );
      await onServer(database.url, `DROP ROLE ${deploy}, ${owner}`);
    });
  });
});

describeWithHistory("a database that the previous release created", (release) => {
  onEveryEngine((engine) => {
    test("is migrated under a running program of that release, and each kill reaches the program", async () => {
      const previous = release();
      const { repository, database, env, overrides } = await previousDatabase(engine, previous);
      const script = join(previous.folder, "test/support/processes/client.ts");
      const program = await startClient({ ...env, FLAGS_OVERRIDE_FILE: overrides }, script);
      for (const key of ["checkout", "search", "basket"]) {
        expect(await program.settles(key, CONTEXT, true)).toMatchObject({ value: true });
      }

      const report = await migrateStore(database.url, "staging");
      expect(report).toEqual({ from: SCHEMA_VERSION - 1, to: SCHEMA_VERSION, created: false });

      await database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'checkout';");
      expect(await program.settles("checkout", CONTEXT, false)).toMatchObject({ value: false });
      writeFileSync(overrides, "FEATURE_SEARCH=false\n");
      expect(await program.settles("search", CONTEXT, false)).toMatchObject({ value: false });
      commitFlags(repository, "Basket off (#2)", { basket: flagText({ enabled: false }) });
      await hoistIn(repository.folder, env)("sync");
      expect(await program.settles("basket", CONTEXT, false)).toMatchObject({ value: false });
      expect(await program.ask("checkout", CONTEXT)).toMatchObject({ value: false, reason: "DISABLED" });

      // Its heartbeat, too, reaches the migrated table.
      const store = await openStore(database.url);
      const { revision } = await store.readHead();
      await expect.poll(() => store.instances(60_000), { timeout: 20_000 }).toMatchObject([{ revision }]);
      await store.close();
    });

    test("is still used by the commands of that release after it was migrated", async () => {
      const previous = release();
      const { repository, database, env } = await previousDatabase(engine, previous);
      await migrateStore(database.url, "staging");
      await database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'checkout';");
      commitFlags(repository, "Basket off (#2)", { basket: flagText({ enabled: false }) });
      expect(await previous.hoist(repository.folder, env, "sync")).toContain("1 updated");
      expect(await previous.hoist(repository.folder, env, "status")).toMatch(/checkout .*\(manual\)/);
      expect(await previous.hoist(repository.folder, env, "db", "migrate")).toContain("up to date");
      const store = await openStore(database.url);
      const [byGit, byHand] = await store.audit({ limit: 2 });
      expect(byGit).toMatchObject({ key: "basket", action: "disabled", changedBy: "dana@acme.dev", bySync: true });
      expect(byHand).toMatchObject({ key: "checkout", action: "disabled", changedBy: engine.byHand, bySync: false });
      await store.close();
    });

    test("is read by programs and commands of this release before it is migrated, and migrated by the next sync", async () => {
      const previous = release();
      const { repository, database, env } = await previousDatabase(engine, previous);
      const program = await startClient(env);
      expect(await program.settles("checkout", CONTEXT, true)).toMatchObject({ value: true });
      await database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'checkout';");
      expect(await program.settles("checkout", CONTEXT, false)).toMatchObject({ value: false });
      const hoist = hoistIn(repository.folder, env);
      for (const command of ["plan", "status", "log"]) expect(await hoist(command)).toMatchObject({ code: 0, err: "" });
      const version = "SELECT max(version) FROM flaghoist_migrations;";
      expect((await database.type(version)).trim()).toBe(String(SCHEMA_VERSION - 1));
      expect(await hoist("sync")).toMatchObject({ code: 0 });
      expect((await database.type(version)).trim()).toBe(String(SCHEMA_VERSION));
      await database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'search';");
      expect(await program.settles("search", CONTEXT, false)).toMatchObject({ value: false });
    });
  });
});
