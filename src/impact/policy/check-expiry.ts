import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { effectOf } from "../change-kind.ts";
import type { Change } from "../../core/plan/change.ts";
import { problemAtValue } from "../../source/load/parsed-file.ts";
import { stricterOf } from "../../source/load/config.ts";
import { loadedFlag, type BranchChange } from "./branch-change.ts";

const DAY_MS = 86_400_000;

/** Reports expiry dates that are too far ahead, for added flags and edited dates. */
export function checkExpiry({ before, after }: BranchChange, today: string): readonly Diagnostic[] {
  const most = after.config && stricterOf(before.config, after.config).policies.maxExpiryDays;
  if (most === null) return [];
  const last = new Date(Date.parse(today) + most * DAY_MS).toISOString().slice(0, 10);
  return after.flags.flatMap(({ key, file: { expires }, parsed }) => {
    if (expires === undefined || expires <= last || loadedFlag(before, key)?.file.expires === expires) return [];
    const days = Math.round((Date.parse(expires) - Date.parse(today)) / DAY_MS);
    return [
      problemAtValue(parsed, ["expires"], {
        code: "expires-too-late",
        message: `expires is ${days} days ahead; policy maxExpiryDays allows ${most}`,
        hint: `the latest date allowed today is ${last}`,
      }),
    ];
  });
}

/**
 * Turns `expired` into an error for each flag that the branch adds or edits. For other flags, and for flags that are
 * only lowered or disabled, it stays a warning: the passing of a day must not fail a check.
 */
export function withExpiredErrors(
  diagnostics: readonly Diagnostic[],
  { plans }: Pick<BranchChange, "plans">,
): readonly Diagnostic[] {
  const changes = plans.flatMap((plan) => plan.changes);
  // An edited segment does not count as an edit of the flags that use it.
  const edited = changes.filter(({ differences }) => differences.some(({ kind }) => kind !== "segment"));
  const strict = new Set(
    [...Map.groupBy(edited, ({ path }) => path)].flatMap(([path, ofFile]) =>
      path === null || takesAway(ofFile) ? [] : [path],
    ),
  );
  return diagnostics.map((each) => {
    if (each.code !== "expired" || !strict.has(each.file)) return each;
    return { ...each, severity: "error" };
  });
}

/** Whether the changes to one flag lower it in some environment and raise it in none. */
function takesAway(changes: readonly Change[]): boolean {
  const effects = changes.flatMap(({ before, after }) => {
    if (after === null) return [];
    return before === null ? "raises" : effectOf(before, after);
  });
  const felt = effects.filter((effect) => effect !== "none");
  return felt.length > 0 && felt.every((effect) => effect === "lowers");
}
