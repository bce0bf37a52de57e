import { statSync } from "node:fs";
import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { asCommitted, type AsCommitted } from "./as-committed.ts";
import { openBlobs, type BlobReader } from "./cat-file.ts";
import { gitIn, type Git } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import type { CommitInfo } from "./commit-info.ts";
import { headOf, type HeadInfo } from "./head.ts";
import { lastChanges } from "./last-changes.ts";
import { type MainlineChange, type MainlineCommit, walkMainline } from "./mainline.ts";
import { listFolders, listPaths, listTree, readFiles } from "./read-files.ts";
import { isShallow, resolveRef } from "./resolve-ref.ts";

/** Reads a git repository and never writes to it. All paths are relative to the opened folder, with forward slashes. */
export interface Repository {
  /** The absolute path of the top of the work tree. */
  readonly root: string;
  /**
   * Returns the full id of a branch, tag or short id.
   *
   * @throws FlagError UNKNOWN_COMMIT, also for a name that could mean two things
   */
  resolve(ref: string): Promise<string>;
  /** Returns whether the clone is shallow. In a shallow clone, older commits are missing, so ancestry may be unknown. */
  isShallow(): Promise<boolean>;
  /**
   * Returns whether `newer` contains `older`; a commit contains itself. `unknown` means that this clone does not have
   * `older`, for example because history was rewritten.
   *
   * @throws FlagError UNKNOWN_COMMIT for `newer`; SHALLOW_CLONE when the answer may lie in the missing part
   */
  isAncestor(older: string, newer: string): Promise<"yes" | "no" | "unknown">;
  /** Returns the newest commit that both histories contain; null if there is none. @throws the errors of isAncestor */
  commonAncestor(one: string, other: string): Promise<string | null>;
  /**
   * Reads all files of a commit below `folder`, e.g. `flags`. Returns an empty list if the folder does not exist. Links and
   * submodules are listed but not read. Only the first MiB of a larger file is read.
   */
  readFiles(commit: string, folder: string): Promise<readonly SourceFile[]>;
  /** Lists the folders of a commit directly inside the opened folder. */
  folders(commit: string): Promise<readonly string[]>;
  /** Returns those of the paths that are links or submodules in a commit. They are relative to the top of the repository. */
  linksAmong(commit: string, paths: readonly string[]): Promise<readonly string[]>;
  /** Maps the path of each file of a commit below `folder` to its blob id. Omits links and submodules. */
  fileIds(commit: string, folder: string): Promise<ReadonlyMap<string, string>>;
  /** Opens a reader of blobs by id. The caller must close it. */
  openBlobs(): BlobReader;
  /**
   * Walks the mainline (the first-parent history) back from `to` and yields the commits that changed something below `folder`,
   * newest first; a merge counts as one commit. Runs one git process, which ends when the caller stops iterating.
   *
   * @param onCommit  receives every mainline commit that the walk reaches
   */
  mainline(to: string, folder: string, onCommit?: (commit: MainlineCommit) => void): AsyncIterable<MainlineChange>;
  /** Returns the paths below `folder` that differ from HEAD: added, changed or deleted. Omits ignored files. */
  changedFiles(folder: string): Promise<readonly string[]>;
  /** Finds the files of the work tree below `folder` that a commit would leave out or hold with different content. */
  asCommitted(folder: string, files: readonly SourceFile[]): Promise<AsCommitted>;
  /** Returns the commit and branch of HEAD. */
  describeHead(): Promise<HeadInfo>;
  /**
   * Returns, for each path, the last commit up to `to` that changed or deleted it. Omits paths without a change since
   * `from`. Runs one git process.
   *
   * @param identityOf  maps a path in a commit to the one in `paths` that stands for it, to follow a file that moves
   */
  lastChanges(
    paths: Iterable<string>,
    range: { readonly from: string | null; readonly to: string },
    identityOf?: (path: string) => string,
  ): Promise<ReadonlyMap<string, CommitInfo>>;
}

/**
 * Opens the repository that contains a folder. The folder usually contains `flags/`; it may be the top of the repository or a
 * subfolder.
 *
 * @param environment  the environment variables that git is started with
 * @throws FlagError NOT_A_REPOSITORY; GIT_FAILED when git is missing or does not trust the folder's owner
 */
