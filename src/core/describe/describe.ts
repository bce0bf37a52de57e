import { whoAsOne, whoText, matchText, type Speech } from "./describe-condition.ts";
import { type SegmentText, speechOf } from "./describe-segments.ts";
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

export interface DescribeOptions {
  /** How many values of a list are named before the rest is counted; 5 unless given, Infinity for every one. */
  readonly most?: number;
}

/** A flag of one environment in sentences. */
export interface Description {
  /** `On for staff. On for 25 % of people in M5V. On for 10 % of everyone else.` The first sentence that fits a context counts. */
  readonly text: string;
  /** What the segments that are named in the text stand for. */
  readonly segments: readonly SegmentText[];
}

/**
 * Describes who gets what. The sentences are exact: two flags that are described alike answer alike, apart from the values
 * behind the names of their variants. A boolean flag that is not on is off; of any other flag the off variant is named.
 */
export function describeFlag(flag: Flag, { most = 5 }: DescribeOptions = {}): Description {
  const { speech, segments } = speechOf(flag.enabled ? flag.rules.map(({ when }) => when) : [], { most });
  if (!flag.enabled) return { text: offText(flag, "everyone"), segments: [] };
  const rules = flag.rules.map((rule) => ruleText(flag, rule, speech));
  const sentences = [...rules, ...defaultTexts(flag, speech)];
  return {
    text: [...sentences, requiresText(flag), saltText(flag)].filter((text) => text !== "").join(" "),
    segments: segments(),
  };
}

function ruleText(flag: Flag, rule: Flag["rules"][number], speech: Speech): string {
  const who = rule.portion === null ? whoText(rule.when, speech) : whoAsOne(rule.when, speech);
  return servedText(flag, servingRule(rule), who);
}

/** Says what a rule serves: `On for …`, `Off for …`, `Serves blue to …`, `Serves control (34 %), blue (66 %) to …`. */
function servedText(flag: Flag, { portion, serve }: Pick<ServingRule, "portion" | "serve">, who: string): string {
  const people = `${portionText(portion)}${who}`;
  if ("split" in serve) {
    const parts = serve.split.map(({ variant, share }) => `${variant} (${shareText(share)})`);
    return `Serves ${parts.join(", ")} to ${people}.`;
  }
  if (flag.type !== "boolean") return `Serves ${serve.variant} to ${people}.`;
  return `${serve.variant === "on" ? "On" : "Off"} for ${people}.`;
}

/** Says what stands before the people: `25 % of `, `25 % (by sessionId) of `. */
function portionText(portion: Portion | null): string {
  if (portion === null) return "";
  return `${shareText(portion.share)}${portion.by === "userId" ? "" : ` (by ${portion.by})`} of `;
}

function defaultTexts(flag: Flag, speech: Speech): readonly string[] {
  const isOnly = flag.rules.length === 0;
  const rest = isOnly ? "everyone" : "everyone else";
  const rollout = defaultRollout(flag);
  if (servesNobody(rollout)) return [offText(flag, rest)];
  const isForAll = flag.rollout.strategy === "all";
  const who = rollout.who.kind === "lists" ? `${isOnly ? "people" : rest} ${listedText(rollout.who, speech)}` : rest;
  const sentence = servedText(flag, rollout, who);
  // That a boolean is off for all others goes without saying.
  const isImplied = isForAll || (flag.type === "boolean" && flag.offVariant === "off");
  return isImplied ? [sentence] : [sentence, offText(flag, "all others")];
}

/** Returns what stands behind `people`: `whose userId is user-42, or in M5V`. */
function listedText({ lists }: Extract<Audience, { kind: "lists" }>, speech: Speech): string {
  return Object.entries(lists)
    .filter(([, ids]) => ids.length > 0)
    .map(([attribute, ids]) => matchText(attribute, [{ op: "in", values: ids }], speech))
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

/** Says whose buckets a flag uses where its salt is not its key. */
function saltText(flag: Flag): string {
  if (flag.salt === flag.key) return "";
  return servingRulesOf(flag).some(usesBuckets) ? `Shares use the buckets of ${flag.salt}.` : "";
}
