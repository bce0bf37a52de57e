import type { Change } from "../core/plan/change.ts";
import type { Flag, FlagKey, Requirement } from "../core/flag/flag.ts";
import type { Plan } from "../core/plan/plan.ts";
import { kindOf } from "./change-kind.ts";
import type { ChangeKind } from "./change-kind.ts";
import type { FlagReport } from "./report.ts";
import { isUntouched, type VersionPair } from "./version-pair.ts";

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
  const kinds = new Map<FlagKey, ChangeKind>();
  const changed = changes.map((change) => changedFlag(change, sides, kinds));
  const keys = new Set(changes.map(({ key }) => key));
  const reached = [...sides.after.values()].flatMap((flag): readonly FlagChange[] => {
    if (keys.has(flag.key) || !isEnabledAndRequires(flag) || isUntouched(pairOf(flag.key, sides))) return [];
    const action = "reached" as const;
    const kind = kindIn(flag.key, sides, kinds);
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

function changedFlag(
  { key, action, path, differences }: Change,
  sides: Sides,
  kinds: Map<FlagKey, ChangeKind>,
): FlagChange {
  const kind = kindIn(key, sides, kinds);
  return { ...pairOf(key, sides), path: action === "archive" ? null : path, action, kind, differences, required: [] };
}

function isEnabledAndRequires({ enabled, requires }: Flag): boolean {
  return enabled && requires.length > 0;
}

/** The flags that it requires itself and that are not what they were, or require such. */
function touchedBy({ requires }: Flag, sides: Sides): readonly FlagKey[] {
  return [...new Set(requires.map(({ flag }) => flag))].filter((key) => !isUntouched(pairOf(key, sides)));
}

/**
 * Of what kind a flag's change is: its own, together with those of what it requires, as far as meeting the requirement goes
 * with being answered with something. In doubt it is `retarget`.
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
