import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { existsAt } from "../../files/entry.ts";
import { type BranchFiles, readFilesFromGitHub } from "../../github/branch-files.ts";
import type { GitHub } from "../../github/connect.ts";
import type { BranchHead } from "../../github/repository.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { isFlagPath } from "../../source/shape/paths.ts";
import { keyOfPath } from "../../source/shape/key.ts";
import { shortCommit } from "../plan/plan-text.ts";
import { diffTexts, lineDiff } from "../terminal/line-diff.ts";

/** The clone in which a command runs. */
export interface Clone {
  /** Null when there is no `flags/` here; then everything is read from GitHub. */
  readonly repository: Repository | null;
  /** The path from the top of the repository to the folder that holds `flags/`: "" or `apps/shop/`. */
  readonly prefix: string;
}

/**
 * Finds the clone that contains a folder. @throws FlagError NOT_A_REPOSITORY when there is a `flags/` outside a
 * repository
 */
export async function cloneAt(folder: string): Promise<Clone> {
  if (!existsAt(join(folder, "flags"))) return { repository: null, prefix: "" };
  const repository = await openRepository(folder);
  const path = relative(realpathSync(repository.root), realpathSync(folder)).replaceAll("\\", "/");
  return { repository, prefix: path === "" ? "" : `${path}/` };
}

/**
 * Reads `flags/` at the head of a branch on GitHub. Uses the clone when it has that commit, which needs no request;
 * otherwise reads only what the edit needs through the API.
 */
export async function readBranchFiles(
  github: GitHub,
  { repository, prefix }: Clone,
  head: BranchHead,
  wanted: { readonly key: FlagKey; readonly whole: boolean },
): Promise<BranchFiles> {
  if (repository === null || !(await hasCommit(repository, head.commit))) {
    return readFilesFromGitHub(github, head.tree, { prefix, ...wanted });
  }
  const files = await repository.readFiles(head.commit, "flags");
  if (files.length > 0) return { files, isWhole: true };
  throw new FlagError("NO_FLAGS", `${head.branch} of ${github.repository} has no folder ${prefix}flags`, {
    hint: "push it first",
  });
}

async function hasCommit(repository: Repository, commit: string): Promise<boolean> {
  return repository.resolve(commit).then(
    () => true,
    (error: unknown) => {
      if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return false;
      throw error;
    },
  );
}

/**
 * Refuses an edit when the flag's file in the work tree differs from the one on the branch, so that nobody edits a
 * version that they have not seen. The cause is an uncommitted or unmerged edit here, or a newer commit on the branch.
 *
 * @throws FlagError USAGE, GITHUB_CONFLICT, with the difference
 */
export async function checkSameFile(
  { repository }: Clone,
  remote: BranchHead,
  files: readonly SourceFile[],
  key: FlagKey,
): Promise<void> {
  if (repository === null) return;
  const { commit: head, branch } = await repository.describeHead();
  const uncommitted = (await repository.changedFiles("flags")).find((path) => isFileOf(path, key));
  if (uncommitted !== undefined) {
    throw new FlagError("USAGE", `${uncommitted} has uncommitted changes, which --pr would leave out`, {
      hint: "git stash, or commit them; or omit --pr to edit the file here",
    });
  }
  if (head === null) return;
  const here = await textIn(repository, head, key);
  const there = textOf(files.find(({ path }) => isFileOf(path, key)));
  if (here === there) return;
  const where = branch === null ? shortCommit(head) : branch;
  const isOurs = await isChangedHere(repository, { head, remote: remote.commit, key, here });
  throw isOurs
    ? new FlagError(
        "GITHUB_CONFLICT",
        `the local ${where} changes ${key}, and a pull request based on ${remote.branch} would not contain that change\n${diffText(there, here)}`,
        {
          hint: `omit --pr to edit it on ${where}, or start from ${remote.branch}: git switch ${remote.branch} && git pull`,
        },
      )
    : new FlagError(
        "GITHUB_CONFLICT",
        `${key} was changed on ${remote.branch} on GitHub, and the local ${where} does not have that change yet\n${diffText(here, there)}`,
        { hint: "git pull, review the flag, then run the command again" },
      );
}

/** Returns whether a local commit causes the difference, that is, whether the file has changed since the common ancestor. */
async function isChangedHere(
  repository: Repository,
  { head, remote, key, here }: { readonly head: string; readonly remote: string; readonly key: FlagKey; here: string },
): Promise<boolean> {
  // Otherwise the remote commit has not been fetched yet, so the change is on the remote.
  if (!(await hasCommit(repository, remote))) return false;
  const base = await repository.commonAncestor(head, remote);
  return base !== null && (await textIn(repository, base, key)) !== here;
}

/** Returns the text of a flag's file in a commit; empty when there is none. */
async function textIn(repository: Repository, commit: string, key: FlagKey): Promise<string> {
  return textOf((await repository.readFiles(commit, "flags")).find(({ path }) => isFileOf(path, key)));
}

function textOf(file: SourceFile | undefined): string {
  return file === undefined ? "" : new TextDecoder().decode(file.bytes);
}

function isFileOf(path: string, key: FlagKey): boolean {
  return isFlagPath(path) && keyOfPath(path) === key;
}

const MAX_DIFF_LINES = 12;

function diffText(before: string, after: string): string {
  const lines = diffTexts(lineDiff(before, after));
  const more = lines.length - MAX_DIFF_LINES;
  return [...lines.slice(0, MAX_DIFF_LINES), ...(more > 0 ? [`… and ${more} more lines`] : [])].join("\n");
}
