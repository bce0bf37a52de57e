import type { Change } from "../core/plan/change.ts";
import type { DesiredFlag } from "../core/plan/live-row.ts";
import type { Plan } from "../core/plan/plan.ts";
import { acknowledgementId } from "../core/plan/acknowledgement-id.ts";
import { constantAnswer } from "../core/flag/constant-answer.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { Policies } from "../source/shape/policies.ts";
import { digest } from "../source/load/digest.ts";
import { effectOf } from "./change-kind.ts";
import { dangersOf, dangersOfNew, type Danger } from "./danger.ts";

/** A reason why a protected environment refuses a change until somebody acknowledges it. */
export interface Need {
  /** Null for the whole plan. */
  readonly key: FlagKey | null;
  readonly code: Danger["code"] | "archive" | "mass";
  readonly text: string;
  /** The id to write under `acknowledge`, or to pass to `--acknowledge` for the whole plan. */
  readonly id: string;
  readonly acknowledged: boolean;
}

/** A plan, with everything that must be acknowledged before a sync applies it. */
export interface PlanWithNeeds extends Plan {
  readonly needs: readonly Need[];
}

/** The inputs that decide which acknowledgements a plan needs, and the plan's own acknowledgement. */
export interface Acknowledging {
  readonly environment: { readonly name: string; readonly protected: boolean };
  readonly policies: Pick<Policies, "maxStep" | "maxFlags">;
  readonly desired: ReadonlyMap<FlagKey, DesiredFlag>;
  /** The plan id that was passed to `--acknowledge`; null if there is none. */
  readonly acknowledgedPlan: string | null;
}

/**
 * Adds to a plan everything that must be acknowledged: the dangers of each flag in key order, then those of the whole
 * plan.
 */
export function withNeeds(
  plan: Plan,
  { environment, policies, desired, acknowledgedPlan }: Acknowledging,
): PlanWithNeeds {
  if (!environment.protected) return { ...plan, needs: [] };
  const ofFlags = plan.changes.flatMap((change) => {
    const flag = desired.get(change.key);
    return flag === undefined ? [] : flagNeeds(environment.name, flag, dangersIn(change, plan, policies));
  });
  // The first sync into an empty table is not a mass change: the table has not served anyone yet.
  const maxFlags = plan.isFirst ? null : policies.maxFlags;
  return { ...plan, needs: [...ofFlags, ...planNeeds(plan, maxFlags, acknowledgedPlan === plan.id)] };
}

/** Returns the dangers of one flag's change in git, without manual changes. */
function dangersIn({ key, action, git }: Change, plan: Plan, policies: Acknowledging["policies"]): readonly Danger[] {
  if (git.after === null) return [];
  if (action === "create") return plan.isFirst || plan.putBack.includes(key) ? [] : dangersOfNew(git.after);
  return dangersOf(git.before, git.after, policies);
}

/** Returns what must be acknowledged to change one flag in git from `before` to its desired state. */
export function editNeeds(
  environment: string,
  { before, desired }: { readonly before: Flag | null; readonly desired: DesiredFlag },
  policies: Pick<Policies, "maxStep">,
): readonly Need[] {
  return flagNeeds(environment, desired, dangersOf(before, desired.flag, policies));
}

/** Returns the dangers of one flag, with the id that its file must contain. */
function flagNeeds(
  environment: string,
  { flag, acknowledged }: DesiredFlag,
  dangers: readonly Danger[],
): readonly Need[] {
  if (dangers.length === 0) return [];
  const id = acknowledgementId(environment, flag, digest);
  return dangers.map((danger) => ({ key: flag.key, ...danger, id, acknowledged: acknowledged === id }));
}

/** Returns the acknowledgement as a line of the flag's file: `acknowledge: { production: "1f3a9c2e", reason: "…" }`. */
export function acknowledgeLine(idByEnvironment: Readonly<Record<string, string>>): string {
  const ids = Object.entries(idByEnvironment).map(([environment, id]) => `${environment}: "${id}", `);
  return `acknowledge: { ${ids.join("")}reason: "…" }`;
}

/** Returns whether a line in the flag's file can acknowledge it; otherwise only `hoist sync --acknowledge` can. */
export function isForFile({ code }: Pick<Need, "code">): boolean {
  return code !== "archive" && code !== "mass";
}

/**
 * Returns the needs that a line in a file cannot acknowledge, because the file is gone or the danger is the number of
 * flags.
 */
function planNeeds({ changes, id }: Plan, maxFlags: number | null, acknowledged: boolean): readonly Need[] {
  const archives = changes.filter(archivesAnAnswer).map(({ key }): Need => {
    return { key, code: "archive", text: "archiving the flag changes answers", id, acknowledged };
  });
  const widened = changes.filter(isWidening).length;
  if (maxFlags === null || widened <= maxFlags) return archives;
  const text = `${widened} flags are widened; policy maxFlags is ${maxFlags}`;
  return [...archives, { key: null, code: "mass", text, id, acknowledged }];
}

function archivesAnAnswer({ action, before }: Change): boolean {
  return action === "archive" && before !== null && constantAnswer(before) !== before.fallback;
}

/** Returns whether the change gives somebody a different answer, and does not only take something away. */
function isWidening(change: Change): boolean {
  const { before, after } = change;
  if (after === null) return archivesAnAnswer(change);
  return before === null ? after.enabled : effectOf(before, after) === "raises";
}
