import { compileFlags } from "../core/evaluate/compile.ts";
import { FlagError } from "../core/errors.ts";
import { differingGroups } from "../core/row/row.ts";
import type { Flag } from "../core/flag/flag.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { LiveRow } from "../core/plan/live-row.ts";
import { flagOfRow, type ReadRow } from "../core/row/row-codec.ts";
import type { RowWrite, StoredSnapshot } from "../store/store.ts";

/**
 * Builds what will be served in the real evaluator and asks every flag once, before anything is written: data
 * that programs cannot read must never reach them.
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
      hint: "nothing was written; this is a fault of flaghoist's checks, which should have found it",
    });
  }
}

/**
 * Compares what the transaction wrote with what it was to write: a trigger, a policy or a type of the database may have
 * made something else of it.
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
      `${write.key} reads back otherwise than it was written: ${wrong.join(", ")}`,
      {
        hint: "nothing was written; look for triggers, rules or row-level policies on feature_toggles that are not flaghoist's",
      },
    );
  }
}

function wrongParts(write: RowWrite, { row }: ReadRow & { ok: true }): readonly string[] {
  const wrong: string[] = [...differingGroups(row, write.columns)];
  if (row.synced === null || differingGroups(row.synced, write.synced).length > 0) wrong.push("synced");
  if ((row.archived_at !== null) !== write.archived) wrong.push("archived_at");
  return wrong;
}
