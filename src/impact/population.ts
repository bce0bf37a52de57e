import type { Scalar } from "../core/flag/condition.ts";
import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { DEFAULT_BY, type Flag, WHOLE } from "../core/flag/flag.ts";
import { servingRulesOf, subjectAttribute } from "../core/flag/serving-rules.ts";
import type { AttributeTests } from "../core/logic/samples.ts";
import { operatorOf } from "../core/matcher/operators.ts";
import type { AttributeDeclaration } from "../source/shape/config-file.ts";
import { parseShare } from "../source/shape/share.ts";
import { attributeTests } from "./attribute-tests.ts";
import { type Random, seededRandom } from "./random.ts";
import { guessedValues } from "./values.ts";
import { setOwn } from "../core/own.ts";

/** The contexts for which two versions of a flag are compared. */
export interface Population {
  readonly contexts: readonly EvaluationContext[];
  readonly note: PopulationNote;
  /** The attributes whose values are all different, so that they fill buckets evenly; none in a file. */
  readonly subjects: ReadonlySet<string>;
  /** The share of people who lack an attribute, above 0 and up to 1, as declared. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Where the contexts come from, for readers of a report. */
export interface PopulationNote {
  readonly source: "generated" | "file";
  readonly size: number;
  /** The seed: the same seed, declarations and flags give the same people. Null for a file. */
  readonly seed: number | null;
  /** The file of contexts. */
  readonly file: string | null;
  /** Attributes that conditions read and that declare no values: how common their values are is a guess. */
  readonly guessed: readonly string[];
}

/** The default number of contexts, which estimates a share to within one point in 99 of 100 cases. */
export const DEFAULT_SIZE = 20_000;
export const DEFAULT_SEED = 1;

/** Draws one person's value; undefined for a person who lacks the attribute. */
type Draw = (person: number) => Scalar | undefined;

/**
 * Generates contexts from the declared attributes and from the values in conditions. Every context has every declared
 * attribute, unless `missing` says how many lack it, with one of its declared values, chosen by weight. A subject attribute (userId, or the `by` of a share)
 * without declared values is different in every context and never a listed id. For any other attribute, half of the
 * contexts get a value that some condition names, and the other half get another value. An attribute that a condition
 * tests for existence is missing in half of the contexts.
 *
 * @param flags  both versions of every flag that will be measured
 * @param size   at least 1
 */
export function generatePopulation(
  declared: ReadonlyMap<string, AttributeDeclaration>,
  flags: Iterable<Flag>,
  { size, seed }: { readonly size: number; readonly seed: number },
): Population {
  const questions = questionsOf(flags);
  const names = [...new Set([...declared.keys(), ...questions.asked.keys(), ...questions.subjects])].sort();
  const missing = missingShares(declared);
  const draws = names.map((name) => {
    return [name, orMissing(name, missing.get(name), drawOf(name, declared.get(name), questions, seed), seed)] as const;
  });
  const contexts = Array.from({ length: size }, (_, person): EvaluationContext => {
    const context: Record<string, Scalar> = {};
    for (const [name, draw] of draws) {
      const value = draw(person);
      if (value !== undefined) setOwn(context, name, value);
    }
    return context;
  });
  const guessed = names.filter((name) => isGuessed(name, declared.get(name), questions));
  const note = { source: "generated", size, seed, file: null, guessed } as const;
  const subjects = new Set([...questions.subjects].filter((name) => (declared.get(name)?.values ?? []).length === 0));
  return { contexts, note, subjects, missing };
}

/** Returns the declarations of the attributes that the flags read: no other attribute can change an answer. */
export function attributesRead(
  declared: ReadonlyMap<string, AttributeDeclaration>,
  flags: Iterable<Flag>,
): ReadonlyMap<string, AttributeDeclaration> {
  const { asked, subjects } = questionsOf(flags);
  return new Map([...declared].filter(([name]) => asked.has(name) || subjects.has(name)));
}

/** Returns the number of attributes that the flags read. */
export function countAttributes(flags: Iterable<Flag>): number {
  const { asked, subjects } = questionsOf(flags);
  return asked.size + [...subjects].filter((name) => !asked.has(name)).length;
}

/** The maximum number of values in one population. */
const MAX_VALUES = 4_000_000;

/** Returns the number of people with so many attributes that fit into memory. */
export function mostPeople(attributes: number): number {
  return Math.max(1, Math.floor(MAX_VALUES / Math.max(1, attributes)));
}

/** Returns the share of people who lack each attribute, for the attributes that declare one above 0 %. */
export function missingShares(declared: ReadonlyMap<string, AttributeDeclaration>): ReadonlyMap<string, number> {
  const shares = Array.from(
    declared,
    ([name, { missing }]) => [name, (parseShare(missing ?? "0%") ?? 0) / WHOLE] as const,
  );
  return new Map(shares.filter(([, share]) => share > 0));
}

function orMissing(name: string, share: number | undefined, draw: Draw, seed: number): Draw {
  if (share === undefined) return draw;
  const random = seededRandom(seed, `missing ${name}`);
  return (person) => {
    const value = draw(person);
    return random.next() < share ? undefined : value;
  };
}

/** The attributes that flags read from a context. */
interface Questions {
  readonly asked: ReadonlyMap<string, AttributeTests>;
  /** The subject attributes of shares and splits; always includes userId. */
  readonly subjects: ReadonlySet<string>;
}

/** Returns the attributes that flags read. A disabled flag reads none. */
function questionsOf(flags: Iterable<Flag>): Questions {
  const rules = Array.from(flags).flatMap((flag) => (flag.enabled ? servingRulesOf(flag) : []));
  const subjects = new Set([DEFAULT_BY, ...rules.map((rule) => subjectAttribute(rule) ?? DEFAULT_BY)]);
  return { asked: attributeTests(rules), subjects };
}

function drawOf(
  name: string,
  spec: AttributeDeclaration | undefined,
  { asked, subjects }: Questions,
  seed: number,
): Draw {
  // Each attribute has its own random numbers, so that another attribute does not change them.
  const random = seededRandom(seed, name);
  const values = spec?.values ?? [];
  const [first, ...others] = values;
  if (first !== undefined) return weighted([first, ...others], spec?.weights, random);
  if (subjects.has(name)) return spec?.type === "number" ? numberedSubject(random) : subject(name, seed);
  return guessing(asked.get(name) ?? { attribute: name, tests: [], ids: [] }, spec, random);
}

function weighted(
  values: readonly [Scalar, ...Scalar[]],
  weights: readonly number[] | undefined,
  random: Random,
): Draw {
  let total = 0;
  const ceilings = values.map((_, index) => (total += weights?.[index] ?? (weights === undefined ? 1 : 0)));
  if (total <= 0) return () => random.oneOf(values);
  return () => {
    const at = random.next() * total;
    return values[firstAbove(ceilings, at)] ?? values[0];
  };
}

/** Returns the index of the first number above a value. The numbers ascend. */
function firstAbove(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Generates ids that no list contains. The ids of two attributes differ, as those of users and sessions do: equal ones
 * would fall into one bucket.
 */
function subject(name: string, seed: number): Draw {
  const stem = name === DEFAULT_BY ? `made-${seed}` : `made-${seed}-${name}`;
  return (person) => `${stem}-${person}`;
}

/** Generates numeric ids: large numbers, with a different start for each attribute. */
function numberedSubject(random: Random): Draw {
  const first = 7_000_000_000_000 + Math.floor(random.next() * 1_000_000) * 1_000_000;
  return (person) => first + person;
}

function guessing(asked: AttributeTests, spec: AttributeDeclaration | undefined, random: Random): Draw {
  const { named, others } = guessedValues(asked, spec?.type);
  const sides = [named, others].filter(isFilled);
  const mayLack = asked.tests.some((test) => operatorOf(test).onLists === "presence");
  const [first, second] = sides;
  if (first === undefined) return () => undefined;
  return () => {
    if (mayLack && random.next() < 0.5) return undefined;
    return random.oneOf(second === undefined || random.next() < 0.5 ? first : second);
  };
}

function isFilled(values: readonly Scalar[]): values is readonly [Scalar, ...Scalar[]] {
  return values.length > 0;
}

/**
 * Returns whether the values are a guess. For a subject attribute they are a guess only if a condition does more than
 * compare it with ids.
 */
function isGuessed(name: string, spec: AttributeDeclaration | undefined, { asked, subjects }: Questions): boolean {
  const question = asked.get(name);
  if (question === undefined || (spec?.values ?? []).length > 0) return false;
  return !subjects.has(name) || question.tests.some(({ op }) => op !== "in" && op !== "not" && op !== "exists");
}
