import type { Condition, Test } from "../../core/flag/condition.ts";
import { samplesOf } from "../../core/logic/samples.ts";
import { matcher } from "../../core/evaluate/matcher.ts";

/** Part of a context: what it takes to meet a condition. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Values worth trying, by attribute: of each that any condition asks for, those that its tests tell apart. */
export type Samples = ReadonlyMap<string, readonly unknown[]>;

/** A condition of thousands of values is not tried in all of its ways. */
const MOST_WAYS = 2_000;

/** @param lists  ids that last lines name, by attribute */
export function samplesFor(
  conditions: readonly Condition[],
  lists: readonly Readonly<Record<string, readonly string[]>>[],
): Samples {
  const tests = new Map<string, Test[]>();
  const ids = new Map<string, string[]>();
  const visit = (condition: Condition): void => {
    if (condition.op === "match") {
      tests.set(condition.attribute, [...(tests.get(condition.attribute) ?? []), ...condition.tests]);
    } else for (const part of partsOf(condition)) visit(part);
  };
  for (const condition of conditions) visit(condition);
  for (const list of lists) {
    for (const [name, values] of Object.entries(list)) ids.set(name, [...(ids.get(name) ?? []), ...values]);
  }
  const names = [...new Set([...tests.keys(), ...ids.keys()])];
  return new Map(
    names.map((name) => {
      const asked = { attribute: name, tests: tests.get(name) ?? [], ids: ids.get(name) ?? [] };
      return [name, samplesOf(asked) ?? listedIn(asked.tests, asked.ids)];
    }),
  );
}

/** Where no samples stand for all values, those that are written. */
function listedIn(tests: readonly Test[], ids: readonly string[]): readonly unknown[] {
  const written = tests.flatMap((test): readonly unknown[] => {
    if ("values" in test) return test.values;
    return test.op === "semver" ? [test.range.replace(/^[^\d]*/, "")] : [test.value];
  });
  return [...written, ...ids];
}

/**
 * Contexts that try to meet a condition, a way each; whoever uses them asks the condition itself, because parts that ask
 * for the same attribute may get in each other's way.
 */
export function waysToMeet(condition: Condition, samples: Samples): readonly Attributes[] {
  return waysTo(condition, true, samples);
}

function waysTo(condition: Condition, wanted: boolean, samples: Samples): readonly Attributes[] {
  switch (condition.op) {
    case "match": {
      const holds = matcher(condition);
      const values = [undefined, ...(samples.get(condition.attribute) ?? [])];
      const fitting = values.filter((value) => holds({ [condition.attribute]: value }) === wanted);
      return fitting.slice(0, MOST_WAYS).map((value) => (value === undefined ? {} : { [condition.attribute]: value }));
    }
    case "all":
      return wanted ? together(condition.of, true, samples) : either(condition.of, false, samples);
    case "none":
      return wanted ? together(condition.of, false, samples) : either(condition.of, true, samples);
    case "any":
    case "segment":
      return wanted ? either(partsOf(condition), true, samples) : together(partsOf(condition), false, samples);
  }
}

function either(parts: readonly Condition[], wanted: boolean, samples: Samples): readonly Attributes[] {
  return parts.flatMap((part) => waysTo(part, wanted, samples)).slice(0, MOST_WAYS);
}

/** Every way of every part at least once, beside the first ways of the others: not every combination of them. */
function together(parts: readonly Condition[], wanted: boolean, samples: Samples): readonly Attributes[] {
  const ways = parts.map((part) => waysTo(part, wanted, samples));
  if (ways.some((each) => each.length === 0)) return [];
  const longest = Math.max(1, ...ways.map((each) => each.length));
  const merged = Array.from({ length: longest }, (_, n) => mergedAt(ways, () => n));
  const varied = ways.flatMap((each, part) =>
    each.slice(1).map((_, n) => mergedAt(ways, (other) => (other === part ? n + 1 : 0))),
  );
  return [...merged, ...varied].slice(0, MOST_WAYS);
}

function mergedAt(ways: readonly (readonly Attributes[])[], indexOf: (part: number) => number): Attributes {
  return Object.assign({}, ...ways.map((each, part) => each[Math.min(indexOf(part), each.length - 1)]));
}

function partsOf(condition: Exclude<Condition, { op: "match" }>): readonly Condition[] {
  return condition.op === "segment" ? condition.anyOf.map(({ when }) => when) : condition.of;
}
