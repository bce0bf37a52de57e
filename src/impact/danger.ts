import { constantAnswer } from "../core/flag/constant-answer.ts";
import { decidedByText } from "../core/describe/decided-by.ts";
import { type Flag, type Rule, type Share, WHOLE } from "../core/flag/flag.ts";
import { rulePairs } from "../core/flag/rule-pairs.ts";
import { defaultRollout, isForEveryone, servingRule } from "../core/flag/serving-rules.ts";
import type { Policies } from "../source/shape/policies.ts";
import { effectOf, reshuffleOf, type Reshuffle } from "./change-kind.ts";

/** A change that needs an acknowledgement in a protected environment. */
export interface Danger {
  readonly code: "jump" | "reshuffle" | "widening";
  /** `a share rises by 40 points; policy maxStep is 25`. */
  readonly text: string;
}

/**
 * Returns the dangers of one flag's change in git. Ignores manual changes, which are confirmed when syncing, not in a
 * file.
 *
 * @param before  the flag as it was synced last; null for a flag that is new in the table, whose shares cannot jump
 */
export function dangersOf(before: Flag | null, after: Flag, policies: Pick<Policies, "maxStep">): readonly Danger[] {
  if (before === null || effectOf(before, after) !== "raises") return [];
  const dangers: Danger[] = [];
  const jump = Math.max(0, ...risesOf(before, after).map((rise) => rise.points));
  if (policies.maxStep !== null && jump > policies.maxStep) {
    const rise = `${jump / 1000} ${jump === 1000 ? "point" : "points"}`;
    dangers.push({ code: "jump", text: `a share rises by ${rise}; policy maxStep is ${policies.maxStep / 1000}` });
  }
  const reshuffle = reshuffleOf(before, after);
  if (reshuffle !== undefined) dangers.push({ code: "reshuffle", text: reshuffleText(reshuffle) });
  if (before.protected || after.protected) dangers.push(PROTECTED_WIDENING);
  return dangers;
}

const PROTECTED_WIDENING: Danger = {
  code: "widening",
  text: "the flag is protected: every widening needs an acknowledgement",
};

/** Returns the dangers of a new flag: its shares cannot jump, but a protected flag widens if it serves anyone. */
export function dangersOfNew(after: Flag): readonly Danger[] {
  return after.protected && constantAnswer(after) !== after.offVariant ? [PROTECTED_WIDENING] : [];
}

function reshuffleText({ field, rule, ...change }: Reshuffle): string {
  const title = decidedByText(rule === null ? { kind: "default-rollout" } : { kind: "rule", name: rule });
  if (!("was" in change)) return `the split of ${title} changes: subjects move between its variants`;
  if (field === "salt")
    return `the salt changes from "${change.was}" to "${change.is}": every subject gets a new bucket`;
  return `${title} counts subjects by ${change.is} instead of ${change.was}`;
}

/** The rise of one share in points; negative if the share is lowered. */
export interface Rise {
  /** The rule's name; null for the default rollout. */
  readonly rule: string | null;
  readonly points: Share;
}

/**
 * Returns the rise of the default rollout, then of each rule. A new rule has a rise of 0, unless it is for everyone.
 */
export function risesOf(before: Flag, after: Flag): readonly Rise[] {
  const rules = after.enabled ? rulePairs(before.rules, after.rules) : [];
  const rises = rules.map(({ was, is }) => ({ rule: is.name, points: ruleRise(before, was, after, is) }));
  return [{ rule: null, points: defaultShare(after) - defaultShare(before) }, ...rises];
}

/** Returns the share of the default rollout; 0 for lists, so that a change from a list to a share rises from 0. */
function defaultShare(flag: Flag): Share {
  const rollout = defaultRollout(flag);
  return flag.enabled && rollout.who.kind !== "lists" ? shareOf(flag, rollout) : 0;
}

function ruleRise(before: Flag, was: Rule | null, after: Flag, is: Rule): Share {
  const share = shareOf(after, is);
  // A rule for everyone replaces the default rollout, even if it is new.
  if (isForEveryone(servingRule(is))) {
    const former = was !== null && before.enabled && isForEveryone(servingRule(was)) ? shareOf(before, was) : 0;
    return share - Math.max(former, defaultShare(before));
  }
  if (was === null) return 0;
  if (before.enabled) return share - shareOf(before, was);
  // A rule without a share serves everyone who matches: enabling the flag is not a jump.
  return was.portion === null && is.portion === null ? 0 : share;
}

/** Returns the share of a rule's audience that gets a variant other than the off variant. */
function shareOf({ offVariant }: Flag, { portion, serve }: Pick<Rule, "portion" | "serve">): Share {
  const givesNothing = "variant" in serve && serve.variant === offVariant;
  return givesNothing ? 0 : (portion?.share ?? WHOLE);
}
