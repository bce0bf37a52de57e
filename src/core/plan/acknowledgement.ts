import type { Change, DesiredFlag } from "./change.ts";
import { constantAnswer } from "../flag/constant-answer.ts";
import { isNarrowing, type Danger, type Policies } from "./danger.ts";
import { differingGroups, PROSE_GROUPS } from "../row/field-groups.ts";
import type { Flag, FlagKey } from "../flag/flag.ts";
import { canonicalJson } from "../json.ts";
import { columnsOf } from "../row/row-codec.ts";

/** Something that somebody has to say yes to. */
export interface Need {
  /** Null for the whole plan. */
  readonly key: FlagKey | null;
  readonly code: Danger["code"] | "archive" | "mass";
  readonly text: string;
  /** What to write under `acknowledge`, or to give to `--acknowledge` for the whole plan. */
  readonly id: string;
  readonly acknowledged: boolean;
}

/** What git's own change of one flag puts at risk. */
export interface DangerousChange {
  readonly desired: DesiredFlag;
  readonly dangers: readonly Danger[];
}

/** Dangers of single flags, with the id that their file has to carry. */
export function flagNeeds(
  environment: string,
  dangerous: readonly DangerousChange[],
  digest: (text: string) => string,
): readonly Need[] {
  return dangerous.flatMap(({ desired, dangers }) => {
    const id = acknowledgementId(environment, desired.flag, digest);
    return dangers.map((danger) => ({
      key: desired.flag.key,
      ...danger,
      id,
      acknowledged: desired.acknowledged === id,
    }));
  });
}

/** The line of a flag's file that says yes: `acknowledge: { production: "1f3a9c2e", reason: "…" }`. By environment. */
export function acknowledgeLine(ids: Readonly<Record<string, string>>): string {
  const told = Object.entries(ids).map(([environment, id]) => `${environment}: "${id}", `);
  return `acknowledge: { ${told.join("")}reason: "…" }`;
}

/** Whether a line in a file can say yes; else only the prompt of a sync can. */
export function isForFile({ code }: Pick<Need, "code">): boolean {
  return code !== "archive" && code !== "mass";
}

/** What no line in a file can acknowledge: the files are gone, or it is their number that is dangerous. */
export function planNeeds(
  changes: readonly Change[],
  planId: string,
  maxFlags: Policies["maxFlags"],
  acknowledged: boolean,
): readonly Need[] {
  const whole = { id: planId, acknowledged };
  const archives = changes
    .filter(archivesAnAnswer)
    .map(({ key }) => ({ key, code: "archive" as const, text: "archiving it flips people", ...whole }));
  const widened = changes.filter(isWidening).length;
  if (maxFlags === null || widened <= maxFlags) return archives;
  const text = `${widened} flags change, policy maxFlags is ${maxFlags}`;
  return [...archives, { key: null, code: "mass", text, ...whole }];
}

function archivesAnAnswer({ action, before }: Change): boolean {
  return action === "archive" && before !== null && constantAnswer(before) !== before.fallback;
}

/** Changes somebody's answer, and not only by taking something away. */
function isWidening(change: Change): boolean {
  const { before, after } = change;
  if (after === null) return archivesAnAnswer(change);
  if (before === null) return after.enabled;
  const changed = differingGroups(columnsOf(before), columnsOf(after)).some((group) => !PROSE_GROUPS.has(group));
  return changed && !isNarrowing(before, after);
}

/**
 * What stands for the end state of one flag in one environment: void as soon as anything that evaluation reads differs.
 * Made from git alone, so that it can be written into the file before anything is synced.
 */
export function acknowledgementId(environment: string, flag: Flag, digest: (text: string) => string): string {
  const { display_name: _n, description: _d, metadata: _m, ...read } = columnsOf(flag);
  return digest(canonicalJson({ environment, key: flag.key, ...read }));
}
