import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { flagOfRow } from "../../core/row/row-codec.ts";
import { databaseUrl } from "../../store/address.ts";
import { openStore } from "../../store/open.ts";
import type { Io } from "../terminal/io.ts";
import { byWhom } from "../plan/plan-text.ts";

/** One flag as the table has it, and who last wrote it by hand. @throws FlagError where it is not there, gone or unreadable */
export async function liveFlag(
  io: Io,
  key: FlagKey,
  where: { readonly folder: string; readonly environment: string; readonly database: string | undefined },
): Promise<{ readonly flag: Flag; readonly notes: readonly string[] }> {
  const { folder, environment, database } = where;
  const url = databaseUrl({ folder, environment, env: io.env, option: database });
  const store = await openStore(url, { readOnly: true });
  try {
    const { head, rows } = await store.read();
    if (head.environment !== environment) {
      throw new FlagError("WRONG_DATABASE", `${store.label} serves ${head.environment}, not ${environment}`, {
        hint: `hoist adopt ${key} --env ${head.environment}, or name another database`,
      });
    }
    const raw = rows.find((row) => row.feature_key === key);
    if (raw === undefined) {
      const keys = rows.flatMap((row) => (typeof row.feature_key === "string" ? [row.feature_key] : []));
      const { message, hint } = unknownFlag(key, keys, store.label);
      throw new FlagError("USAGE", message, { hint });
    }
    const read = flagOfRow(raw);
    if (!read.ok) {
      throw new FlagError("INVALID_FLAGS", `the row of ${key} cannot be read: ${read.problem}`, {
        hint: `mend it at the prompt, or let git write it anew: hoist sync --env ${environment} --release ${key}`,
      });
    }
    if (read.row.archived_at !== null) {
      throw new FlagError("USAGE", `${key} is archived in ${environment}`, { hint: "a sync of its file restores it" });
    }
    const edit = (await store.handEdits()).get(key);
    const notes = edit === undefined ? [] : [`last written by hand${byWhom(edit, io.now())}`];
    return { flag: read.flag, notes };
  } finally {
    await store.close();
  }
}
