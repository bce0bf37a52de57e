import type { ManualChange } from "../../core/plan/manual-change.ts";
import { FlagError } from "../../core/errors.ts";
import { type SeenOverride, seenOverrides } from "../../impact/seen-overrides.ts";
import { desiredFlags } from "../../source/read/desired.ts";
import type { Files } from "../../source/read/read-files.ts";
import { manualChangesNow } from "../../sync/table.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { openTables } from "../log/log-tables.ts";

/** The data of the tables in a report, by environment. */
export interface LiveTables {
  readonly manualChanges: ReadonlyMap<string, readonly ManualChange[]>;
  readonly overridden: ReadonlyMap<string, readonly SeenOverride[]>;
}

/** Selects the tables to read. */
export interface LiveTablesQuery {
  readonly folder: string;
  /** The environments whose tables are read; all environments of the files unless given. */
  readonly environments?: readonly string[] | undefined;
  readonly database?: string | undefined;
  /** Reads only tables whose address is in an environment variable. */
  readonly onlyNamed?: boolean;
}

/** An instance that has not reported for this long is considered stopped. */
export const INSTANCE_MS = 5 * 60_000;

/**
 * Reads the manual changes to the tables and the overrides of running instances. Prints a note for each table that
 * cannot be read, which the report then leaves out.
 *
 * @throws FlagError USAGE for a malformed address, unless `onlyNamed`
 */
export async function readLiveTables(io: Io, files: Files, query: LiveTablesQuery): Promise<LiveTables> {
  const manualChanges = new Map<string, readonly ManualChange[]>();
  const overridden = new Map<string, readonly SeenOverride[]>();
  const { folder, database, onlyNamed = false } = query;
  const names = query.environments ?? (files.loaded.config?.environments ?? []).map(({ name }) => name);
  const { tables, notes } = await openTables(io, names, { folder, database, onlyNamed });
  const note = (text: string, missing = "manual changes are not reported") => printNote(io, `${text}; ${missing}`);
  for (const text of notes) note(text);
  for (const { environment, store } of tables) {
    try {
      const desired = desiredFlags(files.loaded, environment);
      manualChanges.set(environment, await manualChangesNow(store, environment, desired));
      overridden.set(environment, seenOverrides(await store.instances(INSTANCE_MS)));
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      const missing = manualChanges.has(environment) ? "overrides of running instances are not reported" : undefined;
      note(`the table of ${environment}: ${error.message}`, missing);
    } finally {
      await store.close();
    }
  }
  const [only, ...others] = query.environments ?? [];
  const isMissing = only !== undefined && others.length === 0 && tables.length === 0 && notes.length === 0;
  if (isMissing && !onlyNamed) note(`the table of ${only} was not found`);
  return { manualChanges, overridden };
}
