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

/** Which part of the history to read. */
export interface LogQuery {
  readonly folder: string;
  /** A commit, branch or tag; uncommitted changes are listed only for HEAD. */
  readonly ref: string;
  /** The current key of a flag, or the last key of a removed one; null for all flags. */
  readonly key: FlagKey | null;
  /** Only changes that affect this environment; null for all changes. */
  readonly environment: string | null;
  /** The maximum number of entries; Infinity for all. */
  readonly limit: number;
  /** The earliest time of an entry, in milliseconds since 1970. */
  readonly since: number;
  /** The tables whose audit is included, each with the environment that it serves. */
  readonly tables: readonly { readonly environment: string; readonly store: FlagStore }[];
}

/** One change: by a commit, in a table, or not committed yet. */
export interface LogEntry {
  readonly source: "git" | "table" | "work tree";
  readonly keys: readonly FlagKey[];
  /** ISO 8601; null for uncommitted changes. */
  readonly at: string | null;
  /** An email address or a database user; null for uncommitted changes. */
  readonly by: string | null;
  readonly pullRequest: number | null;
  readonly commit: string | null;
  /** The subject of the commit, or the note of the audit entry. */
  readonly subject: string | null;
  readonly meanings: readonly Meaning[];
  /** The revisions at which the change went live in each table; for an entry of the audit, its own revision. */
  readonly revisions: readonly { readonly environment: string; readonly revision: number }[];
}

/** The result of {@link readLog}. */
export interface Log {
  /** Newest first. */
  readonly entries: readonly LogEntry[];
  /** Whether older entries were left out. */
  readonly isCut: boolean;
  /** What could not be read, with the reasons. */
  readonly notes: readonly string[];
}

interface GitLog extends Log {
  /** The position of each mainline commit that was read; 0 is the newest. */
  readonly places: ReadonlyMap<string, number>;
  readonly hasFound: boolean;
}

/**
 * Reads the history of flags from git and from the audit of the tables, newest first. When one of the two is missing,
 * returns the other alone.
 *
 * @throws FlagError USAGE for a flag that neither ever had; UNKNOWN_COMMIT; GIT_FAILED; the errors of the stores
 */
export async function readLog(query: LogQuery): Promise<Log> {
  const git = await gitLog(query);
  const keys = query.key === null ? null : [...new Set([query.key, ...git.entries.flatMap(({ keys }) => keys)])];
  const logs = await Promise.all(query.tables.map(({ environment, store }) => tableLog(environment, store, keys)));
  if (query.key !== null && !git.hasFound && logs.every(({ steps }) => steps.length === 0)) {
    throw new FlagError("USAGE", `flag ${query.key} is neither in the git history nor in a table`, {
      hint: "hoist list shows all flags; hoist log without a key shows the changes to all flags",
    });
  }
  const explained = new Set<TableStep>();
  const entries = git.entries.map((entry) => withRevisions(entry, logs, git.places, explained));
  const oldest = git.isCut ? Math.min(...entries.map(({ at }) => timeOf(at))) : -Infinity;
  const unexplained = logs
    .flatMap(({ steps }) => steps)
    .filter((step) => !explained.has(step) && Date.parse(step.entry.changedAt) >= Math.max(oldest, query.since));
  const merged = inOrder(entries, unexplained.map(tableEntry));
  return {
    entries: merged.slice(0, query.limit),
    isCut: git.isCut || merged.length > query.limit || logs.some(({ isCut }) => isCut),
    notes: git.notes,
  };
}

async function gitLog(query: LogQuery): Promise<GitLog> {
  const nothing = { entries: [], isCut: false, places: new Map<string, number>(), hasFound: false };
  let repository: Repository;
  try {
    repository = await openRepository(query.folder);
    if ((await repository.describeHead()).commit === null)
      return { ...nothing, notes: ["the repository has no commits yet"] };
  } catch (error) {
    if (!(error instanceof FlagError) || error.code !== "NOT_A_REPOSITORY") throw error;
    return { ...nothing, notes: [`${error.message}; only the tables are reported`] };
  }
  const notes = (await repository.isShallow())
    ? ["this clone is shallow, so older commits are missing; to fetch them, run git fetch --unshallow"]
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
    for await (const commit of repository.mainline(tip, "flags", onCommit)) {
      if (Date.parse(commit.date) < query.since) return { entries, isCut: false, places, hasFound: true };
      if (entries.length > query.limit) return { entries, isCut: true, places, hasFound: true };
      add(await follower.steps(walk, commit.changes), ({ paths }) => {
        const { sha, date, pullRequest, subject } = commit;
        const maker = commit.madeBy(paths);
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
      walk.takeBack(commit.changes);
    }
    return { entries, isCut: false, places, hasFound: follower.hasFound() };
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

/** Returns the paths with uncommitted changes, and the contents of those files that still exist. */
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

/**
 * Adds the revision of the first sync that brought the change into each table, if that sync changed the row of the
 * flag.
 */
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

/** Returns the first synced commit that contains the change. */
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
 * Merges both histories by time. Commits keep the order of git, even when their clocks disagree. Git stores whole
 * seconds, so within the same second a commit counts as newer than an audit entry.
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

/** Returns a time in milliseconds. Infinity makes uncommitted changes the newest. */
function timeOf(at: string | null): number {
  return at === null ? Infinity : Date.parse(at);
}

function revisionOf({ revisions }: LogEntry): number {
  return revisions[0]?.revision ?? 0;
}
