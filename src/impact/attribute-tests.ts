import { matchesIn, type Test } from "../core/flag/condition.ts";
import type { ServingRule } from "../core/flag/serving-rules.ts";
import type { AttributeTests } from "../core/logic/samples.ts";

/** Collects, for each attribute, the values that conditions and lists compare it with. */
export function attributeTests(rules: readonly ServingRule[]): ReadonlyMap<string, AttributeTests> {
  const found = new Map<string, { readonly attribute: string; readonly tests: Test[]; readonly ids: string[] }>();
  const of = (attribute: string) => {
    const known = found.get(attribute) ?? { attribute, tests: [], ids: [] };
    found.set(attribute, known);
    return known;
  };
  for (const { who } of rules) {
    if (who.kind !== "condition") continue;
    for (const { attribute, tests } of matchesIn(who.when)) of(attribute).tests.push(...tests);
  }
  for (const { who } of rules) {
    if (who.kind !== "lists") continue;
    for (const [attribute, ids] of Object.entries(who.lists)) {
      const known = of(attribute);
      for (const id of ids) known.ids.push(id);
    }
  }
  return found;
}