export async function openRepository(folder: string, environment: Environment = process.env): Promise<Repository> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new FlagError("NOT_A_REPOSITORY", `folder ${folder} does not exist`, {
      hint: "name a folder inside a clone",
    });
  }
  const git = gitIn(folder, environment);
  const { root, prefix } = await placeOf(git);
  const known = new Set<string>();
  const commitOf = async (ref: string): Promise<string> => {
    // Only full ids are remembered: branches and HEAD move.
    if (known.has(ref)) return ref;
    const commit = await resolveRef(git, ref);
    known.add(commit);
    return commit;
  };
  const ancestors = new Set<string>();
  const isAncestor = async (older: string, newer: string): Promise<"yes" | "no" | "unknown"> => {
    const pair = `${older} ${newer}`;
    if (ancestors.has(pair)) return "yes";
    const answer = await ancestry(git, commitOf, older, newer);
    if (answer === "yes" && known.has(older) && known.has(newer)) ancestors.add(pair);
    return answer;
  };

  return {
    root,
    resolve: commitOf,
    isShallow: () => isShallow(git),
    isAncestor,
    commonAncestor: async (one, other) => {
      const found = await git.run("merge-base", await commitOf(one), await commitOf(other));
      return line(found) || null;
    },
    readFiles: async (commit, below) => readFiles(git, await commitOf(commit), below),
    folders: async (commit) => listFolders(git, await commitOf(commit)),
    linksAmong: async (commit, paths) => {
      const entries = await listPaths(git, await commitOf(commit), paths);
      return entries.flatMap(({ kind, path }) => (kind === "file" ? [] : [path]));
    },
    fileIds: async (commit, below) => {
      const entries = await listTree(git, await commitOf(commit), below);
      return new Map(entries.flatMap(({ kind, path, id }) => (kind === "file" ? [[path, id]] : [])));
    },
    openBlobs: () => openBlobs(git),
    mainline: async function* (to, below, onCommit) {
      yield* walkMainline(git, await resolveRef(git, to), below, onCommit);
    },
    changedFiles: (below) => changedFiles(git, below, prefix),
    asCommitted: (below, files) => asCommitted(git, below, files),
    describeHead: () => headOf(git),
    lastChanges: async (paths, { from, to }, identityOf) => {
      const range = { from: from === null ? null : await commitOf(from), to: await commitOf(to) };
      return lastChanges(git, [...paths], range, identityOf);
    },
  };
}

/** Finds the top of the repository and the opened folder below it. Runs one process, unless a path contains a line break. */
async function placeOf(git: Git): Promise<{ readonly root: string; readonly prefix: string }> {
  const asked = ["--show-toplevel", "--show-prefix"];
  let answers: readonly string[] = line(await git.run("rev-parse", ...asked)).split(/\r?\n/);
  if (answers.length !== asked.length) {
    answers = await Promise.all(asked.map(async (option) => line(await git.run("rev-parse", option))));
  }
  const [root = "", prefix = ""] = answers;
  return { root, prefix };
}

async function ancestry(
  git: Git,
  commitOf: (ref: string) => Promise<string>,
  older: string,
  newer: string,
): Promise<"yes" | "no" | "unknown"> {
  const end = await commitOf(newer);
  const start = await commitOf(older).catch((cause: unknown) => {
    if (cause instanceof FlagError && cause.code === "UNKNOWN_COMMIT") return null;
    throw cause;
  });
  // Counts the commits that the newer one does not contain. merge-base is not used, because it answers with an exit code
  // only, which is harder to distinguish from a failure.
  if (start !== null && line(await git.run("rev-list", "--count", "--max-count=1", start, `^${end}`)) === "0")
    return "yes";
  if (await isShallow(git)) {
    throw new FlagError("SHALLOW_CLONE", `this clone is shallow, so it is unknown whether ${newer} contains ${older}`, {
      hint: "fetch the full history with: git fetch --unshallow\n(actions/checkout: fetch-depth: 0)",
    });
  }
  return start === null ? "unknown" : "no";
}

async function changedFiles(git: Git, folder: string, prefix: string): Promise<readonly string[]> {
  const args = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"];
  const records = (await git.run(...args, "--", folder)).split("\0").filter((record) => record !== "");
  // Each record has two letters of state, a space, and the path from the top of the repository.
  return records.map((record) => record.slice(3 + prefix.length)).sort();
}

function line(output: string): string {
  return output.replace(/\r?\n$/, "");
}
