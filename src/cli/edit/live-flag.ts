import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { flagOfRow } from "../../core/row/row-codec.ts";
import { databaseUrl } from "../../store/address.ts";
import { openStore } from "../../store/open.ts";
import type { FlagStore } from "../../store/store.ts";
import { byWhom } from "../plan/plan-text.ts";
import type { Io } from "../terminal/io.ts";

/** Reads one live flag, and who changed it manually last. @throws FlagError when the flag is missing, archived or unreadable */
export async function liveFlag(
  io: Io,
  key: FlagKey,
  where: { readonly folder: string; readonly environment: string; readonly database: string | undefined },
): Promise<{ readonly flag: Flag; readonly notes: readonly string[] }> {
  const { folder, environment, database } = where;
  const url = databaseUrl({ folder, environment, env: io.env, option: database });
  const store = await openStore(url, { readOnly: true });
  try {
    const flag = await readFlag(store, key, environment);
    const change = (await store.manualChanges()).get(key);
    return { flag, notes: change === undefined ? [] : [`last changed manually${byWhom(change, io.now())}`] };
  } finally {
    await store.close();
  }
}

async function readFlag(store: FlagStore, key: FlagKey, environment: string): Promise<Flag> {
  const { head, rows } = await store.read();
  if (head.environment !== environment) {
    throw new FlagError("WRONG_DATABASE", `${store.label} serves ${head.environment}, not ${environment}`, {
      hint: `hoist adopt ${key} --env ${head.environment}, or name another database`,
    });
  }
  const row = rows.find((each) => each.feature_key === key);
  if (row === undefined) {
    const keys = rows.flatMap(({ feature_key }) => (typeof feature_key === "string" ? [feature_key] : []));
    const { message, hint = "" } = unknownFlag(key, keys, store.label);
    throw new FlagError("USAGE", message, { hint });
  }
  const read = flagOfRow(row);
  if (!read.ok) {
    throw new FlagError("INVALID_FLAGS", `the row of ${key} cannot be read: ${read.problem}`, {
      hint: `correct the row, or overwrite it with what git says: hoist sync --env ${environment} --release ${key}`,
    });
  }
  if (read.row.archived_at !== null) {
    throw new FlagError("USAGE", `${key} is archived in ${environment}`, { hint: "a sync with its file restores it" });
  }
  return read.flag;
}
