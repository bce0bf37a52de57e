import type { Budget, Work } from "../core/work.ts";
import type { Flag, FlagKey, Requirement } from "../core/flag/flag.ts";
import type { Change } from "../core/plan/change.ts";
import type { Difference } from "../core/plan/difference.ts";
import type { Plan } from "../core/plan/plan.ts";
import { own } from "../core/own.ts";
import { sameJson } from "../core/json.ts";
import { type ChangeKind, kindOf } from "./change-kind.ts";
import { type PossibleMove, possibleMoves } from "./possible-moves.ts";
import { isUntouched, type VersionPair } from "./version-pair.ts";

/** The flags of one environment before and after, by key. */
export interface Sides {
  readonly before: ReadonlyMap<FlagKey, Flag>;
  readonly after: ReadonlyMap<FlagKey, Flag>;
}

/** A flag that a plan changes, or that requires such a flag. Flips are not measured yet. */
export interface FlagChange extends VersionPair {
  /** The path of its file; null if the file is gone, or if the flag itself is unchanged. */
  readonly path: string | null;
  /** `reached`: the flag itself is unchanged, but it requires a flag that changes. */
  readonly action: Change["action"] | "reached";
  readonly kind: ChangeKind;
  readonly differences: readonly Difference[];
  /** The required flags whose changes may change its answers. */
  readonly required: readonly FlagKey[];
}

/**
 * Returns every flag whose definition or answers may change: the flags that the plan changes in key order, then
 * unchanged flags that require one of them, directly or indirectly.
 */
export function flagChanges(
  plan: Pick<Plan, "changes">,
  sides: Sides,
  { changes: budget }: Pick<Work, "changes">,
): readonly FlagChange[] {
  const kinds: Kinds = { known: new Map(), budget };
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
export interface Kinds {
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
 * Returns the kind of a flag's change, together with the changes of the flags that it requires. It is decided by the
 * moves that are possible, if they can be listed; otherwise by the form of both versions. If the kind is uncertain, it is
 * `retarget`.
 *
 * @param kinds  the results so far
 */
export function kindIn(key: FlagKey, sides: Sides, kinds: Kinds): ChangeKind {
  const known = kinds.known.get(key);
  if (known !== undefined) return known;
  // Ends the recursion for flags that require each other in a circle.
  kinds.known.set(key, "retarget");
  const byForm = kindByForm(key, sides, kinds);
  const isUncertain = byForm === "retarget" || byForm === "reshuffle";
  const kind = (isUncertain ? kindByMoves(pairOf(key, sides), kinds.budget) : undefined) ?? byForm;
  kinds.known.set(key, kind);
  return kind;
}

/**
 * Returns a flag's own kind together with those of the flags that it requires, if meeting the requirement means that the
 * required flag serves something.
 */
function kindByForm(key: FlagKey, sides: Sides, kinds: Kinds): ChangeKind {
  const [was, is] = [sides.before.get(key) ?? null, sides.after.get(key) ?? null];
  // If one version is off or does not exist, requirements do not affect the kind.
  const required = was?.enabled === true && is?.enabled === true ? [...was.requires, ...is.requires] : [];
  const alone = kindOf(was, is, kinds.budget);
  const found = new Set([alone, ...required.map((each) => kindOfRequired(each, sides, kinds))]);
  found.delete("no-op");
  const [only = "no-op"] = found;
  return found.size > 1 ? "retarget" : only;
}

/** Returns the kind if the possible moves show that nobody loses, that nobody gains, or that nobody moves. */
function kindByMoves(pair: VersionPair, budget: Budget): ChangeKind | undefined {
  const moves = possibleMoves(pair, budget);
  if (moves === undefined) return undefined;
  if (moves.length === 0) return "no-op";
  const [was, is] = [pair.before.flag, pair.after.flag];
  if (was === null || is === null || was.offVariant !== is.offVariant) return undefined;
  const off = was.offVariant;
  if (!sameJson(own(was.variants, off), own(is.variants, off))) return undefined;
  const areAll = (side: keyof PossibleMove) => moves.every((move) => move[side] === off);
  return areAll("to") ? "narrow" : areAll("from") ? "widen" : undefined;
}

function kindOfRequired({ flag: key, variants }: Requirement, sides: Sides, kinds: Kinds): ChangeKind {
  const required = sides.after.get(key) ?? sides.before.get(key);
  if (required === undefined || isUntouched(pairOf(key, sides))) return "no-op";
  const kind = kindIn(key, sides, kinds);
  // A flag that requires the off variant of another widens when the other flag narrows.
  return kind === "no-op" || !variants.includes(required.offVariant) ? kind : "retarget";
}
