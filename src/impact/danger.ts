import { constantAnswer } from "../core/flag/constant-answer.ts";
import { differingGroups, PROSE_GROUPS } from "../core/row/field-groups.ts";
import { WHOLE, type Flag, type Portion, type Rule, type Serve, type Share } from "../core/flag/flag.ts";
import { canonicalJson, sameJson } from "../core/json.ts";
import { columnsOf } from "../core/row/row-codec.ts";
import { rulePairs } from "../core/flag/rule-pairs.ts";
import type { Policies } from "../source/load/config.ts";

/** A change that needs an acknowledgement in a protected environment. */
export interface Danger {
  readonly code: "jump" | "reshuffle" | "widening";
  /** `the step is 40 points, policy maxStep is 25`. */
  readonly text: string;
}

/**
 * What is dangerous about git's own change of one flag. Hand-written changes play no part: what they need is somebody's
 * decision at the prompt, not a line in a file.
 *
 * @param before  as git said it last; null for a flag that is new in the table, which has nothing to jump from
 */
export function dangersOf(before: Flag | null, after: Flag, policies: Pick<Policies, "maxStep">): readonly Danger[] {
  if (before === null || isNarrowing(before, after)) return [];
  const dangers: Danger[] = [];
  const jump = largestRise(before, after);
  if (policies.maxStep !== null && jump > policies.maxStep) {
    const step = `the step is ${points(jump)}, policy maxStep is ${policies.maxStep / 1000}`;
    dangers.push({ code: "jump", text: step });
  }
  const reshuffle = reshuffleOf(before, after);
  if (reshuffle !== undefined) dangers.push({ code: "reshuffle", text: reshuffle });
  if (before.protected || after.protected) dangers.push(PROTECTED_WIDENING);
  return dangers;
}

const PROTECTED_WIDENING: Danger = {
  code: "widening",
  text: "the flag is protected: every widening is asked about",
};

/** A flag that is new in the table has nothing to jump from; but a protected one widens as soon as it answers anybody. */
export function dangersOfNew(after: Flag): readonly Danger[] {
  return after.protected && constantAnswer(after) !== after.offVariant ? [PROTECTED_WIDENING] : [];
}

function points(share: Share): string {
  return `${share / 1000} points`;
}

/** By how many points one line's share rises. */
export interface Rise {
  /** The rule's name; null is the last line. */
  readonly rule: string | null;
  readonly points: Share;
}

/** The most points by which the last line's share, or that of a rule, rises. 0 when none does. */
export function largestRise(before: Flag, after: Flag): Share {
  return Math.max(0, ...risesOf(before, after).map((rise) => rise.points));
}

/** Of the last line, and of each rule; 0 for a new rule for some, below 0 where a share is lowered. */
export function risesOf(before: Flag, after: Flag): readonly Rise[] {
  const rules = after.enabled ? rulePairs(before.rules, after.rules) : [];
  const rises = rules.map(({ was, is }) => ({ rule: is.name, points: ruleRise(before, was, after, is) }));
  return [{ rule: null, points: lastLineShare(after) - lastLineShare(before) }, ...rises];
}

/** Lists of people have no share: whoever goes from a list to a share starts from nobody. */
function lastLineShare(flag: Flag): Share {
  const { enabled, rollout, serve } = flag;
  if (!enabled || givesNothing(flag, serve)) return 0;
  if (rollout.strategy === "percentage") return rollout.portion.share;
  return rollout.strategy === "all" ? WHOLE : 0;
}

function ruleRise(before: Flag, was: Rule | null, after: Flag, is: Rule): Share {
  const share = ruleShare(after, is);
  // A rule for everybody stands in the last line's place, a new one too.
  if (isForEverybody(is)) {
    const former = was !== null && before.enabled && isForEverybody(was) ? ruleShare(before, was) : 0;
    return share - Math.max(former, lastLineShare(before));
  }
  if (was === null) return 0;
  if (before.enabled) return share - ruleShare(before, was);
  // Without a share it reaches whom it matches: enabling the flag does not make that a jump.
  return was.portion === null && is.portion === null ? 0 : share;
}

/** Of those whom it matches. */
function ruleShare(flag: Flag, { portion, serve }: Rule): Share {
  return givesNothing(flag, serve) ? 0 : (portion?.share ?? WHOLE);
}

function givesNothing({ offVariant }: Flag, serve: Serve): boolean {
  return "variant" in serve && serve.variant === offVariant;
}

function isForEverybody({ when }: Rule): boolean {
  return when.op === "all" && when.of.length === 0;
}

/** Why people move for no visible reason, or undefined when none do. */
export function reshuffleOf(before: Flag, after: Flag): string | undefined {
  return reshuffleAt(before, after)?.text;
}

