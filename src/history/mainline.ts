import { type FileChange, type LoggedCommit, walkCommits } from "./commit-log.ts";
import type { Git } from "./git.ts";
import { commitInfo, type CommitInfo, type Landing, landingsFrom } from "./last-changes.ts";

/** One step of the main line that changed something: a commit made on it, or a merge with the commits that it brought in. */
export interface LandedChange {
  /** Of the main line. */
  readonly sha: string;
  /** From 0, the newest commit of the line; commits that changed nothing here are counted too. */
  readonly place: number;
  /** When it landed, ISO 8601 with the committer's offset. */
  readonly date: string;
  readonly subject: string;
  readonly pullRequest: number | null;
  /** Against the first parent: what changed on the main line, each path once. */
  readonly changes: readonly FileChange[];
  /** Who changed those paths: the newest commit that the merge brought in and that touched one of them, else itself. */
  readonly madeBy: (paths: ReadonlySet<string>) => CommitInfo;
}

/** A commit of the line of first parents, whether it changed something or not. */
export interface LineCommit {
  readonly sha: string;
  readonly place: number;
}

/**
 * The steps of the line of first parents that changed something below `folder`, newest first, from one git process that
 * ends when the caller stops asking. Merges count once, as what they changed on the line.
 *
 * @param folder relative to the opened one
 * @param onLine told of every commit of the line, in its order, at the latest just before the step is handed out
 */
export async function* walkLandings(
  git: Git,
  to: string,
  folder: string,
  onLine: (commit: LineCommit) => void,
): AsyncGenerator<LandedChange, void, undefined> {
  const landings = landingsFrom(to);
  const waiting: { readonly landing: Landing; readonly brought: LoggedCommit[] }[] = [];
  for await (const commit of walkCommits(git, { from: null, to }, folder)) {
    const { landing, isLanding, isOpen } = landings(commit);
    if (isLanding) {
      onLine({ sha: commit.sha, place: landing.place });
      if (commit.changes.length > 0) waiting.push({ landing, brought: [] });
    } else if (commit.changes.length > 0 && commit.parents.length < 2) {
      waiting.find((step) => step.landing === landing)?.brought.push(commit);
    }
    for (let [first] = waiting; first !== undefined && !isOpen(first.landing); [first] = waiting) {
      waiting.shift();
      yield landedChange(first.landing, first.brought);
    }
  }
  for (const { landing, brought } of waiting) yield landedChange(landing, brought);
}

function landedChange({ commit, place }: Landing, brought: readonly LoggedCommit[]): LandedChange {
  const own = commitInfo(commit, null);
  return {
    sha: commit.sha,
    place,
    date: commit.date,
    subject: commit.subject,
    pullRequest: own.pullRequest,
    changes: commit.changes,
    madeBy: (paths) => {
      const maker = brought.find((each) => each.paths.some((path) => paths.has(path)));
      return maker === undefined ? own : commitInfo(maker, commit);
    },
  };
}
