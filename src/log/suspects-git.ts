import { differenceText } from "../core/describe/describe-difference.ts";
import type { Change } from "../core/plan/change.ts";
import { FlagError } from "../core/errors.ts";
import type { Version } from "../impact/version-pair.ts";
import { withRequired } from "../impact/version-pair.ts";
import type { MainlineChange } from "../history/mainline.ts";
import type { Repository } from "../history/repository.ts";
import { loadFlags, type LoadedFlags } from "../source/load/load.ts";
import { plansBetween } from "../impact/plans-between.ts";
import { readFiles } from "../source/read/read-files.ts";
import { type Found, isWithin, type ServedChange, type Window } from "./suspect.ts";

/** The maximum number of mainline commits that are compared. For each one, all flags before and after it are loaded. */
const MAX_STEPS = 100;

/** An environment, with the commit of its table. */
export interface TableHead {
  readonly environment: string;
  /**
   * The commit that the table was synced from; null when it was not synced from a commit; undefined when the table
   * could not be read.
   */
  readonly live: string | null | undefined;
}

/**
 * Finds merged changes of a window that no readable table contains. The audit of a table covers the changes that it
 * does contain.
 *
 * @param ref           the commit, branch or tag whose mainline is read
 * @param wantsEarlier  also returns the last change before an empty window
 */
export async function suspectsOfGit(
  { folder, repository, ref }: { readonly folder: string; readonly repository: Repository; readonly ref: string },
  tableHeads: readonly TableHead[],
  window: Window,
  wantsEarlier: boolean,
): Promise<Found> {
  const tip = await repository.resolve(ref);
  const changes: ServedChange[] = [];
  const notes: string[] = [];
  let steps = 0;
  for await (const commit of repository.mainline(tip, "flags")) {
    if (Date.parse(commit.date) > window.until) continue;
    const open = await openIn(repository, commit, tableHeads);
    const isInside = isWithin(window, commit.date);
    if (!isInside && (!wantsEarlier || changes.length > 0)) break;
    if (isInside && open.length === 0) continue;
    steps += 1;
    if (steps > MAX_STEPS) {
      notes.push(`the window contains more than ${MAX_STEPS} mainline commits; the older ones were left out`);
      return { changes, earlier: null, notes };
    }
    const found = await changesOf(folder, repository, commit, isInside ? open : tableHeads, notes);
    if (!isInside) return { changes, earlier: found[0] ?? null, notes };
    changes.push(...found);
  }
  return { changes, earlier: null, notes };
}

/** Returns the environments whose table does not contain the commit, as far as that is known. */
async function openIn(
  repository: Repository,
  { sha }: MainlineChange,
  tableHeads: readonly TableHead[],
): Promise<readonly TableHead[]> {
  const open: TableHead[] = [];
  for (const each of tableHeads) {
    // If it is unknown, as for a table synced from a work tree or a rewritten history, the commit counts as contained.
    const isIn = typeof each.live === "string" ? await containsIt(repository, sha, each.live) : each.live === null;
    if (!isIn) open.push(each);
  }
  return open;
}

async function containsIt(repository: Repository, sha: string, live: string): Promise<boolean> {
  try {
    return (await repository.isAncestor(sha, live)) !== "no";
  } catch (error) {
    if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return true;
    throw error;
  }
}

async function changesOf(
  folder: string,
  repository: Repository,
  commit: MainlineChange,
  tableHeads: readonly TableHead[],
  notes: string[],
): Promise<readonly ServedChange[]> {
  const after = await loadedAt(folder, commit.sha);
  const before = await loadedAt(folder, await parentOf(repository, commit.sha));
  const broken = after.diagnostics.find(({ severity }) => severity === "error");
  if (broken !== undefined) {
    const where = `${broken.file}:${broken.line}`;
    notes.push(
      `${commit.sha.slice(0, 7)} has flag files with errors (${where}), which no sync applies; their effect was not measured`,
    );
  }
  const plans = plansBetween(before, after, { from: null, to: commit.sha });
  return tableHeads.flatMap(({ environment, live }) => {
    const plan = plans.find((each) => each.environment === environment);
    const sides = [before.flagsFor(environment), after.flagsFor(environment)] as const;
    return (plan?.changes ?? []).map((change): ServedChange => {
      const { key, path } = change;
      const [was, is] = sides.map((all): Version => {
        const flag = all.get(key) ?? null;
        return { flag, all: new Map(withRequired({ flag, all }).map((each) => [each.key, each])) };
      });
      const none: Version = { flag: null, all: new Map() };
      const maker = commit.madeBy(new Set(path === null ? commit.changes.map((each) => each.path) : [path]));
      return {
        environment,
        key,
        source: "git",
        isLive: live === undefined ? null : false,
        at: commit.date,
        by: maker.authorEmail,
        pullRequest: commit.pullRequest ?? maker.pullRequest,
        commit: commit.sha,
        revision: null,
        note: commit.subject,
        text: textOf(change),
        previous: `${commit.sha}^`,
        problem: null,
        before: was ?? none,
        after: is ?? none,
      };
    });
  });
}

function textOf({ differences, action }: Change): string {
  return differences.length === 0 ? action : differences.map(differenceText).join(", ");
}

/** Loads the flags of a commit; returns no flags for null and for a commit without `flags/`. */
async function loadedAt(folder: string, commit: string | null): Promise<LoadedFlags> {
  if (commit === null) return loadFlags([]);
  try {
    return (await readFiles({ folder, ref: commit, isPast: true }, () => {})).loaded;
  } catch (error) {
    if (error instanceof FlagError && error.code === "NO_FLAGS") return loadFlags([]);
    throw error;
  }
}

async function parentOf(repository: Repository, sha: string): Promise<string | null> {
  try {
    return await repository.resolve(`${sha}^1`);
  } catch (error) {
    if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return null;
    throw error;
  }
}
