import type { Change } from "../change.ts";
import type { Flag, FlagKey } from "../flag.ts";
import type { Plan } from "../plan.ts";
import { kindOf } from "./kind.ts";
import type { ChangeKind, FlagReport } from "./report.ts";
import { isUntouched, type VersionPair } from "./version.ts";

/** The flags of one environment before and after, by key. */
export interface Sides {
  readonly before: ReadonlyMap<FlagKey, Flag>;
  readonly after: ReadonlyMap<FlagKey, Flag>;
}

/** A flag that a plan changes, or that requires one of those: before anybody is asked who flips. */
export interface FlagChange extends VersionPair, Pick<FlagReport, "path" | "action" | "kind" | "differences"> {
  /** The required flags because of which it may answer otherwise. */
  readonly required: readonly FlagKey[];
}

/**
 * Every flag that may answer, or reads, otherwise: those that the plan changes in key order, then those that are as they
 * were but require one of them, by way of others too.
 */
export function flagChanges({ changes }: Plan, sides: Sides): readonly FlagChange[] {
  const changed = changes.map((change) => changedFlag(change, sides));
  const keys = new Set(changes.map(({ key }) => key));
  const kinds = new Map<FlagKey, ChangeKind>(changed.map(({ key, kind }) => [key, kind]));
  const reached = [...sides.after.values()].flatMap((flag): readonly FlagChange[] => {
    if (keys.has(flag.key) || !isEnabledAndRequires(flag) || isUntouched(pairOf(flag.key, sides))) return [];
    const action = "reached" as const;
    const kind = reachedKind(flag, sides, kinds);
    return [
      { ...pairOf(flag.key, sides), path: null, action, kind, differences: [], required: touchedBy(flag, sides) },
    ];
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

function changedFlag({ key, action, path, differences }: Change, sides: Sides): FlagChange {
  const pair = pairOf(key, sides);
  const kind = kindOf(pair.before.flag, pair.after.flag);
  return { ...pair, path: action === "archive" ? null : path, action, kind, differences, required: [] };
}

function isEnabledAndRequires({ enabled, requires }: Flag): boolean {
  return enabled && requires.length > 0;
}

/** The flags that it requires itself and that are not what they were, or require such. */
function touchedBy({ requires }: Flag, sides: Sides): readonly FlagKey[] {
  return [...new Set(requires.map(({ flag }) => flag))].filter((key) => !isUntouched(pairOf(key, sides)));
}

/**
 * Of what kind the change of an unchanged flag is: that of what it requires, as far as meeting the requirement goes with
 * being answered with something. In doubt it is `retarget`.
 */
function reachedKind(flag: Flag, sides: Sides, kinds: Map<FlagKey, ChangeKind>): ChangeKind {
  const known = kinds.get(flag.key);
  if (known !== undefined) return known;
  // For flags that require each other in a circle.
  kinds.set(flag.key, "retarget");
  const found = new Set(
    flag.requires.map(({ flag: key, variants }): ChangeKind => {
      const required = sides.after.get(key) ?? sides.before.get(key);
      if (required === undefined || isUntouched(pairOf(key, sides))) return "no-op";
      const kind = reachedKind(required, sides, kinds);
      // Who asks for the off variant gets more of it where others get less.
      return kind === "no-op" || !variants.includes(required.offVariant) ? kind : "retarget";
    }),
  );
  found.delete("no-op");
  const [only] = found;
  const kind = found.size === 1 && only !== undefined ? only : found.size === 0 ? "no-op" : "retarget";
  kinds.set(flag.key, kind);
  return kind;
}
