import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { MainlineCommit } from "../history/mainline.ts";
import { openRepository, type Repository } from "../history/repository.ts";
import { readWorkTree } from "../source/read/work-tree.ts";
import type { FlagStore } from "../store/store.ts";
import { followAll, followOne, type FlagStep, treeWalk } from "./log-git.ts";
import type { Meaning } from "./log-meaning.ts";
import { type TableLog, type TableStep, tableLog } from "./log-table.ts";
import { versionsOf } from "../source/read/versions.ts";

export interface LogQuery {
  readonly folder: string;
  /** A commit, branch or tag; uncommitted changes are listed only for HEAD. */
  readonly ref: string;
  /** One flag, by its name now or when it was there; null for all. */
  readonly key: FlagKey | null;
  /** Only what concerns this environment; null for all. */
  readonly environment: string | null;
  /** The most entries; Infinity for all. */
  readonly limit: number;
  /** Nothing older, in milliseconds since 1970. */
  readonly since: number;
  /** Tables to merge in, each with the environment that it serves. */
  readonly tables: readonly { readonly environment: string; readonly store: FlagStore }[];
}

export interface LogEntry {
  readonly source: "git" | "table" | "work tree";
  readonly keys: readonly FlagKey[];
  /** ISO 8601; null for what is not committed. */
  readonly at: string | null;
  /** A mail address, or a name of the database; null for what is not committed. */
  readonly by: string | null;
  readonly pullRequest: number | null;
  readonly commit: string | null;
  /** The commit's first line, or the note of a hand edit. */
  readonly subject: string | null;
  readonly meanings: readonly Meaning[];
  /** Where the audit tells that it is live, or was; of a table's own entry, its revision. */
  readonly revisions: readonly { readonly environment: string; readonly revision: number }[];
}

export interface Log {
  /** Newest first. */
  readonly entries: readonly LogEntry[];
  /** There is more, older. */
  readonly isCut: boolean;
  /** What could not be read, and why. */
  readonly notes: readonly string[];
}

interface GitLog extends Log {
  /** Place of each commit of the main line, as far as it was walked. */
  readonly places: ReadonlyMap<string, number>;
  readonly hasMet: boolean;
}

/**
 * What happened to flags: git's history in the flags' own words, merged with the audit of the tables. Each of the two is
 * told alone where the other is missing.
 *
 * @throws FlagError USAGE for a flag that neither ever had; UNKNOWN_COMMIT; GIT_FAILED; the stores' own
 */
export async function readLog(query: LogQuery): Promise<Log> {
  const git = await gitLog(query);
  const keys = query.key === null ? null : [...new Set([query.key, ...git.entries.flatMap(({ keys }) => keys)])];
  const logs = await Promise.all(query.tables.map(({ environment, store }) => tableLog(environment, store, keys)));
  if (query.key !== null && !git.hasMet && logs.every(({ steps }) => steps.length === 0)) {
    throw new FlagError("USAGE", `neither the history nor a table ever had a flag ${query.key}`, {
      hint: "hoist list shows the flags; hoist log without a key, what happened to all of them",
    });
  }
  const explained = new Set<TableStep>();
  const entries = git.entries.map((entry) => withRevisions(entry, logs, git.places, explained));
  const oldest = git.isCut ? Math.min(...entries.map(({ at }) => timeOf(at))) : -Infinity;
  const told = logs
    .flatMap(({ steps }) => steps)
    .filter((step) => !explained.has(step) && Date.parse(step.entry.changedAt) >= Math.max(oldest, query.since));
  const merged = inOrder(entries, told.map(tableEntry));
  return {
    entries: merged.slice(0, query.limit),
    isCut: git.isCut || merged.length > query.limit || logs.some(({ isCut }) => isCut),
    notes: git.notes,
  };
}

async function gitLog(query: LogQuery): Promise<GitLog> {
  const nothing = { entries: [], isCut: false, places: new Map<string, number>(), hasMet: false };
  let repository: Repository;
  try {
    repository = await openRepository(query.folder);
    if ((await repository.describeHead()).commit === null) return { ...nothing, notes: ["git has no commit yet"] };
  } catch (error) {
    if (!(error instanceof FlagError) || error.code !== "NOT_A_REPOSITORY") throw error;
    return { ...nothing, notes: [`${error.message}: only the tables are reported`] };
  }
  const notes = (await repository.isShallow())
    ? ["this clone has only part of the history: what is older is missing; get it with git fetch --unshallow"]
    : [];
  return { ...(await walked(repository, query)), notes };
}

