import { evaluationCost } from "../../core/flag/evaluation-cost.ts";
import { matcher } from "../../core/evaluate/matcher.ts";
import { type Flag } from "../../core/flag/flag.ts";
import type { MatchCondition } from "../../core/flag/condition.ts";
import { matchesIn } from "../../core/flag/condition.ts";
import { audienceOf, servingRulesOf, subjectAttribute } from "../../core/flag/serving-rules.ts";
import { attributeTests } from "../attribute-tests.ts";
import { type Version, type VersionPair, withRequired } from "../version-pair.ts";
import type { Reading } from "./classes.ts";
import { type Declarations, valuesOf } from "./declarations.ts";
import { type OutcomeOf, rewritten } from "./rewritten.ts";
import { assignmentsOf, isUnmeasured, typicalOutcome } from "./typical.ts";

/** Both versions of a flag, with conditions that only read declared values and the presence of attributes. */
export type World = Pick<VersionPair, "before" | "after">;

/** The worlds in which a change is measured. */
export interface Worlds {
  /**
   * In the first, everyone has typical values of the attributes that declare none. In each other, everyone has one value
   * of each such attribute.
   */
  readonly all: readonly World[];
  /** False if there are more ways to choose values than worlds. */
  readonly isComplete: boolean;
  /** What the flags of all worlds read. */
  readonly reading: Reading;
  /** The attributes without declared values that have tests which some values pass and others do not; sorted. */
  readonly undecided: readonly string[];
  /** About how many comparisons one world makes for one context. */
  readonly size: number;
}

/** Returns about how many comparisons one world makes for one context. */
export function sizeOf(pair: VersionPair): number {
  return flagsOf(pair).reduce((sum, flag) => sum + evaluationCost(flag), 0);
}

/** Returns about how many comparisons it takes to choose values of the attributes that declare none. */
export function costOfWorlds(pair: VersionPair, declared: Declarations): number {
  const asked = [...attributeTests(flagsOf(pair).flatMap(servingRulesOf)).values()];
  const undeclared = asked.filter(({ attribute }) => valuesOf(declared, attribute).length === 0);
  // Each value is compared with each test, and each test adds values.
  return undeclared.reduce((sum, { tests }) => sum + tests.length * (PER_TEST + PER_TEST * tests.length), 0);
}

const PER_TEST = 10;

/** The number of comparisons that all worlds should not exceed for one context. */
const MAX_SIZE = 200_000;

export function worldsOf(pair: VersionPair, declared: Declarations): Worlds {
  const flags = flagsOf(pair);
  const matches = flags.flatMap(({ rules }) => rules.flatMap(({ when }) => matchesIn(when)));
  const asked = attributeTests(flags.flatMap(servingRulesOf));
  const size = sizeOf(pair);
  const { assignments, isComplete } = assignmentsOf(asked, matches, declared, Math.floor(MAX_SIZE / size));
  const undecided = matches.filter((match) => isUnmeasured(match, declared)).map(({ attribute }) => attribute);
  const worldOf = (outcomeOf: OutcomeOf) => worldWith(pair, flags, declared, outcomeOf);
  const all = [
    worldOf((match) => typicalOutcome(match, declared)),
    ...assignments.map((values) =>
      worldOf((match) => {
        const value = values.get(match.attribute);
        return value === undefined ? typicalOutcome(match, declared) : outcomeFor(match, value);
      }),
    ),
  ];
  return {
    all,
    isComplete,
    reading: readingOf(all),
    undecided: [...new Set(undecided)].sort(),
    size,
  };
}

function flagsOf({ before, after }: World): readonly Flag[] {
  return [...new Set([...withRequired(before), ...withRequired(after)])];
}

function outcomeFor(match: MatchCondition, value: unknown) {
  return matcher(match)({ [match.attribute]: value });
}

function worldWith(
  { before, after }: VersionPair,
  flags: readonly Flag[],
  declared: Declarations,
  outcomeOf: OutcomeOf,
): World {
  const isDeclared = (attribute: string) => valuesOf(declared, attribute).length > 0;
  const byFlag = new Map(flags.map((flag) => [flag, rewritten(flag, isDeclared, outcomeOf)]));
  const versionOf = ({ flag, all }: Version): Version => ({
    flag: flag && (byFlag.get(flag) ?? flag),
    all: new Map(
      flags.flatMap((each) => {
        const is = byFlag.get(each);
        return all.get(each.key) === each && is !== undefined ? [[each.key, is]] : [];
      }),
    ),
  });
  return { before: versionOf(before), after: versionOf(after) };
}

function readingOf(worlds: readonly World[]): Reading {
  const rules = worlds.flatMap(flagsOf).filter(({ enabled }) => enabled);
  return {
    matches: rules.flatMap((flag) => flag.rules.flatMap(({ when }) => matchesIn(when))),
    lists: rules.flatMap(({ rollout }) => {
      const who = audienceOf(rollout);
      return who.kind === "lists" ? Object.entries(who.lists) : [];
    }),
    subjects: new Set(rules.flatMap(servingRulesOf).flatMap((rule) => subjectAttribute(rule) ?? [])),
  };
}
