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
  /** The number of rules and matches of one world. */
  readonly size: number;
}

/** Returns the number of rules and matches of both versions and of all flags that they require. */
export function sizeOf(pair: VersionPair): number {
  const parts = flagsOf(pair).map(({ rules }) => rules.map(({ when }) => 1 + matchesIn(when).length));
  return parts.reduce((sum, rules) => rules.reduce((all, count) => all + count, sum + 1), 0);
}

export function worldsOf(pair: VersionPair, declared: Declarations): Worlds {
  const flags = flagsOf(pair);
  const matches = flags.flatMap(({ rules }) => rules.flatMap(({ when }) => matchesIn(when)));
  const asked = attributeTests(flags.flatMap(servingRulesOf));
  const { assignments, isComplete } = assignmentsOf(asked, matches, declared);
  const undecided = matches.filter((match) => isUnmeasured(match, declared)).map(({ attribute }) => attribute);
  const worldOf = (outcomeOf: OutcomeOf) => worldWith(pair, flags, declared, outcomeOf);
  const all = [
    worldOf((match) => typicalOutcome(match, declared)),
    ...assignments.map((values) => worldOf((match) => outcomeFor(match, values.get(match.attribute)))),
  ];
  return {
    all,
    isComplete,
    reading: readingOf(all),
    undecided: [...new Set(undecided)].sort(),
    size: sizeOf(pair),
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
