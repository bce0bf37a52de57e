import { FlagError } from "../core/errors.ts";
import { databaseLabel, dialectOf, sqliteAddress } from "./address.ts";
import type { MigrationReport } from "./migrations.ts";
import type { FlagStore } from "./store.ts";

/**
 * Opens the flag database at `file:…` or `postgres://…`. Never creates or migrates a database.
 *
 * @throws FlagError STORE_MISSING if the file or the tables do not exist, STORE_NEWER for a schema that this program
 *   does not know, the other codes of FlagStore; USAGE for an invalid address
 */
export async function openStore(url: string, options: { readonly readOnly?: boolean } = {}): Promise<FlagStore> {
  const label = databaseLabel(url);
  const wantsReadOnly = options.readOnly ?? false;
  // Each engine is loaded only where it is used, because `pg` is optional and takes time to load.
  if (dialectOf(url) === "postgres") {
    const { openPostgresStore } = await import("./postgres/store.ts");
    return openPostgresStore(url, label, wantsReadOnly);
  }
  const { file, readOnly } = sqliteAddress(url);
  const { openSqliteStore } = await import("./sqlite/store.ts");
  return openSqliteStore(file, label, readOnly || wantsReadOnly);
}

/**
 * Creates the tables, or brings them up to date. Several processes may call it at the same time.
 *
 * @throws FlagError WRONG_DATABASE if it serves another environment, STORE_NEWER, and the other codes of FlagStore
 */
export async function migrateStore(url: string, environment: string): Promise<MigrationReport> {
  const label = databaseLabel(url);
  if (dialectOf(url) === "postgres") {
    const { migratePostgres } = await import("./postgres/migrate.ts");
    return migratePostgres(url, environment, label);
  }
  const { file, readOnly } = sqliteAddress(url);
  if (readOnly)
    throw new FlagError("STORE_READ_ONLY", `${label}: cannot migrate the database: its address has mode=ro`);
  const { migrateSqlite } = await import("./sqlite/migrate.ts");
  return migrateSqlite(file, environment, label);
}
