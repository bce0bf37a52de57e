import type { PlanWithNeeds } from "./needs.ts";
import { openRepository } from "../history/repository.ts";
import { loadFlags, type LoadedFlags } from "../source/load/load.ts";
import { plansBetween } from "./plans-between.ts";
import { isFlagFile, refuseShallow, type Files } from "../source/read/desired.ts";

/**
 * What a branch changes, in each environment that it declares: the plan of a table that says exactly what the base said
 * where the branch left it. What went into the base since then is not the branch's doing. No database is asked, so the
 * answer is git's alone.
 *
 * @param files  valid
 */
export function plansSince(before: Base, files: Files): readonly PlanWithNeeds[] {
  return plansBetween(before.loaded, files.loaded, { from: before.commit, to: files.commit });
}

/** The flags where a branch left its base, and the commit that is. */
export interface Base {
  readonly commit: string;
  readonly loaded: LoadedFlags;
}

/**
 * @param base   a commit, branch or tag; one that has no flags yet has none
 * @param files  of the branch
 * @throws FlagError SHALLOW_CLONE, UNKNOWN_COMMIT, about the base
 */
export async function baseOf(folder: string, base: string, files: Files): Promise<Base> {
  const repository = files.repository ?? (await openRepository(folder));
  const named = await repository.resolve(base);
  const commit = (await repository.commonAncestor(named, files.commit ?? "HEAD")) ?? named;
  await refuseShallow(repository);
  const branchFiles = new Map(files.sources.map((file) => [file.path, file]));
  // One object for a file that is the same on both sides, so that it is parsed once.
  const sources = (await repository.readFiles(commit, "flags")).map((file) => {
    const other = branchFiles.get(file.path);
    return other?.kind === file.kind && Buffer.compare(other.bytes, file.bytes) === 0 ? other : file;
  });
  // The branch brings the first flags.
  return { commit, loaded: loadFlags(sources.some(isFlagFile) ? sources : []) };
}
