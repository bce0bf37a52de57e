import type { Change } from "../core/plan/change.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { columnsOf } from "../core/row/row-codec.ts";
import { agreeInAll } from "../core/row/row.ts";
import { newestChange, type CommitInfo } from "../history/commit-info.ts";
import type { Desired } from "../source/read/desired.ts";
import { keyOfPath } from "../source/shape/key.ts";
import { CONFIG_PATH, isFlagPath } from "../source/shape/paths.ts";

/** The person who changed a flag, and the pull request: the columns `changed_by` and `notes` of the audit. */
export interface Attribution {
  readonly changedBy: string;
  readonly notes: string | null;
}

/**
 * Returns, for each changed flag, the author, pull request and subject of the last commit that changed its file or a
 * segment that it uses; for a flag without a file, those of the commit that removed it. A change that only the configuration
 * explains names the last commit that changed the configuration. Reads the history once for all changes.
 *
 * @param fallback  the attribution for a work tree, and for a change that no commit explains
 */
export async function attributionsOf(
  changes: readonly Change[],
  desired: Pick<Desired, "repository" | "commit" | "pathsOf">,
  live: string | null,
  fallback: Attribution,
): Promise<ReadonlyMap<FlagKey, Attribution>> {
  const { repository, commit } = desired;
  if (repository === null || commit === null || changes.length === 0) {
    return new Map(changes.map(({ key }) => [key, fallback]));
  }
  const removed = new Set(changes.flatMap(({ key, after }) => (after === null ? [key] : [])));
  // A file may have moved between folders before it was removed.
  const identityOf = (path: string) => {
    return isFlagPath(path) && removed.has(keyOfPath(path)) ? removedPath(keyOfPath(path)) : path;
  };
  const pathsOf = ({ key }: Change) => (removed.has(key) ? [removedPath(key)] : desired.pathsOf(key));
  const paths = new Set([...changes.flatMap(pathsOf), CONFIG_PATH]);
  const known = live !== null && (await repository.isAncestor(live, commit)) === "yes";
  const recent = await repository.lastChanges(paths, { from: known ? live : null, to: commit }, identityOf);
  const found = changes.map((change) => {
    const own = newestChange(pathsOf(change), recent);
    return [change, own ?? (isChangedInGit(change) ? recent.get(CONFIG_PATH) : undefined)] as const;
  });
  // Undoing a manual change also changes flags whose files no commit has changed since the live commit.
  const older = found.filter(([, info]) => info === undefined).flatMap(([change]) => pathsOf(change));
  const rest =
    older.length === 0 ? recent : await repository.lastChanges(older, { from: null, to: commit }, identityOf);
  return new Map(
    found.map(([change, info]) => {
      const last = attributionTo(newestChange(pathsOf(change), rest));
      return [change.key, attributionTo(info) ?? (last && withRunner(last, fallback.changedBy)) ?? fallback];
    }),
  );
}

/** Returns a path that stands for every path that the file of a removed flag ever had. */
function removedPath(key: FlagKey): string {
  return `flags/${key}.yaml`;
}

function isChangedInGit({ git: { before, after } }: Change): boolean {
  return before !== null && after !== null && !agreeInAll(columnsOf(before), columnsOf(after));
}

/** Adds the person who ran the sync: it undid a manual change, and the author of the commit changed nothing. */
function withRunner({ changedBy, notes }: Attribution, runner: string): Attribution {
  return { changedBy, notes: `${notes ?? ""}; the table was put right by ${runner}` };
}

function attributionTo(info: CommitInfo | undefined): Attribution | undefined {
  if (info === undefined) return undefined;
  const { pullRequest, subject } = info;
  const named = pullRequest !== null && !subject.includes(`#${pullRequest}`);
  return { changedBy: info.authorEmail, notes: named ? `#${pullRequest} ${subject}` : subject };
}
