import type { Budget, Work } from "../core/work.ts";
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

/** The change of one environment, with the preceding environment in the order of promotion. */
export interface Stage {
  readonly plan: PlanWithNeeds;
  readonly isProtected: boolean;
  readonly sides: Sides;
  readonly earlier: Stage | null;
  /** The work that the run may still do. */
  readonly work: Work;
}

/** A flag that a plan changes, or that requires such a flag. Flips are not measured yet. */
export interface FlagChange extends VersionPair, Pick<FlagReport, "path" | "action" | "kind" | "differences"> {
  /** The required flags whose changes may change its answers. */
  readonly required: readonly FlagKey[];
}

/**
 * Returns every flag whose definition or answers may change: the flags that the plan changes in key order, then
 * unchanged flags that require one of them, directly or indirectly.
 */
export function flagChanges({ plan, sides, work }: Pick<Stage, "plan" | "sides" | "work">): readonly FlagChange[] {
  const kinds: Kinds = { known: new Map(), budget: work.changes };
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

/** The kinds that are known so far, and the budget for finding others. */
interface Kinds {
  readonly known: Map<FlagKey, ChangeKind>;
  readonly budget: Budget;
}

/** Returns both versions of a flag, each with the other flags of its side. */
export function pairOf(key: FlagKey, { before, after }: Sides): VersionPair {
  return {
    key,
    before: { flag: before.get(key) ?? null, all: before },
    after: { flag: after.get(key) ?? null, all: after },
  };
}

/**
 * Returns the kind of a flag's change, which combines the kind of its own change with those of the flags that it
 * requires. If the kind is uncertain, or the combined kinds differ, it is `retarget`.
 */
function kindIn(key: FlagKey, sides: Sides, kinds: Kinds): ChangeKind {
  const known = kinds.known.get(key);
  if (known !== undefined) return known;
  const [was, is] = [sides.before.get(key) ?? null, sides.after.get(key) ?? null];
  const own = kindOf(was, is, kinds.budget);
  // Ends the recursion for flags that require each other in a circle.
  kinds.known.set(key, "retarget");
  // If one version is off or does not exist, requirements do not affect the kind.
  const required = was?.enabled === true && is?.enabled === true ? [...was.requires, ...is.requires] : [];
  const found = new Set([own, ...required.map((each) => kindOfRequired(each, sides, kinds))]);
  found.delete("no-op");
  const [only = "no-op"] = found;
  const kind = found.size > 1 ? "retarget" : only;
  kinds.known.set(key, kind);
  return kind;
}

function kindOfRequired({ flag: key, variants }: Requirement, sides: Sides, kinds: Kinds): ChangeKind {
  const required = sides.after.get(key) ?? sides.before.get(key);
  if (required === undefined || isUntouched(pairOf(key, sides))) return "no-op";
  const kind = kindIn(key, sides, kinds);
  // A flag that requires the off variant of another widens when the other flag narrows.
  return kind === "no-op" || !variants.includes(required.offVariant) ? kind : "retarget";
}
