import { FlagError } from "../../core/errors.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { loadFlags, type LoadedFlags } from "../load/load.ts";
import { isAlikeFolder } from "../check/check-tree.ts";
import { isUnderscored } from "../shape/paths.ts";
import { alikeFolders, asFile, readWorkTree } from "./work-tree.ts";

/** Where flags are read from: a commit, the work tree, or files that were read before, e.g. from git's index. */
export interface Origin {
  /** The folder that holds `flags/`. */
  readonly folder: string;
  /** A commit, branch or tag; null for the work tree. */
  readonly ref: string | null;
  /** True for a state that is only compared with: see `isPast` of {@link loadFlags}. */
  readonly isPast?: boolean;
  /** Used in place of the commit's or the folder's files. */
  readonly files?: readonly SourceFile[] | undefined;
}

/** The flags of one origin, for all environments. */
export interface Files {
  readonly loaded: LoadedFlags;
  /** The files that the flags were read from. */
  readonly sources: readonly SourceFile[];
  /** A full id; null for the work tree. */
  readonly commit: string | null;
  readonly repository: Repository | null;
  /** Paths under `flags/` with changes that are not committed. Empty for the work tree, which includes them. */
  readonly uncommitted: readonly string[];
}

/** Receives the name of each slow step as it begins, and the number of items that it processes, if known. */
export type Progress = (step: string, count?: number) => void;

/**
 * Reads, loads and checks everything under `flags/`. Problems in the files are diagnostics of the result.
 *
 * @param today  `YYYY-MM-DD`, to compare with `expires`; without it, expiry is not checked
 * @throws FlagError NOT_A_REPOSITORY, SHALLOW_CLONE, UNKNOWN_COMMIT, NO_FLAGS
 */
export async function readFiles(origin: Origin, progress: Progress, today?: string): Promise<Files> {
  const { folder, ref } = origin;
  progress("reading flags");
  const repository = ref === null ? null : await openRepository(folder);
  if (repository !== null) await refuseShallow(repository);
  const commit = repository === null || ref === null ? null : await repository.resolve(ref);
  const read = async () => {
    if (repository === null || commit === null)
      return [...(await readWorkTree(folder)), ...(await alikeFolders(folder))];
    const [files, folders] = await Promise.all([repository.readFiles(commit, "flags"), repository.folders(commit)]);
    return [...files, ...folders.filter(isAlikeFolder).map(asFile)];
  };
  const sources = origin.files ?? (await read());
  if (!hasFlags(sources)) {
    const added = repository === null ? [] : await repository.changedFiles("flags");
    throw noFlags(sources, commit, folder, added.length > 0);
  }
  progress("checking flags", sources.length);
  // Git looks for uncommitted changes while the files are checked here.
  const uncommitted = repository === null ? [] : repository.changedFiles("flags");
  const loaded = loadFlags(sources, { ...(today === undefined ? {} : { today }), isPast: origin.isPast === true });
  return { loaded, sources, commit, repository, uncommitted: await uncommitted };
}

/** Checks that a clone is complete. @throws FlagError SHALLOW_CLONE */
export async function refuseShallow(repository: Repository): Promise<void> {
  if (!(await repository.isShallow())) return;
  throw new FlagError("SHALLOW_CLONE", "this clone is shallow: commits cannot be compared without the full history", {
    hint: "git fetch --unshallow        (in GitHub Actions: actions/checkout with fetch-depth: 0)",
  });
}

/** Returns whether any file could define a flag. */
export function hasFlags(files: readonly SourceFile[]): boolean {
  return files.some(({ path }) => !isUnderscored(path));
}

/** Returns the error about an empty folder: an incomplete checkout must not archive every flag. */
function noFlags(
  files: readonly SourceFile[],
  commit: string | null,
  folder: string,
  hasUncommitted: boolean,
): FlagError {
  const where = commit === null ? `${folder}/flags` : `flags/ in commit ${commit.slice(0, 7)}`;
  const found = files.length === 0 ? "is missing or empty" : "contains no flags";
  return new FlagError("NO_FLAGS", `${where} ${found}`, {
    hint: hasUncommitted
      ? "flags/ has changes that are not committed: commit them first"
      : "create it with hoist init, or use --cwd to name the folder that contains flags/",
  });
}
