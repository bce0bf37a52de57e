import { whoTextAsUnit, whoText, matchText, type ConditionWording } from "./describe-condition.ts";
import { type SegmentText, wordingFor } from "./describe-segments.ts";
import { type Flag, type Portion, type Requirement } from "../flag/flag.ts";
import {
  type Audience,
  defaultRollout,
  servesNobody,
  type ServingRule,
  servingRule,
  servingRulesOf,
  usesBuckets,
} from "../flag/serving-rules.ts";
import { shareText } from "./wording.ts";
import { printable } from "../printable.ts";

/** Options of {@link describeFlag}. */
export interface DescribeOptions {
  /** The maximum number of values of a list to show before the rest is counted. Default: 5; Infinity shows all. */
  readonly most?: number;
}

/** A description of a flag in one environment, in sentences. */
export interface Description {
  /**
   * `On for staff. On for 25 % of people in M5V. On for 10 % of everyone else.` The first sentence that applies to a
   * context decides its answer.
   */
  readonly text: string;
  /** The segments that the text names, with their members. */
  readonly segments: readonly SegmentText[];
}

/**
 * Describes which contexts get which variant. The sentences are exact: two flags with the same description serve the
 * same variants, although the values of those variants may differ. A boolean flag is off for everyone for whom it is not
 * on; for any other type the text names the off variant.
 */
export function describeFlag(flag: Flag, { most = 5 }: DescribeOptions = {}): Description {
  const { wording, segments } = wordingFor(flag.enabled ? flag.rules.map(({ when }) => when) : [], { most });
  if (!flag.enabled) return { text: printable(offText(flag, "everyone")), segments: [] };
  const rules = flag.rules.map((rule) => ruleText(flag, rule, wording));
  const sentences = [...rules, ...defaultTexts(flag, wording)];
  return {
    text: printable([...sentences, requiresText(flag), saltText(flag)].filter((text) => text !== "").join(" ")),
    segments: segments(),
  };
}

function ruleText(flag: Flag, rule: Flag["rules"][number], wording: ConditionWording): string {
  const who = rule.portion === null ? whoText(rule.when, wording) : whoTextAsUnit(rule.when, wording);
  return servedText(flag, servingRule(rule), who);
}

/**
 * Describes what a rule serves: `On for …`, `Off for …`, `Serves blue to …`, `Serves control (34 %), blue (66 %) to …`.
 */
function servedText(flag: Flag, { portion, serve }: Pick<ServingRule, "portion" | "serve">, who: string): string {
  const people = `${portionText(portion)}${who}`;
  if ("split" in serve) {
    const parts = serve.split.map(({ variant, share }) => `${variant} (${shareText(share)})`);
    return `Serves ${parts.join(", ")} to ${people}.`;
  }
  if (flag.type !== "boolean") return `Serves ${serve.variant} to ${people}.`;
  return `${serve.variant === "on" ? "On" : "Off"} for ${people}.`;
}

/** Returns a share as it precedes `people`: `25 % of `, `25 % (by sessionId) of `. */
function portionText(portion: Portion | null): string {
  if (portion === null) return "";
  return `${shareText(portion.share)}${portion.by === "userId" ? "" : ` (by ${portion.by})`} of `;
}

function defaultTexts(flag: Flag, wording: ConditionWording): readonly string[] {
  const isOnly = flag.rules.length === 0;
  const rest = isOnly ? "everyone" : "everyone else";
  const rollout = defaultRollout(flag);
  if (servesNobody(rollout)) return [offText(flag, rest)];
  const isForAll = flag.rollout.strategy === "all";
  const who = rollout.who.kind === "lists" ? `${isOnly ? "people" : rest} ${listedText(rollout.who, wording)}` : rest;
  const sentence = servedText(flag, rollout, who);
  // A boolean flag is off for all others, so the text leaves that out.
  const isImplied = isForAll || (flag.type === "boolean" && flag.offVariant === "off");
  return isImplied ? [sentence] : [sentence, offText(flag, "all others")];
}

/** Describes lists as a modifier of `people`: `whose userId is user-42, or in M5V`. */
function listedText({ lists }: Extract<Audience, { kind: "lists" }>, wording: ConditionWording): string {
  return Object.entries(lists)
    .filter(([, ids]) => ids.length > 0)
    .map(([attribute, ids]) => matchText(attribute, [{ op: "in", values: ids }], wording))
    .join(", or ");
}

function offText(flag: Flag, who: string): string {
  return servedText(flag, { portion: null, serve: { variant: flag.offVariant } }, who);
}

function requiresText({ requires, type, offVariant }: Flag): string {
  if (requires.length === 0) return "";
  const isImplied = type === "boolean" && offVariant === "off";
  const otherwise = isImplied ? "" : `; else ${offVariant} for everyone`;
  return `Only while ${requires.map(requirementText).join(" and ")}${otherwise}.`;
}

function requirementText({ flag, variants }: Requirement): string {
  return `${flag} serves ${variants.length === 0 ? "nothing" : variants.join(" or ")}`;
}

/** Names the salt of a flag if it differs from the flag's key. */
function saltText(flag: Flag): string {
  if (flag.salt === flag.key) return "";
  return servingRulesOf(flag).some(usesBuckets) ? `Shares use the buckets of ${flag.salt}.` : "";
}
