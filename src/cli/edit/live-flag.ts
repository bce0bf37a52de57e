import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { unknownFlagError } from "../../core/diagnostic/unknown-name.ts";
import { flagOfRow } from "../../core/row/row-codec.ts";
import { manualChangesOf } from "../../sync/manual-changes.ts";
import { withLiveTable } from "../live-table.ts";
import { byWhom } from "../plan/plan-text.ts";
import type { Io } from "../terminal/io.ts";

/** Reads one live flag, and describes its manual changes with their authors. @throws FlagError when the flag is missing, archived or unreadable */
export async function liveFlag(
  io: Io,
  key: FlagKey,
  target: Parameters<typeof withLiveTable>[0],
): Promise<{ readonly flag: Flag; readonly notes: readonly string[] }> {
  return withLiveTable(target, `hoist adopt ${key}`, async (store, { head, rows }) => {
    const { environment } = head;
    const row = rows.find((each) => each.feature_key === key);
    if (row === undefined) {
      const keys = rows.flatMap(({ feature_key }) => (typeof feature_key === "string" ? [feature_key] : []));
      throw unknownFlagError(key, keys, store.label);
    }
    const read = flagOfRow(row);
    if (!read.ok) {
      throw new FlagError("INVALID_FLAGS", `the row of ${key} cannot be read: ${read.problem}`, {
        hint: `correct the row, or overwrite it with the flag from git: hoist sync --env ${environment} --release ${key}`,
      });
    }
    if (read.row.archived_at !== null) {
      const hint = "to restore it, add its file and sync";
      throw new FlagError("USAGE", `${key} is archived in ${environment}`, { hint });
    }
    const changes = await manualChangesOf(store, read.row, read.flag);
    const notes = changes.map((change) => `${manualChangeText(change)}${byWhom(change.by, io.now())}`);
    return { flag: read.flag, notes };
  });
}
