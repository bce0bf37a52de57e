import type { StoredSnapshot } from "../store/store.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a table was before. */
export interface Before {
  readonly head: Snapshot["head"];
  readonly rowCount: () => number;
}

/** More rows than this are no flags of people, but a runaway script. */
const MOST_ROWS = 20_000;
/** So few rows may vanish without a sync whatever their share is. */
const FEW_ROWS = 5;

/**
 * Why a table's content is not taken over as a whole, or undefined when it is. A sync removes no row (it archives), so half
 * of the rows gone is an accident, a truncated or half-restored table, until a sync has looked at it and set its commit.
 */
export function implausibility(next: StoredSnapshot, before: Before | undefined): string | undefined {
  if (next.rows.length > MOST_ROWS) return `it has ${next.rows.length} rows, more than ${MOST_ROWS}`;
  if (before === undefined || before.head.storeId !== next.head.storeId || before.head.epoch !== next.head.epoch) {
    return undefined;
  }
  if (next.head.commit !== before.head.commit) return undefined;
  const rowCount = before.rowCount();
  const gone = rowCount - next.rows.length;
  if (gone <= FEW_ROWS || gone * 2 <= rowCount) return undefined;
  return `${gone} of ${rowCount} rows are gone, and no sync has run since`;
}
