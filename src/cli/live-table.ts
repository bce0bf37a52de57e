import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { ReadRow } from "../core/row/row-codec.ts";
import { findDatabase } from "../store/address.ts";
import { openStore } from "../store/open.ts";
import type { FlagStore, StoredSnapshot } from "../store/store.ts";
import type { Io } from "./terminal/io.ts";
import { environmentName, flagsFolder } from "./workspace.ts";

/** Options that select a live table. */
export interface TargetOptions {
  readonly cwd?: string | undefined;
  readonly env?: string | undefined;
  readonly database?: string | undefined;
}

interface Target {
  /** The folder that holds `flags/`. */
  readonly folder: string;
  readonly environment: string;
  /** The address of the database. */
  readonly url: string;
}

/** Returns the folder, environment and database that the options of a command select. @throws FlagError USAGE when the address of the database is not valid */
export function targetOf(io: Io, { cwd, env, database }: TargetOptions): Target {
  const folder = flagsFolder(io, cwd);
  const environment = environmentName(io, env);
  const { url } = findDatabase({ folder, environment, env: io.env, option: database });
  return { folder, environment, url };
}

/** Returns the flags of the rows that can be read and are not archived. */
export function liveFlags(reads: Iterable<ReadRow>): ReadonlyMap<FlagKey, Flag> {
  const flags = new Map<FlagKey, Flag>();
  for (const read of reads) if (read.ok && read.row.archived_at === null) flags.set(read.flag.key, read.flag);
  return flags;
}

/**
 * Opens the database of an environment for reading, reads its rows, and closes it after use.
 *
 * @param command  the command to repeat with a different environment, for the hint
 * @throws FlagError WRONG_DATABASE when the database belongs to a different environment; the errors of FlagStore
 */
export async function withLiveTable<T>(
  { environment, url }: Target,
  command: string,
  use: (store: FlagStore, snapshot: StoredSnapshot) => Promise<T>,
): Promise<T> {
  const store = await openStore(url, { readOnly: true });
  try {
    const snapshot = await store.read();
    const served = snapshot.head.environment;
    if (served === environment) return await use(store, snapshot);
    throw new FlagError("WRONG_DATABASE", `${store.label} serves ${served}, not ${environment}`, {
      hint: `${command} --env ${served}, or name another database`,
    });
  } finally {
    await store.close();
  }
}
