import { servingRulesOf } from "../core/flag/serving-rules.ts";
import { attributeTests } from "./attribute-tests.ts";
import type { Population } from "./population.ts";
import type { Assumption, Flips } from "./report.ts";
import { type VersionPair, withRequired } from "./version-pair.ts";

/** Returns what a figure from generated contexts takes for granted about the attributes that both versions read. */
export function assumptionsOf(
  { before, after }: VersionPair,
  { note, subjects }: Population,
): Pick<Flips, "guessed" | "assumed"> {
  const flags = [...withRequired(before), ...withRequired(after)].filter(({ enabled }) => enabled);
  const asked = attributeTests(flags.flatMap(servingRulesOf));
  const names = [...asked.keys()].sort();
  const others = names.filter((name) => !subjects.has(name));
  const listed = names.filter((name) => {
    const { ids = [], tests = [] } = asked.get(name) ?? {};
    return subjects.has(name) && (ids.length > 0 || tests.some(({ op }) => op === "in" || op === "not"));
  });
  const assumptions: readonly Assumption[] = [
    { kind: "one-value", attributes: others },
    { kind: "independent", attributes: others.length > 1 ? others : [] },
    { kind: "unlisted", attributes: listed },
  ];
  return {
    guessed: names.filter((name) => note.guessed.includes(name)),
    assumed: assumptions.filter(({ attributes }) => attributes.length > 0),
  };
}
