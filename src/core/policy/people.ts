import type { EvaluationContext } from "../evaluation.ts";
import type { Flag } from "../flag.ts";
import { subjectsOf } from "./subjects.ts";
import { type Attributes, type Samples, samplesFor, waysToMeet } from "./ways.ts";

/** So many people are asked at most about one flag, so that no file can stall a check. */
const MOST_PEOPLE = 60_000;

/**
 * People whom versions of a flag may tell apart: whoever meets a line of one of them, alone or together with a line of
 * another, with each attribute varied through everything that the conditions distinguish, and with ids between all shares.
 * Plain ones first.
 */
export function* peopleFor(flags: readonly Flag[]): Iterable<EvaluationContext> {
  const conditions = flags.flatMap(({ rules }) => rules.map(({ when }) => when));
  const lists = flags.flatMap(({ rollout }) => {
    if (rollout.strategy === "whitelist") return [rollout.lists];
    return rollout.strategy === "role" ? [{ userRole: rollout.roles }] : [];
  });
  const samples = samplesFor(conditions, lists);
  const subjects = [...subjectsOf(flags)];
  const longest = Math.max(1, ...subjects.map(([, ids]) => ids.length));
  let asked = 0;
  for (const attributes of attributesOf(flags, lists, samples)) {
    for (let n = 0; n < longest; n += 1) {
      yield { ...subjectAt(subjects, n), ...attributes };
      asked += 1;
      if (asked >= MOST_PEOPLE) return;
    }
  }
}

function* attributesOf(
  flags: readonly Flag[],
  lists: readonly Readonly<Record<string, readonly string[]>>[],
  samples: Samples,
): Iterable<Attributes> {
  const ofRules = flags.flatMap(({ rules }) => rules.map(({ when }) => waysToMeet(when, samples)));
  const ofLists = lists.flatMap((list) =>
    Object.entries(list).map(([name, ids]): readonly Attributes[] => ids.map((id) => ({ [name]: id }))),
  );
  const ways = [[{}], ...ofRules, ...ofLists].filter((each) => each.length > 0);
  const firsts = ways.map(([first = {}]) => first);
  yield* ways.flat();
  for (const one of firsts) for (const other of firsts) yield { ...one, ...other };
  for (const first of firsts) {
    for (const [name, values] of samples) for (const value of values) yield { ...first, [name]: value };
  }
}

function subjectAt(subjects: readonly (readonly [string, readonly string[]])[], n: number): Attributes {
  return Object.fromEntries(subjects.map(([by, ids]) => [by, ids[n % Math.max(1, ids.length)]]));
}
