import { differences } from "../core/plan/difference.ts";
import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { measureFlips } from "../impact/flips.ts";
import {
  DEFAULT_SEED,
  DEFAULT_SIZE,
  generatePopulation,
  type Population,
  type PopulationNote,
} from "../impact/population.ts";
import type { Flips } from "../impact/report.ts";
import { openRepository, type Repository } from "../history/repository.ts";
import type { Config } from "../source/load/config.ts";
import type { FlagStore } from "../store/store.ts";
import type { Found, ServedChange, Window } from "./suspect.ts";
import { type Asked, suspectsOfGit } from "./suspects-git.ts";
import { suspectsOfTable } from "./suspects-table.ts";

export interface SuspectsQuery extends Window {
  readonly folder: string;
  /** A commit, branch or tag: whose main line tells what was merged. */
  readonly ref: string;
  /** Those that are looked at, in the order of promotion. */
  readonly environments: readonly string[];
  /** Tables that could be opened, each with the environment that it serves. */
  readonly tables: readonly { readonly environment: string; readonly store: FlagStore }[];
  /** What people are made from. */
  readonly attributes: Config["attributes"];
}

/** A change, and for whom it changed the answer; null where that cannot be measured. */
export interface Suspect extends Omit<ServedChange, "before" | "after"> {
  readonly flips: Flips | null;
  readonly undo: Undo;
}

/**
 * How a change is undone: `rollback` of the flag's file to `previous` (one sync may include several of its commits); `release`
 * of a manual change; `switch off` for a flag that is new; `revert` of the commit where the flag's file did not change, or is
 * gone.
 */
export type Undo = "rollback" | "release" | "switch off" | "revert";

/** The combined effect of several changes of one flag. */
export interface NetEffect {
  readonly environment: string;
  readonly key: FlagKey;
  readonly changes: number;
  /** Null where one of its ends cannot be read. */
  readonly flips: Flips | null;
}

export interface Suspects {
  /** ISO 8601. */
  readonly since: string;
  readonly until: string;
  /** Changes that cannot be measured first, then the largest share; changes that are not live yet last. */
  readonly suspects: readonly Suspect[];
  /** Only of flags that changed more than once. */
  readonly nets: readonly NetEffect[];
  /** The newest change before the window. */
  readonly earlier: Suspect | null;
  readonly population: PopulationNote;
  /** Environments whose table could not be read: their changes are those of git. */
  readonly withoutTable: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Finds every change and manual change of a window in every environment, the largest share of people with a different
 * answer first.
 *
 * @throws FlagError UNKNOWN_COMMIT; GIT_FAILED; SHALLOW_CLONE; the stores' own
 */
export async function findSuspects(query: SuspectsQuery): Promise<Suspects> {
  const { environments, tables } = query;
  const ofTables = await Promise.all(
    tables.map(({ environment, store }) => suspectsOfTable(environment, store, query)),
  );
  const heads = new Map<string, string | null>();
  for (const { environment, store } of tables) heads.set(environment, (await store.readHead()).commit);
  const asked = environments.map((environment) => ({ environment, live: heads.get(environment) }));
  const ofGit = await gitFound(query, asked, ofTables);
  const found = [...ofTables, ofGit];
  const changes = found.flatMap((each) => each.changes);
  const earlier = newest(found.flatMap((each) => each.earlier ?? []));
  const measured = [...changes, ...(earlier === null ? [] : [earlier])];
  const population = peopleFor(measured, query.attributes);
  return {
    since: new Date(query.since).toISOString(),
    until: new Date(query.until).toISOString(),
    suspects: changes.map((change) => suspectOf(change, population)).sort(inOrder),
    nets: netsOf(changes, population),
    earlier: earlier && suspectOf(earlier, population),
    population: population.note,
    withoutTable: environments.filter((environment) => !heads.has(environment)),
    notes: found.flatMap((each) => each.notes),
  };
}

/** Without a repository, only the tables are reported. */
async function gitFound(query: SuspectsQuery, asked: readonly Asked[], ofTables: readonly Found[]): Promise<Found> {
  const nothing = (note: string): Found => ({ changes: [], earlier: null, notes: [note] });
  let repository: Repository;
  try {
    repository = await openRepository(query.folder);
  } catch (error) {
    if (!(error instanceof FlagError) || error.code !== "NOT_A_REPOSITORY") throw error;
    return nothing(`${error.message}: only the tables are reported`);
  }
  if ((await repository.describeHead()).commit === null) return nothing("git has no commit yet");
  if (await repository.isShallow())
    return nothing("this clone has only part of the history: only the tables are reported");
  const wantsEarlier = ofTables.every(({ changes }) => changes.length === 0);
  const found = await suspectsOfGit({ folder: query.folder, repository, ref: query.ref }, asked, query, wantsEarlier);
  const unknown = asked
    .filter(({ live }) => live === null)
    .map(({ environment }) => {
      return `the table of ${environment} was not synced from a commit: merged changes that are not live there cannot be listed`;
    });
  return { ...found, notes: [...found.notes, ...unknown] };
}

/** With thousands of changes, as after a first sync, fewer people are evaluated: it takes seconds, with larger margins. */
const MAX_ANSWERS = 4_000_000;
const FEWEST_PEOPLE = 1_000;

function peopleFor(changes: readonly ServedChange[], attributes: Config["attributes"]): Population {
  const flags = new Set(changes.flatMap(({ before, after }) => [...before.all.values(), ...after.all.values()]));
  const size = Math.max(FEWEST_PEOPLE, Math.min(DEFAULT_SIZE, Math.floor(MAX_ANSWERS / Math.max(1, changes.length))));
  return generatePopulation(attributes, flags, { size, seed: DEFAULT_SEED });
}

function suspectOf(change: ServedChange, population: Population): Suspect {
  const { before, after, ...told } = change;
  const { key, problem } = change;
  const flips = problem === null ? measureFlips({ key, before, after, population }) : null;
  return { ...told, flips, undo: undoOf(change) };
}

function undoOf({ source, before, after }: ServedChange): Undo {
  if (source === "by hand") return "release";
  if (after.flag === null) return "revert";
  if (before.flag === null) return "switch off";
  const told = differences(before.flag, after.flag);
  return told.length > 0 && told.every(({ kind }) => kind === "segment") ? "revert" : "rollback";
}

/** Compares the flag before the first and after the last of its live changes. */
function netsOf(changes: readonly ServedChange[], population: Population): readonly NetEffect[] {
  const live = changes.filter(({ isLive }) => isLive !== false);
  const groups = Map.groupBy(live, ({ environment, key }) => `${environment} ${key}`);
  return [...groups.values()].flatMap((group) => {
    const inTime = group.toSorted((a, b) => timeOf(a) - timeOf(b) || (a.revision ?? 0) - (b.revision ?? 0));
    const [first, last] = [inTime[0], inTime.at(-1)];
    if (first === undefined || last === undefined || group.length < 2) return [];
    const { environment, key } = first;
    const isReadable = first.problem === null && last.problem === null;
    const flips = isReadable ? measureFlips({ key, before: first.before, after: last.after, population }) : null;
    return [{ environment, key, changes: group.length, flips }];
  });
}

function newest(changes: readonly ServedChange[]): ServedChange | null {
  return changes.reduce<ServedChange | null>(
    (last, change) => (last === null || timeOf(change) > timeOf(last) ? change : last),
    null,
  );
}

/** Among equal shares, the newest comes first. */
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
