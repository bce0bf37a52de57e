import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FlagError } from "../core/errors.ts";
import { findDatabase, sqliteAddress } from "../store/address.ts";
import { openStore } from "../store/open.ts";
import type { FlagStore } from "../store/store.ts";
import type { Settings } from "./options.ts";

type Where = Pick<Settings, "database" | "environment" | "env" | "heartbeat">;

/**
 * Opens the database that the settings lead to; looked up anew with every call, since the file may appear later.
 *
 * @throws FlagError as openStore; STORE_MISSING where nobody names a database and the embedded one does not exist
 */
export async function openDatabase(settings: Where, folder: string): Promise<FlagStore> {
  const { database: option, environment, env, heartbeat } = settings;
  const { url, source } = findDatabase({ option, environment, env, folder });
  if (source === "default" && !existsSync(sqliteAddress(url).file)) throw nothingNamed(environment, url);
  try {
    return await openStore(url, { readOnly: !heartbeat });
  } catch (error) {
    // A process that may only read still reads: its heartbeat fails, and status says so.
    const mayOnlyRead = error instanceof FlagError && error.code === "STORE_READ_ONLY";
    if (mayOnlyRead && heartbeat) return openStore(url, { readOnly: true });
    throw error;
  }
}

function nothingNamed(environment: string, url: string): FlagError {
  const { file } = sqliteAddress(url);
  const own = `FLAGS_DATABASE_URL_${environment.toUpperCase().replaceAll("-", "_")}`;
  const message = `no database for ${environment}: neither ${own} nor FLAGS_DATABASE_URL is set, and there is no ${file}`;
  const hint =
    environment === "development"
      ? "make it with: hoist sync --work-tree"
      : `set ${own}, or FLAGS_ENV if this is not ${environment}`;
  return new FlagError("STORE_MISSING", message, { hint });
}

/**
 * Where the last good snapshot of an environment lies when nobody says: beside an embedded database, as
 * `production.snapshot.json` beside `production.db`; for any other in the nearest `.flaghoist` folder upward, else in one
 * beside the nearest `flags/`, else in one in this folder.
 *
 * @returns undefined where the settings are no address at all
 */
export function defaultSnapshotFile(settings: Omit<Where, "heartbeat">, folder: string): string | undefined {
  const { database: option, environment, env } = settings;
  try {
    const { url } = findDatabase({ option, environment, env, folder });
    if (url.startsWith("file:")) return `${sqliteAddress(url).file.replace(/\.(db|sqlite3?)$/, "")}.snapshot.json`;
    const near = nearestFolder(folder, ".flaghoist");
    const beside = dirname(sqliteAddress(findDatabase({ environment, env: {}, folder }).url).file);
    return join(near ?? beside, `${environment}.snapshot.json`);
  } catch (error) {
    if (error instanceof FlagError) return undefined;
    throw error;
  }
}

function nearestFolder(from: string, name: string): string | undefined {
  for (let here = resolve(from); ; here = dirname(here)) {
    if (existsSync(join(here, name))) return join(here, name);
    if (here === dirname(here)) return undefined;
  }
}
