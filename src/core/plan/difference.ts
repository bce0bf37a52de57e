import type { Condition } from "../flag/condition.ts";
import { conditionJson } from "../row/condition-json.ts";
import { whoText } from "../describe/describe-condition.ts";
import { speechOf } from "../describe/describe-segments.ts";
import type { Flag, Rule } from "../flag/flag.ts";
import { canonicalJson } from "../json.ts";
import { defaultRolloutText, listText, portionText, serveText } from "../describe/wording.ts";

/** One thing that a change means, said in the flag's own words. */
export interface Difference {
  readonly aspect:
    | "enabled"
    | "lastLine"
    | "rule"
    | "segment"
    | "ruleOrder"
    | "requires"
    | "variants"
    | "offVariant"
    | "fallback"
    | "salt"
    | "client"
    | "protected"
    | "prose";
  /** `10 % → 50 % of everyone`, `rule Toronto beta added: …`. */
  readonly text: string;
}

/** What turns `before` into `after`, most telling first; empty when both say the same. */
export function differences(before: Flag, after: Flag): readonly Difference[] {
  return [
    ...fact("enabled", before.enabled ? "enabled" : "disabled", after.enabled ? "enabled" : "disabled"),
    ...lastLineDifferences(before, after),
    ...ruleDifferences(before.rules, after.rules),
    ...fact("requires", requiresText(before), requiresText(after), "requires "),
    ...fact("variants", variantsText(before), variantsText(after), "variants "),
    ...fact("offVariant", before.offVariant, after.offVariant, "off variant "),
    ...fact("fallback", before.fallback, after.fallback, "fallback "),
    ...fact("salt", before.salt, after.salt, "salt "),
    ...fact("client", yesNo(before.client), yesNo(after.client), "visible to browsers: "),
    ...fact("protected", yesNo(before.protected), yesNo(after.protected), "protected: "),
    ...proseDifferences(before, after),
  ];
}

function fact(aspect: Difference["aspect"], before: string, after: string, label = ""): readonly Difference[] {
  return before === after ? [] : [{ aspect, text: `${label}${before} → ${after}` }];
}

function lastLineDifferences(before: Flag, after: Flag): readonly Difference[] {
  const [was, is] = [defaultRolloutText(before), defaultRolloutText(after)];
  if (was !== is) return [{ aspect: "lastLine", text: `${shortened(was, is)} → ${is}` }];
  if (same(before.rollout, after.rollout) && same(before.serve, after.serve)) return [];
  return [{ aspect: "lastLine", text: `${is}: the list changed` }];
}

/** `10 % of everyone → 50 % of everyone` says it twice: the first time the share is enough. */
function shortened(before: string, after: string): string {
  const ending = " of everyone";
  return before.endsWith(ending) && after.endsWith(ending) ? before.slice(0, -ending.length) : before;
}

function ruleDifferences(before: readonly Rule[], after: readonly Rule[]): readonly Difference[] {
  const [was, is] = [byName(before), byName(after)];
  const found: Difference[] = [];
  for (const [name, rule] of is) {
    const old = was.get(name);
    if (old === undefined) found.push({ aspect: "rule", text: `${titled(rule)} added: ${ruleText(rule)}` });
    else found.push(...oneRuleDifferences(old, rule));
  }
  for (const [name, rule] of was) if (!is.has(name)) found.push({ aspect: "rule", text: `${titled(rule)} removed` });
  const kept = (rules: ReadonlyMap<string, Rule>, others: ReadonlyMap<string, Rule>) =>
    [...rules.keys()].filter((name) => others.has(name));
  if (!same(kept(was, is), kept(is, was))) {
    found.push({ aspect: "ruleOrder", text: `rules in another order: ${listText([...is.keys()])}` });
  }
  return found;
}

