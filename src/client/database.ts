import { join, resolve } from "node:path";
import { FlagError } from "../core/errors.ts";
import type { Variables } from "../core/variable.ts";
import { existsAt } from "../files/entry.ts";
import { databaseVariable, findDatabase, nearestWith, similarVariable, sqliteAddress } from "../store/address.ts";
import { openStore } from "../store/open.ts";
import type { FlagStore } from "../store/store.ts";
import type { Settings } from "./options.ts";

/**
 * Opens the database that the settings name. The address is resolved with every call, because a file may appear later.
 *
 * @throws FlagError STORE_MISSING if no setting names a database and the embedded one does not exist; the errors of
 *   openStore
 */
export async function openDatabase(settings: Settings, folder: string): Promise<FlagStore> {
  const { database: option, environment, env, heartbeat } = settings;
  const { url, source } = findDatabase({ option, environment, env, folder });
  if (source === "default" && !existsAt(sqliteAddress(url).file)) throw missingDatabase(environment, url, env);
  try {
    return await openStore(url, { readOnly: !heartbeat });
  } catch (error) {
    // A process without write access can still read. Only its heartbeat fails, which the status reports.
    const isReadOnly = error instanceof FlagError && error.code === "STORE_READ_ONLY";
    if (isReadOnly && heartbeat) return openStore(url, { readOnly: true });
    throw error;
  }
}

function missingDatabase(environment: string, url: string, env: Variables): FlagError {
  const { file } = sqliteAddress(url);
  const own = databaseVariable(environment);
  const message = `neither ${own} nor FLAGS_DATABASE_URL is set, and ${file} does not exist`;
  const similar = similarVariable(environment, env);
  const usual =
    environment === "development"
      ? "create it with: hoist sync --work-tree"
      : `set ${own}, or FLAGS_ENV if the environment is not ${environment}`;
  const hint =
    similar === undefined
      ? usual
      : `${similar} is set, but has no effect: its name must be ${own} or FLAGS_DATABASE_URL`;
  return new FlagError("STORE_MISSING", message, { hint });
}

/**
 * Returns the path of the file that keeps the last good snapshot. By default it is next to an embedded database, e.g.
 * `production.snapshot.json` next to `production.db`. For any other database it is in the nearest `.flaghoist` folder upwards,
 * else in a `.flaghoist` folder next to the nearest `flags/`, else in a `.flaghoist` folder in `folder`.
 *
 * @returns undefined if the settings disable the snapshot file, or if the settings contain no valid address
 */
export function snapshotFileOf(settings: Settings, folder: string): string | undefined {
  const { database: option, environment, env, snapshotFile } = settings;
  if (snapshotFile !== undefined) return snapshotFile === false ? undefined : snapshotFile;
  try {
    const { url } = findDatabase({ option, environment, env, folder });
    if (url.startsWith("file:")) return `${sqliteAddress(url).file.replace(/\.(db|sqlite3?)$/, "")}.snapshot.json`;
    const home = nearestWith(".flaghoist", folder) ?? nearestWith("flags", folder) ?? resolve(folder);
    return join(home, ".flaghoist", `${environment}.snapshot.json`);
  } catch (error) {
    if (error instanceof FlagError) return undefined;
    throw error;
  }
}
