import type { Flag, FlagKey, Requirement } from "../core/flag/flag.ts";
import { type ChangeKind, kindOf } from "./change-kind.ts";
import type { PlanWithNeeds } from "./needs.ts";
import type { FlagReport } from "./report.ts";
import { isUntouched, type VersionPair } from "./version-pair.ts";

/** The flags of one environment before and after, by key. */
export interface Sides {
  readonly before: ReadonlyMap<FlagKey, Flag>;
  readonly after: ReadonlyMap<FlagKey, Flag>;
}

/** What a change does to one environment, with the environment before it in the order of promotion. */
export interface Stage {
  readonly plan: PlanWithNeeds;
  readonly isProtected: boolean;
  readonly sides: Sides;
  readonly earlier: Stage | null;
}

/** A flag that a plan changes, or that requires one of those. Who flips is not measured yet. */
export interface FlagChange extends VersionPair, Pick<FlagReport, "path" | "action" | "kind" | "differences"> {
  /** The required flags because of which it may answer differently. */
  readonly required: readonly FlagKey[];
}

/**
 * Returns every flag that may answer, or reads, differently: those that the plan changes in key order, then those that stay
 * as they were but require one of them, indirectly too.
 */
export function flagChanges({ plan, sides }: Pick<Stage, "plan" | "sides">): readonly FlagChange[] {
  const kinds = new Map<FlagKey, ChangeKind>();
  const changed = plan.changes.map(({ key, action, path, differences }): FlagChange => {
    const kind = kindIn(key, sides, kinds);
    return { ...pairOf(key, sides), path: action === "archive" ? null : path, action, kind, differences, required: [] };
  });
  const keys = new Set(changed.map(({ key }) => key));
  const reached = [...sides.after.values()].flatMap(({ key, enabled, requires }): readonly FlagChange[] => {
    const pair = pairOf(key, sides);
    if (keys.has(key) || !enabled || requires.length === 0 || isUntouched(pair)) return [];
    const required = [...new Set(requires.map(({ flag }) => flag))].filter((flag) => !isUntouched(pairOf(flag, sides)));
    return [{ ...pair, path: null, action: "reached", kind: kindIn(key, sides, kinds), differences: [], required }];
  });
  return [...changed, ...reached];
}

export function pairOf(key: FlagKey, { before, after }: Sides): VersionPair {
  return {
    key,
    before: { flag: before.get(key) ?? null, all: before },
    after: { flag: after.get(key) ?? null, all: after },
  };
}

/**
 * Returns the kind of a flag's change: its own kind together with those of the flags that it requires, where meeting the
 * requirement means that the required flag serves something. In doubt it is `retarget`.
 */
function kindIn(key: FlagKey, sides: Sides, kinds: Map<FlagKey, ChangeKind>): ChangeKind {
  const known = kinds.get(key);
  if (known !== undefined) return known;
  const [was, is] = [sides.before.get(key) ?? null, sides.after.get(key) ?? null];
  const own = kindOf(was, is);
  // For flags that require each other in a circle.
  kinds.set(key, "retarget");
  // Where one side is off or not there, what was required, or is, makes no other kind of it.
  const required = was?.enabled === true && is?.enabled === true ? [...was.requires, ...is.requires] : [];
  const found = new Set([own, ...required.map((each) => kindOfRequired(each, sides, kinds))]);
  found.delete("no-op");
  const [only = "no-op"] = found;
  const kind = found.size > 1 ? "retarget" : only;
  kinds.set(key, kind);
  return kind;
}

function kindOfRequired(
  { flag: key, variants }: Requirement,
  sides: Sides,
  kinds: Map<FlagKey, ChangeKind>,
): ChangeKind {
  const required = sides.after.get(key) ?? sides.before.get(key);
  if (required === undefined || isUntouched(pairOf(key, sides))) return "no-op";
  const kind = kindIn(key, sides, kinds);
  // Who asks for the off variant gets more of it where others get less.
  return kind === "no-op" || !variants.includes(required.offVariant) ? kind : "retarget";
}
