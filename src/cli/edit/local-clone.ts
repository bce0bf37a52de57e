import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import type { GitHub } from "../../github/connect.ts";
import type { Tip } from "../../github/tip.ts";
import { readTipFiles, type TipFiles } from "../../github/tip-files.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { isKey, keyOfPath } from "../../source/shape/key.ts";
import { lineDiff } from "../terminal/line-diff.ts";
import { shortCommit } from "../plan/plan-text.ts";

/** The clone that a command runs in, as far as there is one. */
export interface Clone {
  /** Null where there is no `flags/` here: then GitHub is asked for everything. */
  readonly repository: Repository | null;
  /** From the top of the repository to the folder that holds `flags/`: "" or `apps/shop/`. */
  readonly prefix: string;
}

/** @throws FlagError NOT_A_REPOSITORY for flags that are in none */
export async function cloneAt(folder: string): Promise<Clone> {
  if (!existsSync(join(folder, "flags"))) return { repository: null, prefix: "" };
  const repository = await openRepository(folder);
  const path = relative(realpathSync(repository.root), realpathSync(folder)).replaceAll("\\", "/");
  return { repository, prefix: path === "" ? "" : `${path}/` };
}

/** Whether the clone has the commit: it is read from there then, whole and without a request. */
export async function hasCommit({ repository }: Clone, commit: string): Promise<boolean> {
  if (repository === null) return false;
  return repository.resolve(commit).then(
    () => true,
    (error: unknown) => {
      if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return false;
      throw error;
    },
  );
}

/** Everything below `flags/` of the branch's tip; what an edit of the flag needs of it where the clone does not have it. */
export async function tipFiles(
  github: GitHub,
  clone: Clone,
  tip: Tip,
  wanted: { readonly key: FlagKey; readonly whole: boolean },
): Promise<TipFiles> {
  const { repository, prefix } = clone;
  if (repository === null || !(await hasCommit(clone, tip.commit))) {
    return readTipFiles(github, tip.tree, { prefix, ...wanted });
  }
  const files = await repository.readFiles(tip.commit, "flags");
  if (files.length > 0) return { files, isWhole: true };
  throw new FlagError("NO_FLAGS", `${tip.branch} of ${github.repository} has no folder ${prefix}flags`, {
    hint: "push it first",
  });
}

/**
 * Refuses where whoever types sees another file of the flag than the one that would be changed: an uncommitted edit here, or
 * a branch that has moved on.
 *
 * @throws FlagError USAGE, GITHUB_CONFLICT, with the difference
 */
export async function checkSameFile(
  { repository }: Clone,
  tip: Tip,
  files: readonly SourceFile[],
  key: FlagKey,
): Promise<void> {
  if (repository === null) return;
  const { commit: head, branch } = await repository.describeHead();
  const [changed] = (await repository.changedFiles("flags")).filter((path) => isFileOf(path, key));
  if (changed !== undefined) {
    throw new FlagError("USAGE", `${changed} has changes that are not committed, and --pr would leave them out`, {
      hint: "git stash, or commit them; or leave out --pr to edit the file here",
    });
  }
  const here = head === null ? undefined : await fileIn(repository, head, key);
  const there = files.find(({ path }) => isFileOf(path, key));
  if (head === null || textOf(here) === textOf(there)) return;
  const ours = await isOwnChange(repository, head, tip.commit, key, textOf(here));
  const where = branch === null ? shortCommit(head) : branch;
  const message = ours
    ? `${key} is changed on ${where} here, and a pull request from ${tip.branch} would not have that`
    : `${key} was changed on ${tip.branch} of GitHub, and ${where} here does not have that yet`;
  const hint = ours
    ? `leave out --pr to change it on ${where}, or begin at ${tip.branch}: git switch ${tip.branch} && git pull`
    : `git pull, look at it, then run it again`;
  const [before, after] = ours ? [there, here] : [here, there];
  throw new FlagError("GITHUB_CONFLICT", `${message}\n${diffText(textOf(before), textOf(after))}`, { hint });
}

/** Whether it is this side that has moved: the other one says what both said where they parted. */
async function isOwnChange(
  repository: Repository,
  head: string,
  tip: string,
  key: FlagKey,
  here: string,
): Promise<boolean> {
  try {
    const base = await repository.commonAncestor(head, tip);
    return base !== null && textOf(await fileIn(repository, base, key)) !== here;
  } catch (error) {
    // Not fetched yet: then it is the other side that is new.
    if (error instanceof FlagError && error.code === "UNKNOWN_COMMIT") return false;
    throw error;
  }
}

async function fileIn(repository: Repository, commit: string, key: FlagKey): Promise<SourceFile | undefined> {
  return (await repository.readFiles(commit, "flags")).find(({ path }) => isFileOf(path, key));
}

function isFileOf(path: string, key: FlagKey): boolean {
  return path.endsWith(".yaml") && keyOfPath(path) === key && isKey(key) && !path.includes("/_");
}

function textOf(file: SourceFile | undefined): string {
  return file === undefined ? "" : new TextDecoder().decode(file.bytes);
}

const MOST_LINES = 12;

function diffText(before: string, after: string): string {
  const diff = lineDiff(before, after);
  const width = Math.max(0, ...diff.map(({ line }) => String(line).length));
  const lines = diff.map(({ sign, line, text }) => `${String(line).padStart(width)} ${sign} ${text}`);
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} more lines`] : [])].join("\n");
}
