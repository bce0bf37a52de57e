import { FlagError } from "../core/errors.ts";
import { databaseLabel, type Dialect, dialectOf, sqliteAddress } from "./address.ts";
import type { CheckReport } from "./check.ts";
import type { MigrationReport } from "./migrations.ts";
import type { FlagStore, StoreMode } from "./store.ts";

interface Engine {
  open(url: string, label: string, mode: StoreMode): Promise<FlagStore>;
  migrate(url: string, environment: string, label: string): Promise<MigrationReport>;
  check(url: string, environment: string, label: string): Promise<CheckReport>;
}

/** Loads each engine only where it is used, because `pg` is optional and takes time to load. */
const ENGINES: Readonly<Record<Dialect, Engine>> = {
  sqlite: {
    async open(url, label, mode) {
      const { file, readOnly } = sqliteAddress(url);
      const { openSqliteStore } = await import("./sqlite/store.ts");
      return openSqliteStore(file, label, readOnly ? { kind: "read" } : mode);
    },
    async migrate(url, environment, label) {
      const { file, readOnly } = sqliteAddress(url);
      if (readOnly)
        throw new FlagError("STORE_READ_ONLY", `${label}: cannot migrate the database: its address has mode=ro`);
      const { migrateSqlite } = await import("./sqlite/migrate.ts");
      return migrateSqlite(file, environment, label);
    },
    async check(url, environment, label) {
      const { checkSqlite } = await import("./sqlite/check.ts");
      return checkSqlite(sqliteAddress(url).file, environment, label);
    },
  },
  postgres: {
    async open(url, label, mode) {
      const { openPostgresStore } = await import("./postgres/store.ts");
      return openPostgresStore(url, label, mode);
    },
    async migrate(url, environment, label) {
      const { migratePostgres } = await import("./postgres/migrate.ts");
      return migratePostgres(url, environment, label);
    },
    async check(url, environment, label) {
      const { checkPostgres } = await import("./postgres/check.ts");
      return checkPostgres(url, environment, label);
    },
  },
};

/**
 * Opens the flag database at `file:…` or `postgres://…`. Never creates or migrates a database.
 *
 * @throws FlagError STORE_MISSING if the file or the tables do not exist, STORE_NEWER for a schema that this program
 *   does not know, the other codes of FlagStore; USAGE for an invalid address
 */
export async function openStore(url: string, options: { readonly readOnly?: boolean } = {}): Promise<FlagStore> {
  return ENGINES[dialectOf(url)].open(url, databaseLabel(url), { kind: options.readOnly === true ? "read" : "write" });
}

/**
 * Opens the flag database for a sync. It may be missing or have an older schema: reading a missing one fails with
 * STORE_MISSING, and {@link FlagStore.apply} creates or migrates the tables in the transaction of the batch.
 *
 * @throws FlagError STORE_NEWER and the other codes of FlagStore; USAGE for an invalid address
 */
export async function openStoreToSync(url: string, environment: string): Promise<FlagStore> {
  return ENGINES[dialectOf(url)].open(url, databaseLabel(url), { kind: "sync", environment });
}

/**
 * Creates the tables, or brings them up to date. Several processes may call it at the same time.
 *
 * @throws FlagError WRONG_DATABASE if it serves a different environment, STORE_NEWER, and the other codes of FlagStore
 */
export async function migrateStore(url: string, environment: string): Promise<MigrationReport> {
  return ENGINES[dialectOf(url)].migrate(url, environment, databaseLabel(url));
}

/**
 * Compares a database with what flaghoist expects of it: triggers, and on PostgreSQL functions, roles and rights. Changes nothing.
 *
 * @throws FlagError STORE_MISSING, WRONG_DATABASE, STORE_NEWER, and the other codes of FlagStore
 */
export async function checkStore(url: string, environment: string): Promise<CheckReport> {
  return ENGINES[dialectOf(url)].check(url, environment, databaseLabel(url));
}
