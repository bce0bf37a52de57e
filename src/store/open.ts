import { FlagError } from "../core/errors.ts";
import { databaseLabel, dialectOf, sqliteAddress } from "./address.ts";
import type { MigrationReport } from "./migrations.ts";
import type { FlagStore } from "./store.ts";

/**
 * Opens the database of flags at `file:…` or `postgres://…`. Never makes or migrates one.
 *
 * @throws FlagError STORE_MISSING without a file or tables, STORE_NEWER for a schema that this program does not know,
 *   and the other codes of FlagStore; USAGE for an address that is none
 */
export async function openStore(url: string, options: { readonly readOnly?: boolean } = {}): Promise<FlagStore> {
  const label = databaseLabel(url);
  const wantsReadOnly = options.readOnly ?? false;
  // Each engine is loaded only where it is used: `pg` need not be installed, and a start need not wait for it.
  if (dialectOf(url) === "postgres") {
    const { openPostgresStore } = await import("./postgres/store.ts");
    return openPostgresStore(url, label, wantsReadOnly);
  }
  const { file, readOnly } = sqliteAddress(url);
  const { openSqliteStore } = await import("./sqlite/store.ts");
  return openSqliteStore(file, label, readOnly || wantsReadOnly);
}

/**
 * Makes the tables, or brings them up to date; safe when several processes do so at once.
 *
 * @throws FlagError WRONG_DATABASE where it serves another environment, STORE_NEWER, and the other codes of FlagStore
 */
export async function migrateStore(url: string, environment: string): Promise<MigrationReport> {
  const label = databaseLabel(url);
  if (dialectOf(url) === "postgres") {
    const { migratePostgres } = await import("./postgres/migrate.ts");
    return migratePostgres(url, environment, label);
  }
  const { file, readOnly } = sqliteAddress(url);
  if (readOnly) throw new FlagError("STORE_READ_ONLY", `migrating, ${label}: its address says mode=ro`);
  const { migrateSqlite } = await import("./sqlite/migrate.ts");
  return migrateSqlite(file, environment, label);
}
