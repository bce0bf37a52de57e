import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { effectOf } from "../change-kind.ts";
import type { Change } from "../../core/plan/change.ts";
import { problemAtValue } from "../../source/load/parsed-file.ts";
import { stricterOf } from "../../source/load/config.ts";
import { loadedFlag } from "./check-needs.ts";
import type { BranchChange } from "./check-policies.ts";

const DAY_MS = 86_400_000;

/** Days that lie too far ahead, of flags that are added and of dates that are edited. */
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
        message: `expires is ${days} days ahead, policy maxExpiryDays is ${most}`,
        hint: `${last} is the last day that may be written today`,
      }),
    ];
  });
}

/**
 * The same diagnostics, with `expired` an error where the branch adds or edits the flag: that is the moment to say so. For
 * every other flag the passing of a day must not fail anything, and a flag that is lowered or switched off is let through.
 */
export function strictAboutEdited(
  diagnostics: readonly Diagnostic[],
  { plans }: Pick<BranchChange, "plans">,
): readonly Diagnostic[] {
  const changes = plans.flatMap((plan) => plan.changes);
  // Who edits a segment has not edited the flags that use it.
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

/** Whether one flag's changes take something away in some environment, and give nobody anything in any. */
function takesAway(changes: readonly Change[]): boolean {
  const effects = changes.flatMap(({ before, after }) => {
    if (after === null) return [];
    return before === null ? "raises" : effectOf(before, after);
  });
  const felt = effects.filter((effect) => effect !== "none");
  return felt.length > 0 && felt.every((effect) => effect === "lowers");
}
