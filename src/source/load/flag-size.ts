import { countText } from "../../core/text.ts";
import type { FlagFile, RolloutFile, RuleFile } from "../shape/flag-file.ts";
import { LIMITS } from "../shape/limits.ts";
import { type ConditionSize, itemsIn, nestingProblem, sizeOf, sizeProblem } from "./condition-size.ts";
import type { Problem } from "./parsed-file.ts";
import { type Segment, segmentNames } from "./segments.ts";
import type { Path } from "./tree.ts";

/** A part of a file that exceeds a limit. */
export interface Excess {
  readonly path: Path;
  readonly problem: Problem;
}

type Segments = ReadonlyMap<string, Pick<Segment, "size">>;

/** The rules and the default rollout of a flag as one environment gets them, with their places in the file. */
interface Part {
  readonly rules: readonly RuleFile[];
  readonly rollout: RolloutFile;
  readonly rulesPath: Path;
  readonly rolloutPath: Path;
}

/** Returns where a flag exceeds a limit in some environment, once per cause. */
export function excessesOf(file: FlagFile, segments: Segments): readonly Excess[] {
  const [base, ...overlays] = partsOf(file);
  if (base === undefined) return [];
  const ofBase = excessesIn(base, segments);
  return [
    ...ofBase,
    // What an overlay takes over from the base is reported there.
    ...overlays.flatMap((part) =>
      part.rulesPath === base.rulesPath && ofBase.length > 0 ? [] : excessesIn(part, segments),
    ),
  ];
}

/**
 * Returns the number of condition checks of a flag in the environment in which it has the most, counting each rule and the
 * flag itself as one.
 */
export function testsOf(file: FlagFile, segments: Segments): number {
  return Math.max(
    ...partsOf(file).map(({ rules, rollout }) => {
      const lists = typeof rollout === "object" && "whitelist" in rollout ? Object.keys(rollout.whitelist).length : 1;
      return rules.reduce((sum, rule) => sum + 1 + ruleSize(rule, segments).tests, lists);
    }),
  );
}

function partsOf(file: FlagFile): readonly Part[] {
  const base: Part = {
    rules: file.rules ?? [],
    rollout: file.rollout,
    rulesPath: ["rules"],
    rolloutPath: ["rollout"],
  };
  const overlays = Object.entries(file.environments ?? {}).flatMap(([name, { rules, rollout }]): readonly Part[] => {
    if (rules === undefined && rollout === undefined) return [];
    return [
      {
        rules: rules ?? base.rules,
        rollout: rollout ?? base.rollout,
        rulesPath: rules === undefined ? base.rulesPath : ["environments", name, "rules"],
        rolloutPath: rollout === undefined ? base.rolloutPath : ["environments", name, "rollout"],
      },
    ];
  });
  return [base, ...overlays];
}

function excessesIn({ rules, rollout, rulesPath, rolloutPath }: Part, segments: Segments): readonly Excess[] {
  if (rules.length > LIMITS.rules) return [{ path: rulesPath, problem: tooManyRules(rules.length) }];
  const sizes = rules.map((rule) => ruleSize(rule, segments));
  const nested = sizes.flatMap((size, index): readonly Excess[] => {
    const problem = nestingProblem(`rule "${rules[index]?.name}"`, size);
    return problem === undefined ? [] : [{ path: [...rulesPath, index, "if"], problem }];
  });
  if (nested.length > 0) return nested;
  const listed = listedIn(rollout);
  const [tests, items] = [sum(sizes, "tests"), sum(sizes, "items") + listed];
  const largest = sizes.findIndex((size) => size.tests > LIMITS.tests || size.items > LIMITS.items);
  const owner = largest === -1 ? "the flag" : `rule "${rules[largest]?.name}"`;
  const size = sizes[largest] ?? { tests, items };
  const problem = sizeProblem(
    owner,
    size,
    advice(largest === -1 ? rules : rules.slice(largest, largest + 1), segments),
  );
  if (problem === undefined) return [];
  if (largest !== -1) return [{ path: [...rulesPath, largest, "if"], problem }];
  return [{ path: listed > items / 2 ? rolloutPath : rulesPath, problem }];
}

function ruleSize({ if: condition }: RuleFile, segments: Segments): ConditionSize {
  return sizeOf(condition, (name) => segments.get(name)?.size);
}

function listedIn(rollout: RolloutFile): number {
  if (typeof rollout !== "object") return 0;
  if ("roles" in rollout) return itemsIn(rollout.roles);
  return "whitelist" in rollout ? Object.values(rollout.whitelist).reduce((all, ids) => all + itemsIn(ids), 0) : 0;
}

function sum(sizes: readonly ConditionSize[], key: "tests" | "items"): number {
  return sizes.reduce((total, size) => total + size[key], 0);
}

/** Names the segment that adds most to the size. */
function advice(rules: readonly RuleFile[], segments: Segments): string {
  const added = new Map<string, number>();
  for (const rule of rules) {
    for (const name of segmentNames(rule.if)) {
      const { tests = 0, items = 0 } = segments.get(name)?.size ?? {};
      added.set(name, (added.get(name) ?? 0) + Math.max(tests / LIMITS.tests, items / LIMITS.items));
    }
  }
  const [largest] = [...added].sort(([, a], [, b]) => b - a);
  if (largest === undefined)
    return "use one list instead of several comparisons of one attribute, or split the flag in two";
  return `name segment "${largest[0]}" less often, or shorten it: most of the size comes from writing this segment out`;
}

function tooManyRules(found: number): Problem {
  const message = `there are ${countText(found)} rules; at most ${LIMITS.rules} are allowed`;
  return {
    code: "too-many-rules",
    message,
    hint: "combine rules that serve the same variant into one with any: [ … ], or split the flag",
  };
}
