import type { Condition } from "../flag/condition.ts";
import type { Flag, Portion, Requirement, Rule, Serve } from "../flag/flag.ts";
import { canonicalJson, sameJson } from "../json.ts";
import { conditionJson, namesOnly } from "../row/condition-json.ts";

/** One difference that a change makes to a flag. `core/describe/describe-difference.ts` describes it in words. */
export type Difference = RowDifference | FlagDifference;

/** A change to the flag's row as a whole. */
export type RowDifference =
  | { readonly kind: "created" | "restored"; readonly flag: Flag }
  /** `isKilled`: the flag was disabled manually, and stays so. */
  | { readonly kind: "archived"; readonly flag: Flag; readonly isKilled?: boolean }
  /** The row was deleted manually. */
  | { readonly kind: "put-back" }
  /** The manual changes to the row of an archived flag are undone; it stays archived. */
  | { readonly kind: "reset" }
  /** The row could not be read, for the reason in `problem`. */
  | { readonly kind: "rewritten"; readonly problem: string; readonly flag: Flag }
  /** `from` is null for a row that was inserted manually. */
  | { readonly kind: "moved"; readonly from: string | null; readonly to: string };

/** A difference between two versions of a flag. Rules are identified by name; a rule without a name has `""`. */
export type FlagDifference =
  | { readonly kind: "enabled" | "disabled" }
  /** `default-rollout-list`: only the ids or roles of the same strategy changed. */
  | { readonly kind: "default-rollout" | "default-rollout-list"; readonly before: Flag; readonly after: Flag }
  | { readonly kind: "rule-added" | "rule-removed"; readonly rule: Rule }
  | { readonly kind: "rules-reordered"; readonly names: readonly string[] }
  | { readonly kind: "rule-condition"; readonly rule: string; readonly before: Condition; readonly after: Condition }
  | { readonly kind: "segment"; readonly rule: string; readonly segments: readonly string[] }
  | {
      readonly kind: "rule-share";
      readonly rule: string;
      readonly before: Portion | null;
      readonly after: Portion | null;
    }
  | { readonly kind: "rule-serve"; readonly rule: string; readonly before: Serve; readonly after: Serve }
  | { readonly kind: "requires"; readonly before: readonly Requirement[]; readonly after: readonly Requirement[] }
  | { readonly kind: "variants"; readonly before: Flag["variants"]; readonly after: Flag["variants"] }
  | { readonly kind: "off-variant" | "fallback" | "salt"; readonly before: string; readonly after: string }
  | { readonly kind: "client" | "protected"; readonly after: boolean }
  | { readonly kind: "prose"; readonly fields: readonly ProseField[] };

const PROSE_FIELDS = ["name", "description", "owner", "kind", "expires", "tags", "metadata"] as const;
export type ProseField = (typeof PROSE_FIELDS)[number];

/** Returns the differences between two versions of a flag, the most important first; empty if they are equal. */
export function differences(before: Flag, after: Flag): readonly FlagDifference[] {
  const changed = (field: keyof Flag) => !sameJson(before[field], after[field]);
  return [
    ...when(changed("enabled"), { kind: after.enabled ? "enabled" : "disabled" }),
    ...when(changed("rollout") || changed("serve"), { kind: rolloutKind(before, after), before, after }),
    ...ruleDifferences(before.rules, after.rules),
    ...when(changed("requires"), { kind: "requires", before: before.requires, after: after.requires }),
    ...when(changed("variants"), { kind: "variants", before: before.variants, after: after.variants }),
    ...when(changed("offVariant"), { kind: "off-variant", before: before.offVariant, after: after.offVariant }),
    ...when(changed("fallback"), { kind: "fallback", before: before.fallback, after: after.fallback }),
    ...when(changed("salt"), { kind: "salt", before: before.salt, after: after.salt }),
    ...when(changed("client"), { kind: "client", after: after.client }),
    ...when(changed("protected"), { kind: "protected", after: after.protected }),
    ...when(PROSE_FIELDS.some(changed), { kind: "prose", fields: PROSE_FIELDS.filter(changed) }),
  ];
}

function when(isSo: boolean, difference: FlagDifference): readonly FlagDifference[] {
  return isSo ? [difference] : [];
}

function rolloutKind(before: Flag, after: Flag): "default-rollout" | "default-rollout-list" {
  const { strategy } = after.rollout;
  const isList = strategy === "role" || strategy === "whitelist";
  const isSameBesides = before.rollout.strategy === strategy && sameJson(before.serve, after.serve);
  return isList && isSameBesides ? "default-rollout-list" : "default-rollout";
}

function ruleDifferences(before: readonly Rule[], after: readonly Rule[]): readonly FlagDifference[] {
  const [was, is] = [byName(before), byName(after)];
  const changed = [...is].flatMap(([name, rule]): readonly FlagDifference[] => {
    const old = was.get(name);
    return old === undefined ? [{ kind: "rule-added", rule }] : oneRuleDifferences(old, rule);
  });
  const removed = [...was].flatMap(([name, rule]): readonly FlagDifference[] => {
    return is.has(name) ? [] : [{ kind: "rule-removed", rule }];
  });
  const isReordered = !sameJson(
    [...was.keys()].filter((name) => is.has(name)),
    [...is.keys()].filter((name) => was.has(name)),
  );
  return [...changed, ...removed, ...when(isReordered, { kind: "rules-reordered", names: [...is.keys()] })];
}

function oneRuleDifferences(before: Rule, after: Rule): readonly FlagDifference[] {
  const rule = after.name;
  const isSameWhen = sameJson(conditionJson(before.when), conditionJson(after.when));
  const segments = isSameWhen ? [] : changedSegments(before.when, after.when);
  return [
    ...when(!isSameWhen && segments === undefined, {
      kind: "rule-condition",
      rule,
      before: before.when,
      after: after.when,
    }),
    ...when(!isSameWhen && segments !== undefined, { kind: "segment", rule, segments: segments ?? [] }),
    ...when(!sameJson(before.portion, after.portion), {
      kind: "rule-share",
      rule,
      before: before.portion,
      after: after.portion,
    }),
    ...when(!sameJson(before.serve, after.serve), {
      kind: "rule-serve",
      rule,
      before: before.serve,
      after: after.serve,
    }),
  ];
}

/** Returns the segments whose members changed; undefined if anything else in the condition changed. */
function changedSegments(before: Condition, after: Condition): readonly string[] | undefined {
  if (!sameJson(conditionJson(before, namesOnly), conditionJson(after, namesOnly))) return undefined;
  const was = new Map(segmentBodies(before));
  return [...new Set(segmentBodies(after).flatMap(([name, body]) => (was.get(name) === body ? [] : [name])))];
}

function segmentBodies(condition: Condition): readonly (readonly [string, string])[] {
  if (condition.op === "match") return [];
  if (condition.op !== "segment") return condition.of.flatMap(segmentBodies);
  return condition.anyOf.map(({ name, when: body }) => [name, canonicalJson(conditionJson(body))] as const);
}

/** Indexes rules by name; a name that occurs twice, as in hand-written rows, gets a number. */
function byName(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  const named = new Map<string, Rule>();
  for (const [index, rule] of rules.entries()) {
    named.set(rule.name === "" || named.has(rule.name) ? `${rule.name}#${index + 1}` : rule.name, rule);
  }
  return named;
}
