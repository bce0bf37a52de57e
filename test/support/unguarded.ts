import type { FlagDatabase, FlagDatabaseEngine } from "./flag-database.ts";

/**
 * Runs statements without triggers and CHECKs, as somebody who owns the tables or a damaged backup could. Afterwards, the triggers
 * and CHECKs are as before; rows that break a CHECK stay.
 */
export async function typeUnguarded(engine: FlagDatabaseEngine, database: FlagDatabase, sql: string): Promise<void> {
  await database.type(engine.name === "SQLite" ? await inSqlite(database, sql) : await inPostgres(database, sql));
}

async function inSqlite(database: FlagDatabase, sql: string): Promise<string> {
  const triggers = await database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  const drops = triggers.map(({ name }) => `DROP TRIGGER ${String(name)};`);
  const creations = triggers.map((trigger) => `${String(trigger["sql"])};`);
  return `PRAGMA ignore_check_constraints = ON; BEGIN; ${drops.join(" ")} ${sql}; ${creations.join("\n")} COMMIT;`;
}

async function inPostgres(database: FlagDatabase, sql: string): Promise<string> {
  const checks = await database.rows(
    `SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'c' AND connamespace = current_schema()::regnamespace AND conrelid <> 0`,
  );
  const drops = checks.map(({ table, name }) => `ALTER TABLE ${String(table)} DROP CONSTRAINT ${String(name)};`);
  const creations = checks.map(({ table, name, definition }) => {
    const unchecked = String(definition).replace(/( NOT VALID)?$/, " NOT VALID");
    return `ALTER TABLE ${String(table)} ADD CONSTRAINT ${String(name)} ${unchecked};`;
  });
  return `BEGIN; ${drops.join(" ")} SET LOCAL session_replication_role = replica; ${sql}; ${creations.join(" ")} COMMIT;`;
}

/** Writes a text as a literal of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
