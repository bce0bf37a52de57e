import { FlagError } from "../../core/errors.ts";
import { isSameHistory, type LiveSnapshot } from "../../store/store.ts";
import type { StandbySnapshot } from "../snapshot/standby.ts";

/** Up to this many rows may vanish without a sync, even if they are most of the table. */
const FEW_ROWS = 5;

/**
 * Returns why a table's content is refused as a whole, or undefined. A sync archives rows and never deletes them. A table
 * without a row that a sync wrote is therefore new or emptied. If more than half of the rows are gone and no sync has
 * written a new commit, the table was truncated or only partly restored.
 *
 * @param before  what was served or saved before; undefined for nothing
 */
export function refusalOf(
  environment: string,
  next: LiveSnapshot,
  before: Pick<StandbySnapshot, "head" | "maxRows"> | undefined,
): FlagError | undefined {
  if (!next.isSynced) return emptyError(environment, next);
  if (before === undefined || !isSameHistory(before.head, next.head)) return undefined;
  if (next.head.commit !== before.head.commit) return undefined;
  const rowCount = before.maxRows();
  const gone = rowCount - next.rows.length;
  if (gone <= FEW_ROWS || gone * 2 <= rowCount) return undefined;
  const message = `${gone} of ${rowCount} rows are gone from the flag table, and no sync has run since`;
  return new FlagError("STORE_CORRUPT", message, { hint: `put them back with: ${syncCommand(environment)}` });
}

function emptyError(environment: string, { head, rows }: LiveSnapshot): FlagError {
  const isNew = head.revision === 0 && head.commit === null;
  const why =
    rows.length > 0
      ? `no sync has written any of its ${rows.length} rows`
      : isNew
        ? "no sync has written to this database yet"
        : "all rows are gone, and a sync never deletes a row";
  return new FlagError("STORE_EMPTY", why, { hint: `write the flags from git with: ${syncCommand(environment)}` });
}

/** Returns the command that writes the flags of an environment from git. */
export function syncCommand(environment: string): string {
  return `hoist sync --env ${environment}`;
}