async function walked(repository: Repository, query: LogQuery): Promise<Omit<GitLog, "notes">> {
  const tip = await repository.resolve(query.ref);
  const entries: LogEntry[] = [];
  const places = new Map<string, number>();
  const onCommit = ({ commit, place }: MainlineCommit) => void places.set(commit.sha, place);
  const { changed, loose } = await uncommitted(repository, query);
  const blobs = repository.openBlobs();
  try {
    const versions = versionsOf(blobs, loose);
    const follower = query.key === null ? followAll(versions) : followOne(query.key, versions);
    const walk = treeWalk(await repository.fileIds(tip, "flags"));
    const add = (steps: readonly FlagStep[], rest: (step: FlagStep) => Omit<LogEntry, "keys" | "meanings">) => {
      for (const step of steps) {
        const meanings = concerning(step.meanings, query.environment);
        if (meanings.length > 0) entries.push({ ...rest(step), keys: step.keys, meanings });
      }
    };
    const pending = changed.map((path) => {
      return { path, before: walk.after.idOf(path) ?? null, after: loose.has(path) ? path : null };
    });
    if (pending.length > 0) {
      walk.takeBack(pending.map(({ path, before, after }) => ({ path, before: after, after: before })));
      add(await follower.steps(walk, pending), () => UNCOMMITTED);
      walk.takeBack(pending);
    }
    for await (const landing of repository.mainline(tip, "flags", onCommit)) {
      if (Date.parse(landing.date) < query.since) return { entries, isCut: false, places, hasMet: true };
      if (entries.length > query.limit) return { entries, isCut: true, places, hasMet: true };
      add(await follower.steps(walk, landing.changes), ({ paths }) => {
        const { sha, date, pullRequest, subject } = landing;
        const maker = landing.madeBy(paths);
        return {
          source: "git",
          at: date,
          by: maker.authorEmail,
          pullRequest: pullRequest ?? maker.pullRequest,
          commit: sha,
          subject,
          revisions: [],
        };
      });
      walk.takeBack(landing.changes);
    }
    return { entries, isCut: false, places, hasMet: follower.hasMet() };
  } finally {
    await blobs.close();
  }
}

const UNCOMMITTED: Omit<LogEntry, "keys" | "meanings"> = {
  source: "work tree",
  at: null,
  by: null,
  pullRequest: null,
  commit: null,
  subject: null,
  revisions: [],
};

/** Paths that are changed and not committed, and the contents of those that are still there, by path. */
async function uncommitted(
  repository: Repository,
  { folder, ref }: LogQuery,
): Promise<{ readonly changed: readonly string[]; readonly loose: ReadonlyMap<string, Uint8Array> }> {
  const changed = ref === "HEAD" ? await repository.changedFiles("flags") : [];
  if (changed.length === 0) return { changed, loose: new Map() };
  const files = (await readWorkTree(folder)).filter(({ path, kind }) => kind === "file" && changed.includes(path));
  return { changed, loose: new Map(files.map(({ path, bytes }) => [path, bytes])) };
}

function concerning(meanings: readonly Meaning[], environment: string | null): readonly Meaning[] {
  if (environment === null) return meanings;
  return meanings.filter(({ environments }) => environments.length === 0 || environments.includes(environment));
}

/** With the revision of the first sync that brought the step into each table, where that sync changed the flag's row. */
function withRevisions(
  entry: LogEntry,
  logs: readonly TableLog[],
  places: ReadonlyMap<string, number>,
  explained: Set<TableStep>,
): LogEntry {
  const place = entry.commit === null ? undefined : places.get(entry.commit);
  if (place === undefined) return entry;
  const revisions = logs.flatMap((log) => {
    const changes = entry.meanings.some(
      ({ environments, changesRow }) =>
        changesRow && (environments.length === 0 || environments.includes(log.environment)),
    );
    const commit = changes ? firstSyncOf(place, log, places) : undefined;
    const found = log.steps.filter((step) => step.commit === commit && entry.keys.includes(step.entry.key));
    if (commit === undefined || found.length === 0) return [];
    for (const step of found) explained.add(step);
    return [{ environment: log.environment, revision: Math.max(...found.map((step) => step.entry.revision)) }];
  });
  return { ...entry, revisions };
}

/** The synced commit that is nearest to the step, at it or after it. */
function firstSyncOf(place: number, { syncs }: TableLog, places: ReadonlyMap<string, number>): string | undefined {
  let nearest: { readonly commit: string; readonly place: number } | undefined;
  for (const commit of syncs) {
    const at = places.get(commit);
    if (at !== undefined && at <= place && (nearest === undefined || at > nearest.place))
      nearest = { commit, place: at };
  }
  return nearest?.commit;
}

function tableEntry({ environment, entry, text, commit }: TableStep): LogEntry {
  const { key, changedAt, changedBy, notes, revision } = entry;
  return {
    source: "table",
    keys: [key],
    at: changedAt,
    by: changedBy,
    pullRequest: null,
    commit,
    subject: notes,
    meanings: [{ environments: [environment], text, changesRow: true }],
    revisions: [{ environment, revision }],
  };
}

/**
 * Git's own order is kept, whatever its clocks say; the table's entries go where their time is. Git knows whole seconds only: of
 * what happened in the same one the commit is shown as the newer, which is true of everything that led to it.
 */
function inOrder(git: readonly LogEntry[], table: readonly LogEntry[]): readonly LogEntry[] {
  const rest = [...table].sort((a, b) => timeOf(b.at) - timeOf(a.at) || revisionOf(b) - revisionOf(a));
  const merged: LogEntry[] = [];
  for (const entry of git) {
    while (rest[0] !== undefined && secondOf(rest[0]) > secondOf(entry)) merged.push(...rest.splice(0, 1));
    merged.push(entry);
  }
  return [...merged, ...rest];
}

function secondOf({ at }: LogEntry): number {
  return Math.floor(timeOf(at) / 1000);
}

/** What is not committed is newer than everything. */
function timeOf(at: string | null): number {
  return at === null ? Infinity : Date.parse(at);
}

function revisionOf({ revisions }: LogEntry): number {
  return revisions[0]?.revision ?? 0;
}
