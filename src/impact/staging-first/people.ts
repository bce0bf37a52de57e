import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag } from "../../core/flag/flag.ts";
import { servingRulesOf, type ServingRule } from "../../core/flag/serving-rules.ts";
import { trialValuesOf } from "../../core/logic/samples.ts";
import { attributeTests } from "../attribute-tests.ts";
import { type Attributes, contextsMeeting, type TrialValues } from "./contexts-meeting.ts";
import { subjectsOf } from "./subjects.ts";

/** The maximum number of contexts to evaluate for one flag, so that no file can stall a check. */
const MAX_PEOPLE = 20_000;

/**
 * Generates contexts that may get different answers from versions of a flag: contexts that meet a rule of one version,
 * alone or together with a rule of another, with every attribute value that the conditions distinguish, and with ids
 * between all shares. Simple contexts come first.
 */
export function* peopleFor(flags: readonly Flag[]): Iterable<EvaluationContext> {
  const rules = flags.flatMap(servingRulesOf);
  const values = new Map(Array.from(attributeTests(rules), ([name, tests]) => [name, trialValuesOf(tests)]));
  const subjects = subjectsTogether([...subjectsOf(flags)]);
  let count = 0;
  for (const attributes of attributesFor(rules, values)) {
    for (const subject of subjects) {
      yield { ...subject, ...attributes };
      count += 1;
      if (count >= MAX_PEOPLE) return;
    }
  }
}

function* attributesFor(rules: readonly ServingRule[], values: TrialValues): Iterable<Attributes> {
  const ofRules = rules.flatMap(({ name, who }) =>
    who.kind === "condition" && name !== null ? [contextsMeeting(who.when, values)] : [],
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

/** The number of ids above which not every id of one attribute is combined with every id of another. */
const MAX_SUBJECTS = 60;

/** Combines the ids of all subject attributes; the last context has no subject. */
function subjectsTogether(subjects: readonly (readonly [string, readonly string[]])[]): readonly Attributes[] {
  const all = subjects.reduce<readonly Attributes[]>(
    (some, [by, ids]) => some.flatMap((each) => ids.map((id) => ({ ...each, [by]: id }))),
    [{}],
  );
  const step = Math.max(1, Math.ceil(all.length / MAX_SUBJECTS));
  const chosen = all.length <= MAX_SUBJECTS ? all : all.filter((_, n) => n % step === 0);
  return subjects.length === 0 ? chosen : [...chosen, {}];
}
