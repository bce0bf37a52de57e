import { FlagError } from "../core/errors.ts";
import { findDatabase } from "../store/address.ts";
import { openStore } from "../store/open.ts";
import type { FlagStore, StoredSnapshot } from "../store/store.ts";
import type { Io } from "./terminal/io.ts";

interface LiveTable {
  /** The folder that holds `flags/`. */
  readonly folder: string;
  readonly environment: string;
  /** The value of `--database`. */
  readonly database: string | undefined;
}

/**
 * Opens the database of an environment for reading, reads its rows, and closes it after use.
 *
 * @param command  the command to repeat with another environment, for the hint
 * @throws FlagError WRONG_DATABASE when the database belongs to another environment, and the codes of FlagStore
 */
export async function withLiveTable<T>(
  io: Io,
  { folder, environment, database }: LiveTable,
  command: string,
  use: (store: FlagStore, snapshot: StoredSnapshot) => Promise<T>,
): Promise<T> {
  const { url } = findDatabase({ folder, environment, env: io.env, option: database });
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
