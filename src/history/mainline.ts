import { commitInfo, type CommitInfo } from "./commit-info.ts";
import { type FileChange, type LoggedCommit, walkCommits } from "./commit-log.ts";
import type { Git } from "./git.ts";

/** A mainline commit that changed something below a folder. A merge includes the changes of the merged branch. */
export interface MainlineChange extends CommitInfo {
  /** The position on the mainline, where 0 is the newest commit. Commits without changes below the folder are counted too. */
  readonly place: number;
  /** The changes relative to the first parent, each path once. */
  readonly changes: readonly FileChange[];
  /** Returns the commit that changed these paths: the newest commit of the merged branch that changed one of them, else this commit. */
  readonly madeBy: (paths: ReadonlySet<string>) => CommitInfo;
}

/** A mainline commit with its position, where 0 is the newest commit. */
export interface MainlineCommit {
  readonly commit: LoggedCommit;
  readonly place: number;
}

/**
 * Walks the mainline, which is the first-parent history, and yields the commits that changed something below a folder, newest
 * first. Runs one git process, which ends when the caller stops iterating.
 *
 * @param folder    relative to the opened folder
 * @param onCommit  receives every commit of the mainline in order, each before its change is yielded
 */
export async function* walkMainline(
  git: Git,
  to: string,
  folder: string,
  onCommit?: (commit: MainlineCommit) => void,
): AsyncGenerator<MainlineChange, void, undefined> {
  const locate = mainlineLocator(to);
  const waiting: { readonly mainline: MainlineCommit; readonly brought: LoggedCommit[] }[] = [];
  for await (const commit of walkCommits(git, { from: null, to }, folder)) {
    const { mainline, isOnMainline, isOpen } = locate(commit);
    if (isOnMainline) {
      onCommit?.(mainline);
      if (commit.changes.length > 0) waiting.push({ mainline, brought: [] });
    } else if (commit.changes.length > 0 && commit.parents.length < 2) {
      waiting.find((each) => each.mainline === mainline)?.brought.push(commit);
    }
    for (let [first] = waiting; first !== undefined && !isOpen(first.mainline); [first] = waiting) {
      waiting.shift();
      yield mainlineChange(first.mainline, first.brought);
    }
  }
  for (const { mainline, brought } of waiting) yield mainlineChange(mainline, brought);
}

function mainlineChange({ commit, place }: MainlineCommit, brought: readonly LoggedCommit[]): MainlineChange {
  const own = commitInfo(commit, null);
  return {
    ...own,
    place,
    changes: commit.changes,
    madeBy: (paths) => {
      const maker = brought.find((each) => each.changes.some(({ path }) => paths.has(path)));
      return maker === undefined ? own : commitInfo(maker, commit);
    },
  };
}

/**
 * Creates a function that takes the commits of a walk, children before parents, and returns for each the commit of the mainline
 * that brought it in: itself, or the oldest merge from which it can be reached. `isOpen` returns whether
 * more commits that a merge brought in may follow.
 */
export function mainlineLocator(tip: string) {
  /** Maps each commit that the walk has not reached to the mainline commit that brought it in, as far as is known by now. */
  const expected = new Map<string, MainlineCommit>();
  let nextOnMainline: string | undefined = tip;
  let place = 0;

  return (commit: LoggedCommit) => {
    const isOnMainline = commit.sha === nextOnMainline;
    const mainline = (isOnMainline ? undefined : expected.get(commit.sha)) ?? { commit, place };
    expected.delete(commit.sha);
    if (isOnMainline) {
      nextOnMainline = commit.parents[0];
      place += 1;
    }
    for (const parent of commit.parents) {
      const known = expected.get(parent);
      if (parent !== nextOnMainline && (known === undefined || known.place < mainline.place)) {
        expected.set(parent, mainline);
      }
    }
    // No merge brings in a commit of the mainline itself.
    if (nextOnMainline !== undefined) expected.delete(nextOnMainline);
    return { mainline, isOnMainline, isOpen: (merge: MainlineCommit) => [...expected.values()].includes(merge) };
  };
}
