import { expect, test } from "vitest";
import { createFlags } from "../../../src/index.ts";
import { POSTGRES } from "../../support/flag-database.ts";
import { flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { describePgBouncer, throughPgBouncer } from "../../support/pgbouncer.ts";
import { onServer } from "../../support/postgres.ts";
import { aSyncedTree } from "../../support/synced.ts";

/** The settings of a session that could stay behind on a connection, and reach the program that gets it next. */
const SETTINGS = `SELECT name, setting FROM pg_settings WHERE source = 'session'
  AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings', 'IntervalStyle')
  UNION ALL SELECT 'role', current_user || '/' || session_user UNION ALL SELECT 'path', current_setting('search_path')
  UNION ALL SELECT 'locks', count(*)::text FROM pg_locks WHERE locktype = 'advisory' ORDER BY 1`;

describePgBouncer("PgBouncer in transaction mode", () => {
  test("another program on the same connection keeps writing, and finds no setting of ours", async () => {
    const tree = await aSyncedTree(POSTGRES, { checkout: flagText() }, { environment: "staging" });
    const url = await throughPgBouncer(tree.database.url);
    await onServer(url, "CREATE TABLE orders (id int)");
    const before = (await onServer(url, SETTINGS)).rows;
    const hoist = hoistIn(tree.repository.folder, { FLAGS_ENV: "staging", FLAGS_DATABASE_URL: url });
    const program = { environment: "staging", database: url, env: {}, logger: false, snapshotFile: false } as const;
    const clients = [await createFlags(program), await createFlags({ ...program, heartbeat: false })];
    const commands = ["plan", "status", "log", "sync", "plan"];
    const ours = (async () => {
      const results = [];
      for (const command of commands) results.push(await hoist(command));
      return results;
    })();
    const theirs = Array.from({ length: 50 }, (_, id) => onServer(url, `INSERT INTO orders VALUES (${id})`));
    await Promise.all(theirs);
    for (const result of await ours) expect(result).toMatchObject({ code: 0, err: "" });
    expect((await onServer(url, "SELECT count(*)::int AS count FROM orders")).rows).toEqual([{ count: 50 }]);
    expect((await onServer(url, SETTINGS)).rows).toEqual(before);
    await Promise.all(clients.map((client) => client.close()));
  });

  test("a program learns that notifications do not arrive, and says so; a change still reaches it", async () => {
    const tree = await aSyncedTree(POSTGRES, { checkout: flagText() }, { environment: "staging" });
    const url = await throughPgBouncer(tree.database.url);
    const program = {
      environment: "staging",
      env: {},
      logger: false,
      snapshotFile: false,
      pollIntervalMs: 1000,
    } as const;
    const pooled = await createFlags({ ...program, database: url });
    const direct = await createFlags({ ...program, database: tree.database.url });
    await expect.poll(() => direct.status().transport).toBe("push and poll");
    await expect.poll(async () => (await tree.hoist("status")).out, { timeout: 20_000 }).toContain(", 1 without push");
    await tree.database.type("UPDATE feature_toggles SET enabled = false");
    await expect.poll(() => pooled.isEnabled("checkout", { userId: "u" }), { timeout: 20_000 }).toBe(false);
    expect(pooled.status().transport).toBe("poll");
    await Promise.all([pooled.close(), direct.close()]);
  });
});
