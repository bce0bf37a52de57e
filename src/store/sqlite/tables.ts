import { FlagError } from "../../core/errors.ts";
import type { SqliteConnection } from "./driver.ts";

/** Lists the tables that flaghoist reads. */
const TABLES = [
  "feature_toggles",
  "feature_toggle_audit",
  "flaghoist_actor",
  "flaghoist_head",
  "flaghoist_instances",
  "flaghoist_migrations",
  "flaghoist_syncs",
];

/** A virtual table has no root page. */
const READ_OBJECTS = `SELECT name, type, coalesce(rootpage, 0) > 0 AS "isStored" FROM sqlite_schema
  WHERE name COLLATE NOCASE IN (${TABLES.map((table) => `'${table}'`).join(", ")}) AND type IN ('table', 'view')`;
const READ_COMPUTED = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 0";

/**
 * Checks that the tables of a file are plain tables, before anything reads them. A file can come from somebody else, for example
 * with a commit, and reading a view, a virtual table or a generated column runs whatever SQL the file contains, even without end.
 *
 * @throws FlagError STORE_CORRUPT if one is not
 */
export function checkTables(db: SqliteConnection, label: string, file: string): void {
  for (const { name, type, isStored } of db.all<SchemaEntry>(READ_OBJECTS)) {
    if (type === "view") throw notPlain(`${name} is a view, not a table`, label, file);
    if (isStored !== 1) throw notPlain(`${name} is a virtual table, not a plain table`, label, file);
    const computed = db.get<{ readonly name: string }>(READ_COMPUTED, name);
    if (computed !== undefined) {
      throw notPlain(`the column ${computed.name} of ${name} is generated, not stored`, label, file);
    }
  }
}

interface SchemaEntry {
  readonly name: string;
  readonly type: string;
  readonly isStored: number;
}

function notPlain(problem: string, label: string, file: string): FlagError {
  return new FlagError("STORE_CORRUPT", `${label}: ${problem}`, {
    hint: `flaghoist did not create this file in this form: restore ${file} from a backup, or move it out of the way and run \`hoist sync\``,
  });
}
