import { openRepository } from "../history/repository.ts";
import { loadFlags, type LoadedFlags } from "../source/load/load.ts";
import { hasFlags, refuseShallow, type Files } from "../source/read/read-files.ts";
import type { PlanWithNeeds } from "./needs.ts";
import { plansBetween } from "./plans-between.ts";

/** The commit at which a branch left its base, with the flags of that commit. */
export interface Base {
  readonly commit: string;
  readonly loaded: LoadedFlags;
}

/**
 * Reads the flags of the commit at which a branch left its base. Later changes of the base are not part of the branch.
 *
 * @param base   a commit, branch or tag
 * @param files  of the branch
 * @returns      no flags if the branch adds the first ones
 * @throws FlagError SHALLOW_CLONE, UNKNOWN_COMMIT, about the base
 */
export async function baseOf(folder: string, base: string, files: Files): Promise<Base> {
  const repository = files.repository ?? (await openRepository(folder));
  const named = await repository.resolve(base);
  const commit = (await repository.commonAncestor(named, files.commit ?? "HEAD")) ?? named;
  await refuseShallow(repository);
  const branchFiles = new Map(files.sources.map((file) => [file.path, file]));
  // A file that is the same on both sides becomes one object, so that it is parsed once.
  const sources = (await repository.readFiles(commit, "flags")).map((file) => {
    const other = branchFiles.get(file.path);
    return other?.kind === file.kind && Buffer.compare(other.bytes, file.bytes) === 0 ? other : file;
  });
  return { commit, loaded: loadFlags(hasFlags(sources) ? sources : [], { work: files.loaded.work, isPast: true }) };
}

/** Checks that a base exists, before anything is compared with it. @throws FlagError UNKNOWN_COMMIT */
export async function checkBase(folder: string, base: string): Promise<void> {
  await (await openRepository(folder)).resolve(base);
}

/**
 * Returns the plan of each environment that a branch declares, as if the table had been synced from the base. Reads no
 * database.
 *
 * @param files  without errors
 */
export function plansSince(base: Base, files: Files): readonly PlanWithNeeds[] {
  return plansBetween(base.loaded, files.loaded, { from: base.commit, to: files.commit });
}