/** What deals people anew, and where it is written. */
export interface Reshuffle {
  readonly text: string;
  readonly field: "salt" | "rollout" | "serve";
  /** The rule whose field it is; null: the last line's, or the flag's own. */
  readonly rule: string | null;
}

export function reshuffleAt(before: Flag, after: Flag): Reshuffle | undefined {
  if (!before.enabled || !after.enabled) return undefined;
  const lines = matchingLines(before, after);
  if (before.salt !== after.salt && lines.some(([was, is]) => deals(was) || deals(is))) {
    const text = `the salt changes from "${before.salt}" to "${after.salt}": everybody is dealt again`;
    return { text, field: "salt", rule: null };
  }
  for (const [was, is] of lines) {
    const { title, rule } = is;
    if (deals(was) && deals(is) && was.by !== is.by)
      return { text: `${title} is dealt by ${is.by}, not ${was.by}`, field: "rollout", rule };
    if ("split" in was.serve && "split" in is.serve && canonicalJson(was.serve) !== canonicalJson(is.serve)) {
      return { text: `${title} splits in another way: people move between its variants`, field: "serve", rule };
    }
  }
  return undefined;
}

interface Line {
  readonly rule: string | null;
  readonly title: string;
  readonly by: string;
  /** Null: everybody that gets to the line. */
  readonly share: Share | null;
  readonly serve: Serve;
}

/** The lines that both versions have: rules, and the last line. */
function matchingLines(before: Flag, after: Flag): readonly (readonly [Line, Line])[] {
  const pairs = rulePairs(before.rules, after.rules).flatMap(({ was, is }) => {
    const { name } = is;
    return was === null ? [] : [[lineOf(name, was.portion, was.serve), lineOf(name, is.portion, is.serve)]];
  });
  const [was, is] = [before, after].map(({ rollout, serve }) =>
    lineOf(null, rollout.strategy === "percentage" ? rollout.portion : null, serve),
  );
  return [...pairs, [was, is]].filter((pair): pair is [Line, Line] => pair[0] !== undefined && pair[1] !== undefined);
}

function lineOf(rule: string | null, portion: Portion | null, serve: Serve): Line {
  const title = rule === null ? "the last line" : `rule ${rule}`;
  return { rule, title, by: portion?.by ?? "userId", share: portion?.share ?? null, serve };
}

/** Whether a bucket decides something on this line. */
function deals({ share, serve }: Line): boolean {
  return "split" in serve || (share !== null && share > 0 && share < WHOLE);
}

/**
 * Nobody gains anything: switched off, or nothing but shares lowered. Doubt counts as widening, and so does another answer
 * of a flag that is off.
 */
export function isNarrowing(before: Flag, after: Flag): boolean {
  if (!after.enabled) return isSameOff(before, after);
  if (!before.enabled) return false;
  const changed = differingGroups(columnsOf(before), columnsOf(after)).filter((group) => !PROSE_GROUPS.has(group));
  return changed.every((group) => {
    if (group === "client" || group === "protected") return true;
    if (group === "rollout" || group === "by") return lastLineNarrows(before, after);
    return group === "rules" && rulesNarrow(before, after);
  });
}

function isSameOff(before: Flag, after: Flag): boolean {
  const name = after.offVariant;
  return before.offVariant === name && sameJson(before.variants[name], after.variants[name]);
}

function lastLineNarrows(before: Flag, after: Flag): boolean {
  const [was, is] = [before.rollout, after.rollout];
  if (is.strategy === "percentage" && is.portion.share === 0) return true;
  if (was.strategy === "all") return is.strategy !== "all" && !("split" in before.serve);
  if (was.strategy !== "percentage" || is.strategy !== "percentage") return false;
  return was.portion.by === is.portion.by && is.portion.share <= was.portion.share;
}

/**
 * The same rules with lower shares. Taking a rule away is no narrowing: its people go on to the next line. Nor is lowering
 * one that serves the off variant, or one of several values: its people go on to get something else.
 */
function rulesNarrow(before: Flag, after: Flag): boolean {
  if (before.rules.length !== after.rules.length) return false;
  return before.rules.every((was, index) => {
    const is = after.rules[index];
    if (is === undefined || canonicalJson({ ...was, portion: null }) !== canonicalJson({ ...is, portion: null }))
      return false;
    if (canonicalJson(was) === canonicalJson(is)) return true;
    if (was.portion === null || is.portion === null || was.portion.by !== is.portion.by) return false;
    const serves = "variant" in is.serve && is.serve.variant !== after.offVariant;
    return after.type === "boolean" && serves && is.portion.share <= was.portion.share;
  });
}
