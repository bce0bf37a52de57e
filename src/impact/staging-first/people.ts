import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { subjectsOf } from "./subjects.ts";
import { type Attributes, type Samples, samplesFor, waysToMeet } from "./ways.ts";

/** So many people are asked at most about one flag, so that no file can stall a check. */
const MOST_PEOPLE = 20_000;

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
  const subjects = subjectsTogether([...subjectsOf(flags)]);
  let asked = 0;
  for (const attributes of attributesOf(flags, lists, samples)) {
    for (const subject of subjects) {
      yield { ...subject, ...attributes };
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

/** Above so many, not every id of one attribute meets every id of another. */
const MOST_SUBJECTS = 60;

/** Ids of all subject attributes beside each other, and last nobody at all. */
function subjectsTogether(subjects: readonly (readonly [string, readonly string[]])[]): readonly Attributes[] {
  const all = subjects.reduce<readonly Attributes[]>(
    (some, [by, ids]) => some.flatMap((each) => ids.map((id) => ({ ...each, [by]: id }))),
    [{}],
  );
  const step = Math.max(1, Math.ceil(all.length / MOST_SUBJECTS));
  const chosen = all.length <= MOST_SUBJECTS ? all : all.filter((_, n) => n % step === 0);
  return subjects.length === 0 ? chosen : [...chosen, {}];
}
