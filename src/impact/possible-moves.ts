import { type Budget, take } from "../core/work.ts";
import { canonicalJson } from "../core/json.ts";
import type { Flag, VariantName } from "../core/flag/flag.ts";
import { type Audience, defaultRollout, isForEveryone, servingRule } from "../core/flag/serving-rules.ts";
import { includesAudience } from "./change-kind.ts";
import { eachCell } from "./bucket-count.ts";
import { bucketedVersion, narrowedTo, subjectsIn } from "./bucketed-version.ts";
import { flipTest, type Version, type VersionPair, withRequired } from "./version-pair.ts";

/** A change of an answer that some context may have. */
export interface PossibleMove {
  readonly from: VariantName | null;
  readonly to: VariantName | null;
}

/** An audience, and the attribute whose presence stands for it. */
interface NamedAudience {
  readonly name: string;
  readonly who: Audience;
}

/** The maximum number of different conditions: each doubles the number of cases. */
const MAX_CONDITIONS = 6;
/** The maximum number of cells of buckets in one case. */
const MAX_CELLS = 500;

/**
 * Returns every move that a change may cause: for people who meet any conditions, with and without each subject, in any
 * bucket. Conditions count as independent of each other, unless one certainly implies another, so some of the moves may
 * not occur.
 *
 * @param budget  limits the number of cases
 * @returns       undefined if there are too many cases
 */
export function possibleMoves(pair: VersionPair, budget: Budget): readonly PossibleMove[] | undefined {
  const audiences = new Map<string, NamedAudience>();
  const nameOf = (who: Audience): string => {
    const id = canonicalJson(who);
    const known = audiences.get(id) ?? { name: `audience ${audiences.size}`, who };
    audiences.set(id, known);
    return known.name;
  };
  const versions = [pair.before, pair.after].map((version) => bucketedVersion(abstracted(version, nameOf)));
  const subjects = new Set(versions.flatMap((version) => [...subjectsIn(version)]));
  const named = [...audiences.values()];
  if (named.length + subjects.size > MAX_CONDITIONS) return undefined;
  const rules = versions.flat().reduce((sum, flag) => sum + 1 + flag.rules.length, 0);
  if (!take(budget, rules * 2 ** (named.length + subjects.size))) return undefined;
  const isFlip = flipTest(pair);
  const moves = new Map<string, PossibleMove>();
  for (const met of subsetsOf([...named.map(({ name }) => name), ...subjects])) {
    if (!isConsistent(named, met, budget)) continue;
    const context = Object.fromEntries([...met].map((name) => [name, MET]));
    const narrowed = versions.map((version) => narrowedTo(version, context, () => true).version());
    const all = eachCell(
      narrowed,
      ([was, is]) => {
        const [from, to] = [was?.variant ?? null, is?.variant ?? null];
        if (isFlip(from, to)) moves.set(JSON.stringify([from, to]), { from, to });
      },
      MAX_CELLS,
    );
    if (all === undefined) return undefined;
  }
  return [...moves.values()];
}

const MET = "met";

/** Replaces every condition of a version by the presence of an attribute, the same for equal conditions. */
function abstracted(version: Version, nameOf: (who: Audience) => string): Version {
  const flags = withRequired(version).map((flag) => (flag.enabled ? abstractFlag(flag, nameOf) : flag));
  const all = new Map(flags.map((flag) => [flag.key, flag]));
  return { flag: version.flag && (all.get(version.flag.key) ?? null), all };
}

function abstractFlag(flag: Flag, nameOf: (who: Audience) => string): Flag {
  const rules = flag.rules.map((rule) => {
    const serving = servingRule(rule);
    if (isForEveryone(serving) || rule.portion?.share === 0) return rule;
    const attribute = nameOf(serving.who);
    return { ...rule, when: { op: "match", attribute, tests: [{ op: "exists", value: true }] } as const };
  });
  const { who } = defaultRollout(flag);
  if (who.kind !== "lists") return { ...flag, rules };
  return { ...flag, rules, rollout: { strategy: "whitelist", lists: { [nameOf(who)]: [MET] } } };
}

function subsetsOf(names: readonly string[]): readonly ReadonlySet<string>[] {
  return names.reduce<readonly ReadonlySet<string>[]>(
    (sets, name) => [...sets, ...sets.map((set) => new Set(set).add(name))],
    [new Set()],
  );
}

/** Returns whether no audience that is met is certainly part of one that is not met. */
function isConsistent(named: readonly NamedAudience[], met: ReadonlySet<string>, budget: Budget): boolean {
  const unmet = named.filter(({ name }) => !met.has(name));
  return named
    .filter(({ name }) => met.has(name))
    .every(({ who }) => !unmet.some((other) => includesAudience(other.who, who, budget)));
}
