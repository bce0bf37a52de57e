import { matcher } from "../../core/evaluate/matcher.ts";
import type { MatchCondition, Scalar } from "../../core/flag/condition.ts";
import type { WeightedContext } from "../profiled-flips.ts";
import type { Random } from "../random.ts";
import { type Declarations, valuesOf } from "./declarations.ts";

/** People who do not differ in any condition of the flags: they have this value, or lack the attribute. */
interface ValueClass {
  readonly value: Scalar | undefined;
  /** Their share of all people, from 0 to 1. */
  share: number;
}

/** The classes of one attribute; their shares add up to 1. */
export interface AttributeClasses {
  readonly attribute: string;
  /** Whether all its values are declared; otherwise everyone who has it has a value that nobody else has. */
  readonly isDeclared: boolean;
  readonly classes: readonly ValueClass[];
}

/** What the flags read: the matches and the lists of conditions, and the subject attributes of shares and splits. */
export interface Reading {
  readonly matches: readonly MatchCondition[];
  readonly lists: readonly (readonly [attribute: string, ids: readonly string[]])[];
  readonly subjects: ReadonlySet<string>;
}

/** The value of people who have an attribute that declares no values. */
const PRESENT = "present";

/**
 * Divides people by each attribute that the flags read. Declared values count by their weights, or equally without
 * weights; nobody lacks an attribute that declares no `missing`.
 *
 * @param missing  the share of people who lack an attribute, from 0 to 1
 */
export function classesOf(
  reading: Reading,
  declared: Declarations,
  missing: ReadonlyMap<string, number>,
): readonly AttributeClasses[] {
  const { matches, lists, subjects } = reading;
  const names = new Set([...matches.map(({ attribute }) => attribute), ...lists.map(([name]) => name), ...subjects]);
  return [...names].sort().map((attribute) => {
    const lacking = missing.get(attribute) ?? 0;
    const present = presentClasses(attribute, reading, declared).map((each) => {
      return { ...each, share: each.share * (1 - lacking) };
    });
    const isDeclared = valuesOf(declared, attribute).length > 0;
    return {
      attribute,
      isDeclared,
      classes: [...present, { value: undefined, share: lacking }].filter(({ share }) => share > 0),
    };
  });
}

function presentClasses(attribute: string, reading: Reading, declared: Declarations): readonly ValueClass[] {
  const values = valuesOf(declared, attribute);
  if (values.length === 0) return [{ value: PRESENT, share: 1 }];
  const { weights } = declared.get(attribute) ?? {};
  const heaviest = Math.max(...(weights ?? [1]));
  // Divided by the largest one first, because the sum of huge weights is not a number.
  const scaled = values.map((_, index) => (weights?.[index] ?? (weights === undefined ? 1 : 0)) / heaviest);
  const total = scaled.reduce((sum, weight) => sum + weight, 0);
  const idOf = distinguishing(attribute, reading);
  const classes = new Map<string, ValueClass>();
  for (const [index, value] of values.entries()) {
    const share = (scaled[index] ?? 0) / total;
    const id = idOf(value);
    const known = classes.get(id);
    if (known === undefined) classes.set(id, { value, share });
    else known.share += share;
  }
  return [...classes.values()];
}

/** Returns a function whose result is equal for values that the flags do not distinguish. */
function distinguishing(attribute: string, { matches, lists, subjects }: Reading): (value: Scalar) => string {
  // Each subject has its own bucket.
  if (subjects.has(attribute)) return String;
  const tests = matches.filter((match) => match.attribute === attribute).map(matcher);
  const listings = lists.filter(([name]) => name === attribute).map(([, ids]) => new Set(ids));
  return (value) => {
    const context = { [attribute]: value };
    return [...tests.map((holds) => holds(context)), ...listings.map((ids) => ids.has(String(value)))].join();
  };
}

/** Returns the number of combinations of classes. */
export function countPeople(attributes: readonly AttributeClasses[]): number {
  return attributes.reduce((product, { classes }) => product * classes.length, 1);
}

/** Returns one context for every combination of classes, with its share of all people. */
export function allPeople(attributes: readonly AttributeClasses[]): readonly WeightedContext[] {
  return attributes.reduce<readonly WeightedContext[]>(
    (people, { attribute, classes }) =>
      people.flatMap(({ context, weight }) =>
        classes.map(({ value, share }) => ({
          context: value === undefined ? context : { ...context, [attribute]: value },
          weight: weight * share,
        })),
      ),
    [{ context: {}, weight: 1 }],
  );
}

/**
 * Draws one person at random.
 *
 * @param subjectOf  returns the id of a person, for a subject attribute without declared values
 */
export function randomPerson(
  attributes: readonly AttributeClasses[],
  random: Random,
  subjectOf: (attribute: string) => string,
): WeightedContext["context"] {
  const drawnValues: [string, Scalar][] = [];
  for (const { attribute, isDeclared, classes } of attributes) {
    let left = random.next();
    const drawn = classes.find(({ share }) => (left -= share) < 0) ?? classes.at(-1);
    if (drawn?.value === undefined) continue;
    drawnValues.push([attribute, isDeclared ? drawn.value : subjectOf(attribute)]);
  }
  return Object.fromEntries(drawnValues);
}
