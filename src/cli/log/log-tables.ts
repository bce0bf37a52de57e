import { FlagError } from "../../core/errors.ts";
import { type DatabaseAddress, findDatabase } from "../../store/address.ts";
import { openStore } from "../../store/open.ts";
import type { FlagStore } from "../../store/store.ts";
import type { Io } from "../terminal/io.ts";

/** The open database of an environment. */
export interface OpenTable {
  readonly environment: string;
  readonly store: FlagStore;
}

/**
 * Opens the tables of the environments that can be read. The caller closes them. A note names each configured database
 * that cannot be read; a missing default database is ignored.
 *
 * @param environments     the environments whose tables are opened
 * @param where.onlyNamed  ignores the default databases in `.flaghoist/`, and returns a note for an address that is refused
 * @throws FlagError USAGE for a malformed address, unless `onlyNamed`
 */
export async function openTables(
  io: Io,
  environments: readonly string[],
  where: { readonly folder: string; readonly database?: string | undefined; readonly onlyNamed?: boolean },
): Promise<{ readonly tables: readonly OpenTable[]; readonly notes: readonly string[] }> {
  const tables: OpenTable[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  for (const environment of environments) {
    const address = addressOf(io, environment, where);
    if (address instanceof FlagError) {
      if (!notes.includes(address.message)) notes.push(address.message);
      continue;
    }
    const { url, source } = address;
    if (where.onlyNamed === true && source === "default") continue;
    // Several environments may have the same address; the database itself says which one it serves.
    if (seen.has(url)) continue;
    seen.add(url);
    try {
      const store = await openStore(url, { readOnly: true });
      const served = await servedBy(store);
      if (environments.includes(served)) tables.push({ environment: served, store });
      else await store.close();
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      if (source === "default" && error.code === "STORE_MISSING") continue;
      // FLAGS_DATABASE_URL is not specific to one environment.
      const which = source === "FLAGS_DATABASE_URL" && environments.length > 1 ? source : environment;
      notes.push(`the table of ${which}: ${error.message}`);
    }
  }
  return { tables, notes };
}

function addressOf(
  { env }: Io,
  environment: string,
  { folder, database, onlyNamed }: Parameters<typeof openTables>[2],
): DatabaseAddress | FlagError {
  try {
    return findDatabase({ folder, environment, env, option: database });
  } catch (error) {
    if (onlyNamed === true && error instanceof FlagError) return error;
    throw error;
  }
}

/** Closes a store whose head cannot be read. */
async function servedBy(store: FlagStore): Promise<string> {
  try {
    return (await store.readHead()).environment;
  } catch (error) {
    await store.close();
    throw error;
  }
}
