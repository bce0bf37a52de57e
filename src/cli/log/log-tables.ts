import { FlagError } from "../../core/errors.ts";
import { type DatabaseAddress, findDatabase } from "../../store/address.ts";
import { openStore } from "../../store/open.ts";
import type { FlagStore } from "../../store/store.ts";
import type { Io } from "../terminal/io.ts";

export interface OpenTable {
  readonly environment: string;
  readonly store: FlagStore;
}

/**
 * The tables that can be read, opened, each with its environment; the caller closes them. A database that nobody named and
 * that is not there is no news; one that was named and cannot be read is told.
 *
 * @param environments     those to look for
 * @param where.onlyNamed  leaves out `.flaghoist/`; what is named and is no address is then told, too
 * @throws FlagError USAGE for an address that is none, unless `onlyNamed`
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
    // One address may stand for several environments; it serves one of them, and says which.
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
      // That address says nothing of an environment.
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
