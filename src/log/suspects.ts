import { differences } from "../core/plan/difference.ts";
import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { type FlipQuestion, measureFlips, TOO_LARGE } from "../impact/flips.ts";
import {
  attributesRead,
  countAttributes,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  generatePopulation,
  mostPeople,
  type Population,
  type PopulationNote,
} from "../impact/population.ts";
import type { Flips } from "../impact/report.ts";
import { openRepository, type Repository } from "../history/repository.ts";
import { type Budget, workFor } from "../core/work.ts";
import type { Config } from "../source/load/config.ts";
import type { FlagStore } from "../store/store.ts";
import type { Found, ServedChange, Window } from "./suspect.ts";
import { type TableHead, suspectsOfGit } from "./suspects-git.ts";
import { suspectsOfTable } from "./suspects-table.ts";

/** Which changes to search for. */
export interface SuspectsQuery extends Window {
  readonly folder: string;
  /** The commit, branch or tag whose mainline contains the merged changes. */
  readonly ref: string;
  /** The environments to search, in the order of promotion. */
  readonly environments: readonly string[];
  /** The tables that could be opened, each with the environment that it serves. */
  readonly tables: readonly { readonly environment: string; readonly store: FlagStore }[];
  /** The declared attributes, from which people are generated. */
  readonly attributes: Config["attributes"];
}

/** A change with its effect. */
export interface Suspect extends Omit<ServedChange, "before" | "after"> {
  /** Who gets a different answer; null when that cannot be measured. */
  readonly flips: Flips | null;
  readonly undo: Undo;
}

/**
 * How to undo a change: `rollback` restores the version `previous` of the flag file (one sync may include several
 * commits); `release` ends a manual change; `switch off` disables a new flag; `revert` reverts the commit when the flag
 * file did not change or was deleted.
 */
export type Undo = "rollback" | "release" | "switch off" | "revert";

/** The combined effect of several changes to one flag. */
export interface NetEffect {
  readonly environment: string;
  readonly key: FlagKey;
  readonly changes: number;
  /** Null when the flag before or after cannot be read. */
  readonly flips: Flips | null;
}

