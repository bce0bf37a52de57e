import { FlagError } from "../core/errors.ts";
import type { Plan } from "../core/plan.ts";
import { openRepository } from "../history/repository.ts";
import { loadFlags, type LoadedFlags } from "../source/load.ts";
import { plansBetween } from "../source/plans-between.ts";
import { readFiles, type Files } from "./desired.ts";

const quiet = () => {};

/**
 * What a branch changes, in each environment that it declares: the plan of a table that says exactly what the base said
 * where the branch left it. What went into the base since then is not the branch's doing. No database is asked, so the
 * answer is git's alone.
 *
 * @param files  valid
 */
export function plansSince(before: Base, files: Files): readonly Plan[] {
  return plansBetween(before.loaded, files.loaded, { from: before.commit, to: files.commit });
}

/** The flags where a branch left its base, and the commit that is. */
export interface Base {
  readonly commit: string;
  readonly loaded: LoadedFlags;
}

/**
 * @param base  a commit, branch or tag; one that has no flags yet has none
 * @throws FlagError as readFiles does, about the base
 */
export async function baseOf(folder: string, base: string, tip: string): Promise<Base> {
  const repository = await openRepository(folder);
  const named = await repository.resolve(base);
  const commit = (await repository.commonAncestor(named, tip)) ?? named;
  try {
    const { loaded } = await readFiles({ folder, ref: commit }, quiet);
    return { commit, loaded };
  } catch (error) {
    // The branch brings the first flags.
    if (error instanceof FlagError && error.code === "NO_FLAGS") return { commit, loaded: loadFlags([]) };
    throw error;
  }
}