function oneRuleDifferences(before: Rule, after: Rule): readonly Difference[] {
  const found: Difference[] = [];
  const title = titled(after);
  if (!same(conditionJson(before.when), conditionJson(after.when))) {
    const segments = changedSegments(before.when, after.when);
    found.push(
      segments === undefined
        ? { aspect: "rule", text: `${title}: ${conditionText(before.when, after.when)}` }
        : { aspect: "segment", text: `${title}: segment ${segments.join(", ")} changed` },
    );
  }
  const [was, is] = [before, after].map(({ portion }) => (portion === null ? "everyone" : portionText(portion)));
  if (was !== is) found.push({ aspect: "rule", text: `${title}: ${was} → ${is}` });
  if (!same(before.serve, after.serve)) {
    found.push({ aspect: "rule", text: `${title}: serves ${serveText(before.serve)} → ${serveText(after.serve)}` });
  }
  return found;
}

/** A plan's line stays a line: what is longer is read in `hoist describe`. */
const LONGEST_CONDITIONS = 120;

/** `people in M5V → people in M5V or M5G`, or only that it changed where the two would not fit into a line. */
function conditionText(before: Condition, after: Condition): string {
  const { speech } = speechOf([before, after], { most: 3 });
  const [was, is] = [whoText(before, speech), whoText(after, speech)];
  return was === is || was.length + is.length > LONGEST_CONDITIONS ? "its condition changed" : `${was} → ${is}`;
}

/** The segments whose members changed, when nothing else in the condition did; else undefined. */
function changedSegments(before: Condition, after: Condition): readonly string[] | undefined {
  if (!same(conditionJson(withoutBodies(before)), conditionJson(withoutBodies(after)))) return undefined;
  const was = new Map(segmentBodies(before));
  return [...new Set(segmentBodies(after).flatMap(([name, body]) => (was.get(name) === body ? [] : [name])))];
}

/** A condition in which each segment is no more than its name. */
export function withoutBodies(condition: Condition): Condition {
  switch (condition.op) {
    case "match":
      return condition;
    case "segment":
      return { op: "segment", anyOf: condition.anyOf.map(({ name }) => ({ name, when: { op: "all", of: [] } })) };
    case "all":
    case "any":
    case "none":
      return { op: condition.op, of: condition.of.map(withoutBodies) };
  }
}

function segmentBodies(condition: Condition): readonly (readonly [string, string])[] {
  switch (condition.op) {
    case "match":
      return [];
    case "segment":
      return condition.anyOf.map(({ name, when }) => [name, canonicalJson(conditionJson(when))] as const);
    case "all":
    case "any":
    case "none":
      return condition.of.flatMap(segmentBodies);
  }
}

function proseDifferences(before: Flag, after: Flag): readonly Difference[] {
  const changed = (["name", "description", "owner", "kind", "expires", "tags", "metadata"] as const).filter(
    (field) => !same(before[field], after[field]),
  );
  return changed.length === 0 ? [] : [{ aspect: "prose", text: `${changed.join(", ")} edited` }];
}

/** Rules by name; a name that stands twice (hand-written rows) gets a number. */
function byName(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  const named = new Map<string, Rule>();
  for (const [index, rule] of rules.entries()) {
    named.set(rule.name === "" || named.has(rule.name) ? `${rule.name}#${index + 1}` : rule.name, rule);
  }
  return named;
}

function titled(rule: Rule): string {
  return rule.name === "" ? "a rule without a name" : `rule ${rule.name}`;
}

function ruleText(rule: Rule): string {
  const share = rule.portion === null ? "" : ` to ${portionText(rule.portion)} of them`;
  return `serves ${serveText(rule.serve)}${share}`;
}

function requiresText(flag: Flag): string {
  if (flag.requires.length === 0) return "nothing";
  return flag.requires.map(({ flag: key, variants }) => `${key} ${variants.join("/")}`).join(", ");
}

function variantsText(flag: Flag): string {
  return Object.entries(flag.variants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
