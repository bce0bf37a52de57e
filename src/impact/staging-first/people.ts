import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Budget } from "../../core/work.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { servingRulesOf, type ServingRule } from "../../core/flag/serving-rules.ts";
import { trialValuesOf } from "../../core/logic/samples.ts";
import { seededRandom } from "../random.ts";
import { attributeTests } from "../attribute-tests.ts";
import { type Attributes, contextsMeeting, type TrialValues } from "./contexts-meeting.ts";
import { subjectsOf } from "./subjects.ts";

/** The maximum number of contexts to evaluate for one flag, so that no file can stall a check. */
const MAX_PEOPLE = 20_000;

/**
 * Generates contexts that may get different answers from versions of a flag: contexts that meet a rule of one version,
 * alone or together with a rule of another, with every attribute value that the conditions distinguish, and with ids
 * between all shares. Simple contexts come first. When the budget is spent, fewer are generated.
 */
export function* peopleFor(flags: readonly Flag[], budget: Budget): Iterable<EvaluationContext> {
  const rules = flags.flatMap(servingRulesOf);
  const values = new Map(Array.from(attributeTests(rules), ([name, tests]) => [name, trialValuesOf(tests)]));
  const subjects = subjectsTogether([...subjectsOf(flags, budget)].filter(([, ids]) => ids.length > 0));
  let count = 0;
  for (const attributes of attributesFor(rules, values, budget)) {
    for (const subject of subjects) {
      yield { ...subject, ...attributes };
      count += 1;
      if (count >= MAX_PEOPLE) return;
    }
  }
}

function* attributesFor(rules: readonly ServingRule[], values: TrialValues, budget: Budget): Iterable<Attributes> {
  const ofRules = rules.flatMap(({ name, who }) =>
    who.kind === "condition" && name !== null ? [contextsMeeting(who.when, values, budget)] : [],
  );
  const ofLists = rules.flatMap(({ who }) =>
    who.kind === "lists" ? Object.entries(who.lists).map(([name, ids]) => ids.map((id) => ({ [name]: id }))) : [],
  );
  const groups = [[{}], ...ofRules, ...ofLists].filter((group) => group.length > 0);
  const firsts = groups.map(([first = {}]) => first);
  yield* groups.flat();
  for (const one of firsts) for (const other of firsts) yield { ...one, ...other };
  for (const first of firsts) {
    for (const [name, some] of values) for (const value of some) yield { ...first, [name]: value };
  }
}

/** The maximum number of combinations of ids. */
const MAX_SUBJECTS = 60;

/**
 * Combines the ids of all subject attributes; the last context has no subject. If there are too many combinations, some
 * are chosen before any is made: every id of every attribute as far as possible, and each with changing others.
 */
function subjectsTogether(subjects: readonly (readonly [string, readonly string[]])[]): readonly Attributes[] {
  const count = subjects.reduce((product, [, ids]) => product * ids.length, 1);
  const chosen = count <= MAX_SUBJECTS ? combinationsOf(subjects) : someOf(subjects);
  return subjects.length === 0 ? chosen : [...chosen, {}];
}

type Subjects = Parameters<typeof subjectsTogether>[0];

function combinationsOf(subjects: Subjects): readonly Attributes[] {
  return subjects.reduce<readonly Attributes[]>(
    (some, [by, ids]) => some.flatMap((each) => ids.map((id) => ({ ...each, [by]: id }))),
    [{}],
  );
}

function someOf(subjects: Subjects): readonly Attributes[] {
  const randoms = subjects.map(([by]) => seededRandom(1, by));
  return Array.from({ length: MAX_SUBJECTS }, (_, n) => {
    const entries = subjects.map(([by, ids], index): readonly [string, string | undefined] => {
      const inOrder = ids.length > MAX_SUBJECTS ? Math.floor((n * ids.length) / MAX_SUBJECTS) : n % ids.length;
      const atRandom = Math.floor((randoms[index]?.next() ?? 0) * ids.length);
      // The first attribute takes its ids in order, so that all of them occur.
      return [by, ids[index === 0 ? inOrder : atRandom]];
    });
    return Object.fromEntries(entries);
  });
}
