import { agree, FIELD_GROUP_NAMES, withGroup, type FieldGroup, type FlagColumns } from "../row/row.ts";

/** What becomes of hand-written changes: kept (unless git changed the same group), refused, or undone. */
export type OnDrift = "keep" | "fail" | "heal";

/** One group of a row that somebody wrote by hand since the last sync. */
export interface HandEdit {
  readonly group: FieldGroup;
  /** `stays`: git did not touch it, or it is a kill. `overwritten`: git changed it too. `undone`: released or healed. */
  readonly outcome: "stays" | "overwritten" | "undone";
}

export interface Merged {
  /** The row as it shall be. */
  readonly columns: FlagColumns;
  readonly handEdits: readonly HandEdit[];
}

/**
 * Three-way merge of one row, group by group: what the last sync wrote, what the table says now, what git says now. Who
 * changed alone, wins; both, and git wins, loudly. A flag that was switched off by hand stays off until git says off too or
 * somebody releases it: no unrelated merge turns on at night what was turned off in an emergency.
 *
 * @param base  null for a row that no sync ever wrote
 */
export function mergeColumns(
  base: FlagColumns | null,
  live: FlagColumns,
  desired: FlagColumns,
  options: { readonly release: boolean; readonly onDrift: OnDrift },
): Merged {
  const handEdits: HandEdit[] = [];
  let columns = desired;
  for (const group of FIELD_GROUP_NAMES) {
    if (agree(group, live, desired) || (base !== null && agree(group, live, base))) continue;
    const outcome = outcomeOf(group, { base, live, desired }, options);
    handEdits.push({ group, outcome });
    if (outcome === "stays") columns = withGroup(columns, group, live);
  }
  return { columns, handEdits };
}

function outcomeOf(
  group: FieldGroup,
  rows: { readonly base: FlagColumns | null; readonly live: FlagColumns; readonly desired: FlagColumns },
  { release, onDrift }: { readonly release: boolean; readonly onDrift: OnDrift },
): HandEdit["outcome"] {
  const isKill = group === "enabled" && !rows.live.enabled;
  if (release) return "undone";
  if (isKill) return "stays";
  if (onDrift === "heal") return "undone";
  return rows.base !== null && agree(group, rows.base, rows.desired) ? "stays" : "overwritten";
}
