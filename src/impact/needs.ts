import type { Work } from "../core/work.ts";
import type { Change } from "../core/plan/change.ts";
import type { DesiredFlag } from "../core/plan/live-row.ts";
import type { Plan } from "../core/plan/plan.ts";
import { acknowledgementId } from "../core/plan/acknowledgement-id.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { Policies } from "../source/shape/policies.ts";
import { digest } from "../source/load/digest.ts";
import { effectOf } from "./change-kind.ts";
import { dangersOf, dangersOfNew, givesMore, type Danger, type MeasuredEdit } from "./danger.ts";
import { flagChanges, type Kinds, kindIn, pairOf, type Sides } from "./flag-changes.ts";
import type { Declarations } from "./jump/declarations.ts";
import { type Jump, jumpOf } from "./jump/jump.ts";

/** A reason why a protected environment refuses a change until somebody acknowledges it. */
export interface Need {
  /** Null for the whole plan. */
  readonly key: FlagKey | null;
  readonly code: Danger["code"] | "archive" | "mass";
  readonly text: string;
  /** The id to write under `acknowledge`, or to pass to `--acknowledge` for the whole plan. */
  readonly id: string;
  readonly acknowledged: boolean;
  /** The size of a jump. */
  readonly jump?: Jump;
}

/** A plan, with everything that must be acknowledged before a sync applies it. */
export interface PlanWithNeeds extends Plan {
  readonly needs: readonly Need[];
  /** The jump of each flag whose change was measured, in a protected environment that limits jumps. */
  readonly jumps: ReadonlyMap<FlagKey, Jump>;
}

/** The limits of jumps, and what people are measured by. */
export interface JumpLimits {
  /** The work that the run may still do. */
  readonly work: Pick<Work, "changes" | "jumps">;
  readonly policies: Pick<Policies, "maxStep" | "maxFlags">;
  /** The declarations of the attributes, before and after a change of the configuration: the larger jump counts. */
  readonly attributes: readonly Declarations[];
}

/** The inputs that decide which acknowledgements a plan needs, and the plan's own acknowledgement. */
export interface Acknowledging extends JumpLimits {
  readonly environment: { readonly name: string; readonly protected: boolean };
  readonly desired: ReadonlyMap<FlagKey, DesiredFlag>;
  /** The plan id that was passed to `--acknowledge`; null if there is none. */
  readonly acknowledgedPlan: string | null;
}

/**
 * Adds to a plan everything that must be acknowledged: the dangers of each flag in key order, then those of the whole
 * plan.
 */
export function withNeeds(plan: Plan, acknowledging: Acknowledging): PlanWithNeeds {
  const { environment, policies, desired, acknowledgedPlan } = acknowledging;
  if (!environment.protected) return { ...plan, needs: [], jumps: new Map() };
  const jumps = new Map<FlagKey, Jump>();
  const sides = gitSides(plan, desired);
  const kinds: Kinds = { known: new Map(), budget: acknowledging.work.changes };
  const ofFlags = plan.changes.flatMap((change) => {
    const flag = desired.get(change.key);
    if (flag === undefined) return [];
    const edit = measuredEdit(change, sides, acknowledging, kinds);
    if (edit?.jump) jumps.set(change.key, edit.jump);
    const dangers = edit === undefined ? dangersOfCreated(change, plan) : dangersOf(edit, policies);
    return flagNeeds(environment.name, flag, dangers);
  });
  // The first sync into an empty table is not a mass change: the table has not served anyone yet.
  const ofPlan = planNeeds(plan, acknowledging, {
    maxFlags: plan.isFirst ? null : policies.maxFlags,
    acknowledged: acknowledgedPlan === plan.id,
  });
  return { ...plan, needs: [...ofFlags, ...ofPlan], jumps };
}

/**
 * Returns every flag as git had it at the last sync, and as git has it now. A flag whose earlier version is unknown, such
 * as one whose row was deleted, counts as unchanged for the flags that require it.
 */
function gitSides({ changes, putBack }: Plan, desired: Acknowledging["desired"]): Sides {
  const after = new Map(Array.from(desired, ([key, { flag }]) => [key, flag] as const));
  const before = new Map(after);
  for (const { key, git, action } of changes) {
    if (git.before !== null) before.set(key, git.before);
    else if (action === "create" && !putBack.includes(key)) before.delete(key);
  }
  return { before, after };
}

/** Measures the change of one flag in git; undefined for a flag that is new in the table, which cannot jump. */
function measuredEdit(
  { key, git: { before, after } }: Pick<Change, "key" | "git">,
  sides: Sides,
  { policies, attributes, work }: JumpLimits,
  kinds: Kinds,
): MeasuredEdit | undefined {
  if (before === null || after === null) return undefined;
  if (effectOf(before, after) !== "raises") return { before, after, kind: "no-op", jump: null };
  const kind = kindIn(key, sides, kinds);
  const isLimited = policies.maxStep !== null && givesMore(kind);
  const jumps = isLimited ? attributes.map((declared) => jumpOf(pairOf(key, sides), declared, work.jumps)) : [];
  const [first, ...others] = jumps;
  const jump = first && others.reduce((most, other) => (other.points > most.points ? other : most), first);
  return { before, after, kind, jump: jump ?? null };
}

function dangersOfCreated({ key, action, git }: Change, { isFirst, putBack }: Plan): readonly Danger[] {
  if (git.after === null || action !== "create") return [];
  return isFirst || putBack.includes(key) ? [] : dangersOfNew(git.after);
}

/** Returns what must be acknowledged to change one flag in git to its desired state. */
export function editNeeds(
  environment: string,
  desired: DesiredFlag,
  sides: Sides,
  limits: JumpLimits,
): readonly Need[] {
  const { key } = desired.flag;
  const git = { before: sides.before.get(key) ?? null, after: desired.flag };
  const kinds = { known: new Map(), budget: limits.work.changes };
  const edit = measuredEdit({ key, git }, sides, limits, kinds);
  return edit === undefined ? [] : flagNeeds(environment, desired, dangersOf(edit, limits.policies));
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
function planNeeds(
  plan: Plan,
  { desired, work }: Acknowledging,
  { maxFlags, acknowledged }: { readonly maxFlags: number | null; readonly acknowledged: boolean },
): readonly Need[] {
  const found = flagChanges(plan, liveSides(plan, desired), work).filter(({ kind }) => kind !== "no-op");
  const archived = found.filter(({ action }) => action === "archive");
  const archives = archived.map(({ key }): Need => {
    return { key, code: "archive", text: "archiving the flag changes answers", id: plan.id, acknowledged };
  });
  // A sync that only disables or lowers needs nothing, even if flags that require the others then serve more.
  const isWidening = found.some(({ action, kind }) => action !== "reached" && givesMore(kind));
  if (maxFlags === null || found.length <= maxFlags || !(isWidening || archived.length > 0)) return archives;
  const text = `the answers of ${found.length} flags can change; policy maxFlags is ${maxFlags}`;
  return [...archives, { key: null, code: "mass", text, id: plan.id, acknowledged }];
}

/** Returns every flag as it is evaluated before and after the sync. */
function liveSides({ changes }: Plan, desired: Acknowledging["desired"]): Sides {
  const after = new Map(Array.from(desired, ([key, { flag }]) => [key, flag] as const));
  const before = new Map(after);
  for (const change of changes) {
    for (const [side, flag] of [
      [before, change.before],
      [after, change.after],
    ] as const) {
      if (flag === null) side.delete(change.key);
      else side.set(change.key, flag);
    }
  }
  return { before, after };
}
