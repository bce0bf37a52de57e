import { compileFlags } from "../core/evaluate/compile.ts";
import { FlagError } from "../core/errors.ts";
import { differingGroups } from "../core/row/row.ts";
import type { Flag } from "../core/flag/flag.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { LiveRow } from "../core/plan/live-row.ts";
import { flagOfRow, type ReadRow } from "../core/row/row-codec.ts";
import type { RowWrite, StoredSnapshot } from "../store/store.ts";

/** The number of rows that a table may have, archived ones included. Clients read any number. */
const MAX_ROWS = 200_000;

/** Checks that a sync does not make the table too large. @throws FlagError INVALID_FLAGS */
export function checkRowCount(
  live: ReadonlyMap<string, unknown>,
  { changes }: Pick<Plan, "changes">,
  max = MAX_ROWS,
): void {
  const count = live.size + changes.filter(({ key }) => !live.has(key)).length;
  if (count <= max || count === live.size) return;
  const message = `the table would have ${count} rows, archived flags included; at most ${max} are allowed`;
  const hint = "reuse keys instead of adding new ones, or delete rows of flags that were archived long ago";
  throw new FlagError("INVALID_FLAGS", message, { hint });
}

/**
 * Evaluates every flag of the new state once, with the real evaluator, before anything is written. This keeps flags
 * that a client cannot evaluate out of the table.
 *
 * @throws FlagError INVALID_FLAGS
 */
export function checkEvaluates(plan: Plan, live: ReadonlyMap<string, LiveRow>): void {
  const flags = new Map<string, Flag>();
  for (const [key, read] of live) if (read.ok && read.row.archived_at === null) flags.set(key, read.flag);
  for (const { key, after } of plan.changes) {
    if (after === null) flags.delete(key);
    else flags.set(key, after);
  }
  const candidate = compileFlags({ flags: flags.values() });
  for (const key of flags.keys()) {
    const { errorCode, errorMessage } = candidate.evaluate(key, { userId: "user-42" });
    if (errorCode === undefined) continue;
    throw new FlagError("INVALID_FLAGS", `${key} cannot be evaluated: ${errorMessage ?? errorCode}`, {
      hint: "nothing was written; this is a bug in flaghoist, whose checks should have reported it",
    });
  }
}

/**
 * Compares the rows after the transaction with the rows that it wrote: a trigger, a policy or a column type of the
 * database may have changed them.
 *
 * @throws FlagError STORE_MISMATCH
 */
export function checkWritten(writes: readonly RowWrite[], { rows }: StoredSnapshot): void {
  const written = new Map(rows.map((raw) => [raw.feature_key, raw]));
  for (const write of writes) {
    const read = flagOfRow(written.get(write.key) ?? {});
    const wrong = read.ok ? wrongParts(write, read) : [read.problem];
    if (wrong.length === 0) continue;
    throw new FlagError(
      "STORE_MISMATCH",
      `the row of ${write.key} differs from what was written: ${wrong.join(", ")}`,
      {
        hint: "nothing was written; look for triggers, rules or row-level policies on feature_toggles that flaghoist did not create",
      },
    );
  }
}

function wrongParts(write: RowWrite, { row }: ReadRow & { ok: true }): readonly string[] {
  const wrong: string[] = [...differingGroups(row, write.columns)];
  const { synced } = row;
  const isRecorded = synced !== null && differingGroups(synced, write.synced).length === 0;
  if (!isRecorded || synced.killed !== write.synced.killed) wrong.push("synced");
  if ((row.archived_at !== null) !== write.archived) wrong.push("archived_at");
  return wrong;
}
