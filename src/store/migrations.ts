import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FlagError } from "../core/errors.ts";

/** Forward only: add at the end, never edit one that was released. The nth has version n. */
const NAMES = ["0001_initial"] as const;

/** The schema that this program knows. */
export const SCHEMA_VERSION: number = NAMES.length;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, so that an edited migration is noticed. */
  readonly checksum: string;
}

/**
 * All of them, oldest first. Read from the folder `migrations/` beside this file, also when this file was bundled: a
 * build copies that folder beside the bundle. Only migrating reads them; clients never do.
 */
export function migrationsFor(dialect: "sqlite" | "postgres"): readonly Migration[] {
  return NAMES.map((name, index) => {
    // Line ends differ with git's settings, and mean nothing.
    const file = new URL(`./migrations/${dialect}/${name}.sql`, import.meta.url);
    const sql = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    return { version: index + 1, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

/** What `hoist db migrate` did. Versions from 0, the empty database. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** The tables were not there before. */
  readonly created: boolean;
}

/** What a database says of itself before it is migrated or used. */
export interface SchemaState {
  readonly version: number;
  readonly environment: string;
}

/** @throws FlagError STORE_NEWER, or WRONG_DATABASE where it serves another environment than the one asked for */
export function checkMigratable(state: SchemaState, environment: string, label: string): void {
  if (state.environment !== environment) {
    throw new FlagError("WRONG_DATABASE", `${label} serves ${state.environment}, not ${environment}`, {
      hint: `use --env ${state.environment}, or another --database: one database serves one environment`,
    });
  }
  refuseNewer(state.version, label);
}

/** @throws FlagError STORE_NEWER or, where migrations are missing, STORE_OUTDATED */
export function checkReadable(version: number, label: string): void {
  refuseNewer(version, label);
  if (version < SCHEMA_VERSION) {
    throw new FlagError("STORE_OUTDATED", `${label} has schema ${version}, this program needs ${SCHEMA_VERSION}`, {
      hint: "run `hoist db migrate` (sync does it too)",
    });
  }
}

/** @throws FlagError STORE_CORRUPT where an applied migration has another text than ours */
export function checkApplied(
  applied: ReadonlyMap<number, string>,
  migrations: readonly Migration[],
  label: string,
): void {
  for (const { version, name, checksum } of migrations) {
    const found = applied.get(version);
    if (found === undefined || found === checksum) continue;
    throw new FlagError("STORE_CORRUPT", `${label}: migration ${name} was applied with another text than it has now`, {
      hint: "a released migration must not be edited: install the release that made this database, or restore the file",
    });
  }
}

function refuseNewer(version: number, label: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new FlagError("STORE_NEWER", `${label} has schema ${version}, this program knows ${SCHEMA_VERSION}`, {
    hint: "update flaghoist here to the release that migrated the database",
  });
}
