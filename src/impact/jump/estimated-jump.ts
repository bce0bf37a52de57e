import { type Budget, takeIfLeft } from "../../core/work.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import { canonicalJson } from "../../core/json.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
import { estimated } from "../margin.ts";
import { type Random, seededRandom } from "../random.ts";
import { evaluatorOf } from "../version-evaluator.ts";
import type { VersionPair } from "../version-pair.ts";
import { type AttributeClasses, randomPerson } from "./classes.ts";
import { type FoundJump, jumpTest, pointsOf, tallyOf } from "./tally.ts";
import type { Worlds } from "./worlds.ts";

const MAX_SAMPLE = 10_000;
const MIN_SAMPLE = 500;
/** The work that one estimate should not exceed, in evaluated tests. */
const WORK = 5_000_000;
/** The number of worlds that are evaluated: fewer assignments count more people, never fewer. */
const MAX_WORLDS = 8;

/**
 * Estimates how many people the jump includes from a random sample. The numbers depend only on both versions of the flag,
 * so the same change always has the same estimate.
 *
 * @returns the upper end of the margin; undefined if too little of the budget is left
 */
export function estimatedJump(
  pair: VersionPair,
  { all, size }: Pick<Worlds, "all" | "size">,
  attributes: readonly AttributeClasses[],
  budget: Budget,
): FoundJump | undefined {
  const worlds = all.slice(0, MAX_WORLDS);
  const perPerson = size * 2 * worlds.length;
  const sample = Math.max(MIN_SAMPLE, Math.min(MAX_SAMPLE, Math.floor(WORK / perPerson)));
  if (!takeIfLeft(budget, sample * perPerson)) return undefined;
  const versions = worlds.flatMap(({ before, after }) => [before, after].map((each) => evaluatorOf(pair.key, each)));
  const [isJump, tally] = [jumpTest(pair), tallyOf()];
  const random = seededRandom(1, contentOf(pair));
  for (let person = 0; person < sample; person += 1) {
    const context = aPerson(attributes, random, person);
    const answers = versions.map(({ variantFor, decidedByFor }) => ({
      variant: variantFor(context),
      decidedBy: () => decidedByFor(context),
    }));
    tally.add(answers, isJump, 1);
  }
  const { share, margin } = estimated(tally.total(), sample);
  return { ...tally.result(), points: pointsOf(Math.min(1, share + margin)) };
}

function aPerson(attributes: readonly AttributeClasses[], random: Random, person: number): EvaluationContext {
  return randomPerson(attributes, random, (attribute) => `${attribute} ${person}`);
}

/** Returns a text that differs for every two changes of a flag. */
function contentOf({ key, before, after }: VersionPair): string {
  const columns = [before.flag, after.flag].map((flag) => flag && columnsOf(flag));
  return canonicalJson({ key, columns });
}