/** The result of {@link findSuspects}. */
export interface Suspects {
  /** ISO 8601. */
  readonly since: string;
  readonly until: string;
  /** Changes that cannot be measured come first, then those with the largest share; changes that are not live yet come last. */
  readonly suspects: readonly Suspect[];
  /** The combined effect for each flag that changed more than once. */
  readonly nets: readonly NetEffect[];
  /** The newest change before the window. */
  readonly earlier: Suspect | null;
  readonly population: PopulationNote;
  /** The environments whose table could not be read. For these, only git is searched. */
  readonly withoutTable: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Finds every change of a window in every environment, manual changes included. The change that affects the most people
 * comes first.
 *
 * @throws FlagError UNKNOWN_COMMIT; GIT_FAILED; SHALLOW_CLONE; the errors of the stores
 */
export async function findSuspects(query: SuspectsQuery): Promise<Suspects> {
  const { environments, tables } = query;
  const ofTables = await Promise.all(
    tables.map(({ environment, store }) => suspectsOfTable(environment, store, query)),
  );
  const heads = new Map<string, string | null>();
  for (const { environment, store } of tables) heads.set(environment, (await store.readHead()).commit);
  const tableHeads = environments.map((environment) => ({ environment, live: heads.get(environment) }));
  const ofGit = await gitFound(query, tableHeads, ofTables);
  const found = [...ofTables, ofGit];
  const changes = found.flatMap((each) => each.changes);
  const earlier = newest(found.flatMap((each) => each.earlier ?? []));
  const measured = [...changes, ...(earlier === null ? [] : [earlier])];
  const population = peopleFor(measured, query.attributes);
  const { reports } = workFor(measured.length);
  return {
    since: new Date(query.since).toISOString(),
    until: new Date(query.until).toISOString(),
    suspects: changes.map((change) => suspectOf(change, population, reports)).sort(inOrder),
    nets: netsOf(changes, population, reports),
    earlier: earlier && suspectOf(earlier, population, reports),
    population: population.note,
    withoutTable: environments.filter((environment) => !heads.has(environment)),
    notes: found.flatMap((each) => each.notes),
  };
}

/** Searches git; without a repository, returns a note that only the tables are searched. */
async function gitFound(
  query: SuspectsQuery,
  tableHeads: readonly TableHead[],
  ofTables: readonly Found[],
): Promise<Found> {
  const nothing = (note: string): Found => ({ changes: [], earlier: null, notes: [note] });
  let repository: Repository;
  try {
    repository = await openRepository(query.folder);
  } catch (error) {
    if (!(error instanceof FlagError) || error.code !== "NOT_A_REPOSITORY") throw error;
    return nothing(`${error.message}; only the tables are reported`);
  }
  if ((await repository.describeHead()).commit === null) return nothing("the repository has no commits yet");
  if (await repository.isShallow()) return nothing("this clone is shallow; only the tables are reported");
  const wantsEarlier = ofTables.every(({ changes }) => changes.length === 0);
  const found = await suspectsOfGit(
    { folder: query.folder, repository, ref: query.ref },
    tableHeads,
    query,
    wantsEarlier,
  );
  const unknown = tableHeads
    .filter(({ live }) => live === null)
    .map(({ environment }) => {
      return `the table of ${environment} was not synced from a commit, so merged changes that are not live there cannot be listed`;
    });
  return { ...found, notes: [...found.notes, ...unknown] };
}

/**
 * The maximum number of evaluations in one search. With thousands of changes, fewer people are evaluated, which keeps
 * the search fast and widens the margins.
 */
const MAX_ANSWERS = 4_000_000;
const FEWEST_PEOPLE = 1_000;

/** The maximum number of attributes that the flags of a measured change read. A manual change can add any number. */
const MAX_ATTRIBUTES = 1_000;

function peopleFor(changes: readonly ServedChange[], declared: Config["attributes"]): Population {
  const flags = new Set(changes.filter((change) => !isTooLarge(change)).flatMap(flagsOf));
  const attributes = attributesRead(declared, flags);
  const affordable = Math.max(FEWEST_PEOPLE, Math.floor(MAX_ANSWERS / Math.max(1, changes.length)));
  const size = Math.min(DEFAULT_SIZE, affordable, mostPeople(countAttributes(flags)));
  return generatePopulation(attributes, flags, { size, seed: DEFAULT_SEED });
}

type ChangedVersions = Pick<ServedChange, "before" | "after">;

function flagsOf({ before, after }: ChangedVersions): readonly Flag[] {
  return [...before.all.values(), ...after.all.values()];
}

function isTooLarge(change: ChangedVersions): boolean {
  return countAttributes(flagsOf(change)) > MAX_ATTRIBUTES;
}

function flipsOf(question: FlipQuestion): Flips {
  return isTooLarge(question) ? TOO_LARGE : measureFlips(question);
}

function suspectOf(change: ServedChange, population: Population, budget: Budget): Suspect {
  const { before, after, ...facts } = change;
  const { key, problem } = change;
  const flips = problem === null ? flipsOf({ key, before, after, population, budget }) : null;
  return { ...facts, flips, undo: undoOf(change) };
}

function undoOf({ source, before, after }: ServedChange): Undo {
  if (source === "by hand") return "release";
  if (after.flag === null) return "revert";
  if (before.flag === null) return "switch off";
  const found = differences(before.flag, after.flag);
  return found.length > 0 && found.every(({ kind }) => kind === "segment") ? "revert" : "rollback";
}

/** Measures the combined effect of all live changes to each flag. */
function netsOf(changes: readonly ServedChange[], population: Population, budget: Budget): readonly NetEffect[] {
  const live = changes.filter(({ isLive }) => isLive !== false);
  const groups = Map.groupBy(live, ({ environment, key }) => `${environment} ${key}`);
  return [...groups.values()].flatMap((group) => {
    const inTime = group.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.revision ?? 0) - (b.revision ?? 0));
    const [first, last] = [inTime[0], inTime.at(-1)];
    if (first === undefined || last === undefined || group.length < 2) return [];
    const { environment, key } = first;
    const isReadable = first.problem === null && last.problem === null;
    const flips = isReadable ? flipsOf({ key, before: first.before, after: last.after, population, budget }) : null;
    return [{ environment, key, changes: group.length, flips }];
  });
}

function newest(changes: readonly ServedChange[]): ServedChange | null {
  return changes.reduce<ServedChange | null>(
    (last, change) => (last === null || timeOf(change) > timeOf(last) ? change : last),
    null,
  );
}

/** Compares suspects by rank, then by share; among equal shares, the newest comes first. */
function inOrder(a: Suspect, b: Suspect): number {
  return (
    rankOf(a) - rankOf(b) || shareOf(b) - shareOf(a) || timeOf(b) - timeOf(a) || (b.revision ?? 0) - (a.revision ?? 0)
  );
}

function rankOf({ problem, isLive }: Suspect): number {
  if (isLive === false) return 2;
  return problem === null ? 1 : 0;
}

function shareOf({ flips }: Suspect): number {
  return flips?.flipped.share ?? 0;
}

function timeOf({ at }: { readonly at: string }): number {
  return Date.parse(at);
}
