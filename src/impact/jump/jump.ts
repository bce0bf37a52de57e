import { type Budget, takeIfLeft, withShare } from "../../core/work.ts";
import type { DecidedBy } from "../../core/describe/decided-by.ts";
import { missingShares } from "../population.ts";
import type { VersionPair } from "../version-pair.ts";
import { type AttributeClasses, classesOf, type Reading } from "./classes.ts";
import { countedJump } from "./counted-jump.ts";
import type { Declarations } from "./declarations.ts";
import { estimatedJump } from "./estimated-jump.ts";
import { costOfWorlds, sizeOf, type Worlds, worldsOf } from "./worlds.ts";

/** The percentage of subjects whose answer changes to anything other than the off variant with its value unchanged. */
export interface Jump {
  /**
   * From 0 to 100, with at most three decimals. The upper end of the margin if the figure is an estimate; 100 if the
   * change is too large to measure.
   */
  readonly points: number;
  readonly method: "exact" | "estimated" | "too-large";
  /** The attributes without declared values whose tests could add people to the figure; sorted by name. */
  readonly notMeasured: readonly string[];
  /** What decides most of the new answers; null if nobody gets one, or it is unknown. */
  readonly decidedBy: DecidedBy | null;
}

const TOO_LARGE: Jump = { points: 100, method: "too-large", notMeasured: [], decidedBy: null };

/**
 * Measures the jump of one flag. Roles and declared values count by their weights. A test of an attribute that declares
 * no values counts as everyone if all values pass it, and otherwise as nobody; lists of such values count as nobody. If an answer
 * changes whatever the values of such attributes are, it counts. Where a condition tests the presence of an attribute that
 * declares no share of people who lack it, everyone may lack it, and the larger jump counts. The result depends on nothing but the arguments.
 *
 * @param pair    two versions that both exist
 * @param budget  limits the work; a change for which too little is left is not measured
 */
export function jumpOf(pair: VersionPair, declared: Declarations, budget: Budget): Jump {
  return withShare(budget, MOST_STEPS, (share) => measuredJump(pair, declared, share));
}

/** The maximum number of steps for one flag. */
const MOST_STEPS = 15_000_000;

function measuredJump(pair: VersionPair, declared: Declarations, budget: Budget): Jump {
  if (!takeIfLeft(budget, sizeOf(pair) * PREPARING)) return TOO_LARGE;
  if (!takeIfLeft(budget, costOfWorlds(pair, declared))) return TOO_LARGE;
  const worlds = worldsOf(pair, declared);
  const missing = missingShares(declared);
  return missingCases(worlds.reading, missing)
    .map((each) => jumpIn(pair, worlds, classesOf(worlds.reading, declared, each), budget))
    .reduce((most, other) => (other.points > most.points ? other : most));
}

/**
 * Returns the shares of people who may lack each attribute. A condition that tests the presence of an attribute may serve
 * people who lack it, and without a declared share nobody knows how many they are: both nobody and everybody may lack it.
 */
function missingCases({ matches }: Reading, missing: ReadonlyMap<string, number>): readonly (typeof missing)[] {
  const tested = matches.filter(({ tests }) => tests.some(({ op }) => op === "exists"));
  const unknown = [...new Set(tested.map(({ attribute }) => attribute))].filter((name) => !missing.has(name)).sort();
  const cases = unknown.length <= MAX_SUBSETS ? subsetsOf(unknown) : [[], unknown, ...unknown.map((name) => [name])];
  return cases.map((lacked) => new Map([...missing, ...lacked.map((name) => [name, 1] as const)]));
}

/** The maximum number of attributes for which every set of lacked attributes is measured. */
const MAX_SUBSETS = 3;

function subsetsOf(names: readonly string[]): readonly (readonly string[])[] {
  return names.reduce<readonly (readonly string[])[]>(
    (sets, name) => [...sets, ...sets.map((set) => [...set, name])],
    [[]],
  );
}

function jumpIn(pair: VersionPair, worlds: Worlds, people: readonly AttributeClasses[], budget: Budget): Jump {
  const counted = countedJump(pair, worlds, people, budget);
  const found = counted ?? estimatedJump(pair, worlds, people, budget);
  if (found === undefined) return TOO_LARGE;
  return {
    points: found.points,
    method: counted === undefined ? "estimated" : "exact",
    notMeasured: found.couldBeMore || !worlds.isComplete ? worlds.undecided : [],
    decidedBy: found.decidedBy,
  };
}

/** The work of preparing one rule or one match, in evaluated tests. */
const PREPARING = 100;
