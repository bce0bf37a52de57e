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

/** Each step is read whole, twice: an incident has few of them. */
const MAX_STEPS = 100;

/** One environment, and what is known of its table. */
export interface Asked {
  readonly environment: string;
  /** The commit that the table is at; null for none that git knows; undefined where no table could be read. */
  readonly live: string | null | undefined;
}

/**
 * What git alone tells of a window: what was merged and is in no table that could be read. Changes that a table has are the
 * audit's to tell.
 *
 * @param ref           whose main line is walked
 * @param wantsEarlier  where nothing lies in the window, what came before it is told
 */
export async function suspectsOfGit(
  { folder, repository, ref }: { readonly folder: string; readonly repository: Repository; readonly ref: string },
  asked: readonly Asked[],
  window: Window,
  wantsEarlier: boolean,
): Promise<Found> {
  const tip = await repository.resolve(ref);
  const changes: ServedChange[] = [];
  const notes: string[] = [];
  let steps = 0;
  for await (const landing of repository.mainline(tip, "flags")) {
    if (Date.parse(landing.date) > window.until) continue;
    const open = await openIn(repository, landing, asked);
    const isInside = isWithin(window, landing.date);
    if (!isInside && (!wantsEarlier || changes.length > 0)) break;
    if (isInside && open.length === 0) continue;
    steps += 1;
    if (steps > MAX_STEPS) {
      notes.push(`more than ${MAX_STEPS} steps of the main line lie in the window: those older are missing`);
      return { changes, earlier: null, notes };
    }
    const told = await changesOf(folder, repository, landing, isInside ? open : asked, notes);
    if (!isInside) return { changes, earlier: told[0] ?? null, notes };
    changes.push(...told);
  }
  return { changes, earlier: null, notes };
}

/** The environments whose table does not have it, as far as that is known. */
async function openIn(
  repository: Repository,
  { sha }: MainlineChange,
  asked: readonly Asked[],
): Promise<readonly Asked[]> {
  const open: Asked[] = [];
  for (const each of asked) {
    // A table that was synced from a work tree, or from a history that is gone, may have it or not.
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
  landing: MainlineChange,
  asked: readonly Asked[],
  notes: string[],
): Promise<readonly ServedChange[]> {
  const after = await loadedAt(folder, landing.sha);
  const before = await loadedAt(folder, await parentOf(repository, landing.sha));
  const broken = after.diagnostics.find(({ severity }) => severity === "error");
  if (broken !== undefined) {
    const where = `${broken.file}:${broken.line}`;
    notes.push(
      `${landing.sha.slice(0, 7)} has files with errors, which no sync takes (${where}): they are not measured`,
    );
  }
  const plans = plansBetween(before, after, { from: null, to: landing.sha });
  return asked.flatMap(({ environment, live }) => {
    const plan = plans.find((each) => each.environment === environment);
    const sides = [before.flagsFor(environment), after.flagsFor(environment)] as const;
    return (plan?.changes ?? []).map((change): ServedChange => {
      const { key, path } = change;
      const [was, is] = sides.map((all): Version => {
        const flag = all.get(key) ?? null;
        return { flag, all: new Map(withRequired({ flag, all }).map((each) => [each.key, each])) };
      });
      const none: Version = { flag: null, all: new Map() };
      const maker = landing.madeBy(new Set(path === null ? landing.changes.map((each) => each.path) : [path]));
      return {
        environment,
        key,
        source: "git",
        isLive: live === undefined ? null : false,
        at: landing.date,
        by: maker.authorEmail,
        pullRequest: landing.pullRequest ?? maker.pullRequest,
        commit: landing.sha,
        revision: null,
        note: landing.subject,
        text: textOf(change),
        previous: `${landing.sha}^`,
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

/** A commit without a parent, or without flags, has none. */
async function loadedAt(folder: string, commit: string | null): Promise<LoadedFlags> {
  if (commit === null) return loadFlags([]);
  try {
    return (await readFiles({ folder, ref: commit }, () => {})).loaded;
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
