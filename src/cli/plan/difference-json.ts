import { differenceText } from "../../core/describe/describe-difference.ts";
import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import type { Difference } from "../../core/plan/difference.ts";
import { groupOf, type ManualChange } from "../../core/plan/manual-change.ts";

/** Returns a difference as data for JSON: its kind, its words, and `aspect`, which older readers decide by. */
export function differenceData(difference: Difference): object {
  const { kind } = difference;
  const rule = "rule" in difference ? { rule: nameOf(difference.rule) } : {};
  return { aspect: ASPECTS[kind], kind, text: differenceText(difference), ...rule };
}

function nameOf(rule: string | { readonly name: string }): string {
  return typeof rule === "string" ? rule : rule.name;
}

const ASPECTS: Readonly<Record<Difference["kind"], string>> = {
  created: "enabled",
  "put-back": "enabled",
  archived: "enabled",
  restored: "enabled",
  rewritten: "enabled",
  moved: "prose",
  enabled: "enabled",
  disabled: "enabled",
  "default-rollout": "lastLine",
  "default-rollout-list": "lastLine",
  "rule-added": "rule",
  "rule-removed": "rule",
  "rules-reordered": "ruleOrder",
  "rule-condition": "rule",
  segment: "segment",
  "rule-share": "rule",
  "rule-serve": "rule",
  requires: "requires",
  variants: "variants",
  "off-variant": "offVariant",
  fallback: "fallback",
  salt: "salt",
  client: "client",
  protected: "protected",
  prose: "prose",
};

/** Returns a manual change as data for JSON. An unreadable row has always been reported under `rules`. */
export function manualChangeData(change: ManualChange): object {
  const { key, kind, outcome, by } = change;
  return { group: groupOf(change) ?? "rules", kind, outcome, key, text: manualChangeText(change), by };
}
