import { constantAnswer } from "../flag/constant-answer.ts";
import type { Condition } from "../flag/condition.ts";
import type { Flag, Portion, Requirement, Rule } from "../flag/flag.ts";
import { differences, type Difference } from "../plan/difference.ts";
import { counted } from "../text.ts";
import { ruleTitle } from "./decided-by.ts";
import { whoText } from "./describe-condition.ts";
import { wordingFor } from "./describe-segments.ts";
import { defaultRolloutText, listText, portionText, servedToText, serveText } from "./wording.ts";
import { printable } from "../printable.ts";

/**
 * Describes each difference between two versions of a flag: `10 % → 50 % of everyone`, `rule Toronto beta added: …`.
 */
export function differenceTexts(before: Flag, after: Flag): readonly string[] {
  return differences(before, after).map(differenceText);
}

/** Describes one difference between two versions of a flag, on one line. */
export function differenceText(difference: Difference): string {
  return printable(wordsFor(difference));
}

function wordsFor(difference: Difference): string {
  switch (difference.kind) {
    case "created":
    case "restored":
      return `${difference.kind}: ${stateText(difference.flag)}`;
    case "archived":
      return difference.isKilled === true
        ? archivedText(difference)
        : `${archivedText(difference)}; ${archiveEffectText(difference.flag)}`;
    case "put-back":
      return "put back: its row was deleted manually";
    case "reset":
      return "manual changes to its archived row are undone; it stays archived";
    case "rewritten":
      return `the row cannot be read (${difference.problem}) and is rewritten: ${stateText(difference.flag)}`;
    case "moved":
      return `moved: ${difference.from ?? "inserted manually"} → ${difference.to}`;
    case "enabled":
      return "disabled → enabled";
    case "disabled":
      return "enabled → disabled";
    case "default-rollout":
    case "default-rollout-list":
      return rolloutChangeText(difference);
    case "rule-added":
      return `${ruleTitle(difference.rule.name)} added: ${ruleText(difference.rule)}`;
    case "rule-removed":
      return `${ruleTitle(difference.rule.name)} removed`;
    case "rules-reordered":
      return `rules reordered: ${listText(difference.names)}`;
    case "rule-condition":
      return `${ruleTitle(difference.rule)}: ${conditionText(difference.before, difference.after)}`;
    case "segment":
      return `${ruleTitle(difference.rule)}: segment ${difference.segments.join(", ")} changed`;
    case "rule-share":
      return `${ruleTitle(difference.rule)}: ${shareOfText(difference.before)} → ${shareOfText(difference.after)}`;
    case "rule-serve":
      return `${ruleTitle(difference.rule)}: serves ${serveText(difference.before)} → ${serveText(difference.after)}`;
    case "requires":
      return `requires ${requiresText(difference.before)} → ${requiresText(difference.after)}`;
    case "variants":
      return `variants ${variantsText(difference.before)} → ${variantsText(difference.after)}`;
    case "off-variant":
      return `off variant ${difference.before} → ${difference.after}`;
    case "fallback":
    case "salt":
      return `${difference.kind} ${difference.before} → ${difference.after}`;
    case "client":
      return `visible to browsers: ${difference.after ? "no → yes" : "yes → no"}`;
    case "protected":
      return `protected: ${difference.after ? "no → yes" : "yes → no"}`;
    case "prose":
      return `${difference.fields.join(", ")} edited`;
  }
}

/** Describes what an archived flag serves, but not whether answers change. */
export function archivedText({ flag, isKilled }: Extract<Difference, { readonly kind: "archived" }>): string {
  const { fallback, offVariant } = flag;
  if (isKilled === true)
    return `archived: stays disabled manually, so it serves its off variant (${offVariant}) as before`;
  return `archived: serves its fallback (${fallback}) from now on`;
}

function archiveEffectText(flag: Flag): string {
  if (constantAnswer(flag) === flag.fallback) return "no answer changes";
  return `everyone who got another variant gets a different answer; before: ${stateText(flag)}`;
}

/** Describes a flag in a few words: `disabled`, `on for 2 rules, then 10 % of everyone`. */
function stateText(flag: Flag): string {
  if (!flag.enabled) return "disabled";
  const rules = flag.rules.length === 0 ? "" : `${counted(flag.rules.length, "rule")}, then `;
  return `on for ${rules}${defaultRolloutText(flag)}`;
}

function rolloutChangeText({ before, after }: { readonly before: Flag; readonly after: Flag }): string {
  const [was, is] = [before.rollout, after.rollout];
  // Only the share is shown if nothing else changes: `10 % → 50 % of everyone`.
  const isShare = was.strategy === "percentage" && is.strategy === "percentage" && was.portion.share > 0;
  if (isShare && is.portion.share > 0 && serveText(before.serve) === serveText(after.serve)) {
    return servedToText(after, `${portionText(was.portion)} → ${portionText(is.portion)} of everyone`);
  }
  const [from, to] = [defaultRolloutText(before), defaultRolloutText(after)];
  return from === to ? `${to}: the list changed` : `${from} → ${to}`;
}

function ruleText({ portion, serve }: Rule): string {
  return `serves ${serveText(serve)}${portion === null ? "" : ` to ${portionText(portion)} of them`}`;
}

function shareOfText(portion: Portion | null): string {
  return portion === null ? "everyone" : portionText(portion);
}

/** The maximum length of both conditions together in a line of a plan; `hoist describe` shows longer ones. */
const MAX_CONDITIONS_LENGTH = 120;

/**
 * Describes a changed condition: `people in M5V → people in M5V or M5G`, or only that it changed if both do not fit on
 * one line.
 */
function conditionText(before: Condition, after: Condition): string {
  const { wording } = wordingFor([before, after], { most: 3 });
  const [was, is] = [whoText(before, wording), whoText(after, wording)];
  return was === is || was.length + is.length > MAX_CONDITIONS_LENGTH ? "its condition changed" : `${was} → ${is}`;
}

function requiresText(requires: readonly Requirement[]): string {
  if (requires.length === 0) return "nothing";
  return requires.map(({ flag, variants }) => `${flag} ${variants.join("/")}`).join(", ");
}

function variantsText(variants: Flag["variants"]): string {
  return Object.entries(variants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}
