import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { shellWord } from "../../core/text.ts";
import type { Obstacle } from "../../history/as-committed.ts";
import { problemAt, type Problem, START } from "../load/parsed-file.ts";
import { repositoryAround } from "./repository-around.ts";

/** What a commit would leave out of the work tree. */
export interface LeftOut {
  /** One error for each file that cannot be committed as it is. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files that are not added to git yet. Empty before the first commit. */
  readonly untracked: readonly string[];
  /** The rule that makes git ignore all of `flags/`, as in a folder for experiments; null if there is none. */
  readonly ignoredBy: string | null;
}

const NOTHING: LeftOut = { diagnostics: [], untracked: [], ignoredBy: null };

/**
 * Compares the files of the work tree with what a commit would hold, because a sync reads commits. Finds nothing outside a
 * repository.
 *
 * @param folder  the folder that holds `flags/`
 */
export async function leftOutOfCommit(folder: string, files: readonly SourceFile[]): Promise<LeftOut> {
  const repository = await repositoryAround(folder);
  if (repository === null) return NOTHING;
  const read = files.filter(({ path }) => path.endsWith(".yaml"));
  const { obstacles, untracked } = await repository.asCommitted("flags", read);
  const ignored = obstacles.flatMap((obstacle) => (obstacle.kind === "ignored" ? [obstacle.rule] : []));
  if (ignored.length > 0 && ignored.length === read.length) return { ...NOTHING, ignoredBy: ignored[0] ?? null };
  const diagnostics = obstacles.map((obstacle) => {
    return problemAt({ path: obstacle.path, text: "" }, START, problemOf(obstacle));
  });
  // Before the first commit, every file is new.
  const isFirst = untracked.length > 0 && (await repository.describeHead()).commit === null;
  return { diagnostics, untracked: isFirst ? [] : untracked, ignoredBy: null };
}

function problemOf(obstacle: Obstacle): Problem {
  switch (obstacle.kind) {
    case "ignored":
      return {
        code: "not-committed",
        message: `git ignores the file (${obstacle.rule}), so a commit leaves it out and a sync does not read it`,
        hint: "remove the pattern, or move the file out of flags/",
      };
    case "submodule":
      return {
        code: "not-committed",
        message: `${obstacle.path}/ has its own git repository, so a commit leaves its files out and a sync does not read them`,
        hint: "keep the files in this repository: remove the submodule, or the .git inside the folder",
      };
    case "overlooked":
      return {
        code: "not-committed",
        message: "the file has changes that git was told to overlook, so a commit leaves them out",
        hint: `git update-index --no-assume-unchanged --no-skip-worktree ${shellWord(obstacle.path)}`,
      };
    case "not checked out":
      return {
        code: "not-committed",
        message: "the file is part of the repository but not checked out, so it was not checked",
        hint: "in a sparse checkout, add the folder: git sparse-checkout add flags",
      };
    case "converted":
      return {
        code: "committed-differently",
        message: `git converts the file (${obstacle.attribute} in .gitattributes), so a sync would read different content`,
        hint: "exempt the flags in .gitattributes: flags/** !filter !ident !working-tree-encoding",
      };
  }
}
