import { type Budget, take, takeIfLeft } from "../../core/work.ts";
import { eachCell, MAX_CELLS } from "../bucket-count.ts";
import { type Answer, bucketedVersion } from "../bucketed-version.ts";
import { type Profile, profilesOf } from "../profiled-flips.ts";
import type { IsFlip, VersionPair } from "../version-pair.ts";
import { allPeople, type AttributeClasses, countPeople } from "./classes.ts";
import { type FoundJump, jumpTest, pointsOf, tallyOf, type Tally } from "./tally.ts";
import type { Worlds } from "./worlds.ts";

/** The maximum number of combinations of attributes that are counted; above it, people are sampled. */
const MAX_PEOPLE = 20_000;

/**
 * Counts exactly how many people the jump includes: every combination of attributes, and the buckets in each.
 *
 * @returns undefined if there is too much to count
 */
export function countedJump(
  pair: VersionPair,
  worlds: Worlds,
  attributes: readonly AttributeClasses[],
  budget: Budget,
): FoundJump | undefined {
  const versions = worlds.all.flatMap(({ before, after }) => [before, after]);
  const people = countPeople(attributes);
  const steps = people * worlds.size * versions.length;
  if (people > MAX_PEOPLE || !takeIfLeft(budget, steps)) return undefined;
  const divided = new Set(attributes.flatMap(({ attribute, isDeclared }) => (isDeclared ? [attribute] : [])));
  const isCounted = (by: string) => !divided.has(by);
  const profiles = profilesOf(versions.map(bucketedVersion), allPeople(attributes), isCounted);
  const [isJump, tally] = [jumpTest(pair), tallyOf()];
  const areCounted = profiles.every((profile) => countProfile(profile, isJump, tally, budget));
  return areCounted ? { ...tally.result(), points: pointsOf(tally.total()) } : undefined;
}

/** Adds the buckets of one profile; false if there are too many. */
function countProfile({ versions, weight }: Profile, isJump: IsFlip, tally: Tally, budget: Budget): boolean {
  const work = versions.reduce((sum, version) => sum + version.length, 0);
  const cells: { readonly answers: readonly Answer[]; readonly count: bigint }[] = [];
  const maxCells = Math.min(MAX_CELLS, Math.floor(budget.left / work));
  const all = eachCell(versions, (answers, count) => cells.push({ answers, count }), maxCells);
  if (all === undefined) return false;
  take(budget, cells.length * work);
  for (const { answers, count } of cells) tally.add(answers, isJump, (weight * Number(count)) / Number(all));
  return true;
}
