import { statSync } from "node:fs";
import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { openBlobs, type BlobReader } from "./blob-reader.ts";
import { gitIn, type Git } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import { lastChanges, type CommitInfo } from "./last-changes.ts";
import { type LandedChange, type LineCommit, walkLandings } from "./mainline.ts";
import { listTree, readFiles } from "./read-files.ts";

/** Where HEAD stands. */
export interface HeadInfo {
  /** A full id; null before the first commit. */
  readonly commit: string | null;
  /** Null while HEAD is detached, as it usually is in CI. */
  readonly branch: string | null;
}

/** A git repository, read and never written. All paths are relative to the opened folder, with forward slashes. */
export interface Repository {
  /** The top of the work tree. */
  readonly root: string;
  /** The full id of a branch, tag, short id … @throws FlagError UNKNOWN_COMMIT */
  resolve(ref: string): Promise<string>;
  /** True when older commits are missing: no question about ancestry can be answered then. */
  isShallow(): Promise<boolean>;
  /**
   * Whether `newer` contains `older`; a commit contains itself. `unknown`: there is no such older commit here, as after a
   * rewritten history.
   *
   * @throws FlagError UNKNOWN_COMMIT for `newer`; SHALLOW_CLONE when the answer may lie in the missing part
   */
  isAncestor(older: string, newer: string): Promise<"yes" | "no" | "unknown">;
  /** Where two lines of history parted: the newest commit that both have; null when they share none. @throws as isAncestor */
  commonAncestor(one: string, other: string): Promise<string | null>;
  /**
   * All files below `folder`, e.g. `flags`, as the commit has them. None when it has no such folder. Links and submodules are
   * named, unread; of a file above 1 MiB only the first MiB.
   */
  readFiles(commit: string, folder: string): Promise<readonly SourceFile[]>;
  /** The files of a commit below `folder`, unread: path → id of the content. Links and submodules are left out. */
  fileIds(commit: string, folder: string): Promise<ReadonlyMap<string, string>>;
  /** Contents by id; to be closed. */
  openBlobs(): BlobReader;
  /**
   * The steps of the main line up to `to` (the line of first parents) that changed something below `folder`, newest first;
   * a merge is one step. One git process, which ends when the caller stops asking.
   *
   * @param onLine told of every commit of the line, as far as the walk gets
   */
  landings(to: string, folder: string, onLine?: (commit: LineCommit) => void): AsyncIterable<LandedChange>;
  /** Paths below `folder` whose content no commit has yet: new, changed or gone since HEAD. Ignored files do not count. */
  changedFiles(folder: string): Promise<readonly string[]>;
  describeHead(): Promise<HeadInfo>;
  /**
   * For each path the last commit up to `to` that changed it (that removed it, for a file that is gone). `from` and its
   * ancestors are not looked at; what was not changed since is left out. One git process.
   */
  lastChanges(
    paths: Iterable<string>,
    range: { readonly from: string | null; readonly to: string },
  ): Promise<ReadonlyMap<string, CommitInfo>>;
}

/**
 * The repository around a folder, which usually is the one that holds `flags/`, at the top or anywhere below it.
 *
 * @param environment what git is started with; the process's own unless given
 * @throws FlagError NOT_A_REPOSITORY; GIT_FAILED when git is missing or does not trust the folder's owner
 */
export async function openRepository(folder: string, environment: Environment = process.env): Promise<Repository> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new FlagError("NOT_A_REPOSITORY", `there is no folder ${folder}`, { hint: "name a folder inside a clone" });
  }
  const git = gitIn(folder, environment);
  const { root, prefix } = await placeOf(git);
  const known = new Set<string>();
  const commitOf = async (ref: string): Promise<string> => {
    // A commit that was found stays what it is; branches and HEAD move.
    if (known.has(ref)) return ref;
    const commit = await resolve(git, ref);
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
    readFiles: async (commit, below) => readFiles(git, await commitOf(commit), below, prefix),
    fileIds: async (commit, below) => {
      const entries = await listTree(git, await commitOf(commit), `${prefix}${below}`);
      const files = entries.filter(({ kind }) => kind === "file");
      return new Map(files.map(({ path, id }) => [path.slice(prefix.length), id]));
    },
    openBlobs: () => openBlobs(git),
    landings: (to, below, onLine = () => {}) => landingsBelow(git, to, below, prefix, onLine),
    changedFiles: (below) => changedFiles(git, below, prefix),
    describeHead: () => describeHead(git),
    lastChanges: async (paths, { from, to }) => {
      const range = { from: from === null ? null : await commitOf(from), to: await commitOf(to) };
      const wanted = [...paths];
      const fromTop = wanted.map((path) => `${prefix}${path}`);
      const changes = await lastChanges(git, fromTop, range, commonFolder(wanted));
      return new Map([...changes].map(([path, info]) => [path.slice(prefix.length), info]));
    },
  };
}

/** Where the opened folder lies: one process, but for a path with a line break in it. */
async function placeOf(git: Git): Promise<{ readonly root: string; readonly prefix: string }> {
  const asked = ["--show-toplevel", "--show-prefix"];
  let answers: readonly string[] = line(await git.run("rev-parse", ...asked)).split(/\r?\n/);
  if (answers.length !== asked.length) {
    answers = await Promise.all(asked.map(async (option) => line(await git.run("rev-parse", option))));
  }
  const [root = "", prefix = ""] = answers;
  return { root, prefix };
}

async function resolve(git: Git, ref: string): Promise<string> {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (ref === "" || ref.startsWith("-") || /[\u0000-\u001f\u007f]/.test(ref)) {
    throw new FlagError("UNKNOWN_COMMIT", `${JSON.stringify(ref)} is not the name of a commit`, {
      hint: "give a branch, a tag or a commit id",
    });
  }
  // Git works here, or the repository would not be open: what it complains of is the name.
  const found = await git.run("rev-parse", "--verify", "--quiet", `${ref}^{commit}`).catch((cause: unknown) => {
    throw new FlagError("UNKNOWN_COMMIT", `"${ref}" names no commit: ${complaintOf(cause)}`, {
      hint: "give a branch, a tag or a commit id in full",
      cause,
    });
  });
  if (found !== "") return line(found);
  throw new FlagError("UNKNOWN_COMMIT", `the repository has no commit "${ref}"`, { hint: await hintFor(git, ref) });
}

function complaintOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

async function hintFor(git: Git, ref: string): Promise<string> {
  if ((await describeHead(git)).commit === null) return "it has none at all yet: commit flags/ first";
  const [, remote, branch] = /^(origin)\/([\w./-]+)$/.exec(ref) ?? [];
  if (await isShallow(git)) {
    // A clone of one branch alone would get no other by that.
    const all = remote === undefined ? "" : ` ${remote} '+refs/heads/*:refs/remotes/${remote}/*'`;
    return `the clone has only part of the history; get the rest with: git fetch --unshallow${all}`;
  }
  if (branch !== undefined) {
    const fetch = `git fetch ${remote} '+refs/heads/${branch}:refs/remotes/${ref}'`;
    return `${fetch}\ngit branch --remotes        tells what there is, should it be called otherwise`;
  }
  if (/^[0-9a-f]{4,39}$/.test(ref))
    return "is it pushed and fetched? If more than one commit begins so, write more of the id";
  return "is it pushed and fetched? See what there is with: git branch --all";
}

async function isShallow(git: Git): Promise<boolean> {
  return line(await git.run("rev-parse", "--is-shallow-repository")) === "true";
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
  // Empty when nothing of the older commit is missing in the newer: unlike merge-base's exit code, no failure looks like that.
  if (start !== null && (await git.run("rev-list", "--max-count=1", start, `^${end}`)) === "") return "yes";
  if (await isShallow(git)) {
    throw new FlagError("SHALLOW_CLONE", `whether ${older} leads to ${newer} cannot be told: the clone is shallow`, {
      hint: "get the whole history with: git fetch --unshallow\n(actions/checkout: fetch-depth: 0)",
    });
  }
  return start === null ? "unknown" : "no";
}

/** The same steps, with paths from the opened folder. */
async function* landingsBelow(
  git: Git,
  to: string,
  folder: string,
  prefix: string,
  onLine: (commit: LineCommit) => void,
): AsyncGenerator<LandedChange, void, undefined> {
  for await (const step of walkLandings(git, await resolve(git, to), folder, onLine)) {
    yield {
      ...step,
      changes: step.changes.map((change) => ({ ...change, path: change.path.slice(prefix.length) })),
      madeBy: (paths) => step.madeBy(new Set([...paths].map((path) => `${prefix}${path}`))),
    };
  }
}

async function changedFiles(git: Git, folder: string, prefix: string): Promise<readonly string[]> {
  const args = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"];
  const records = (await git.run(...args, "--", folder)).split("\0").filter((record) => record !== "");
  // Two letters of state, a space, the path from the top of the repository.
  return records.map((record) => record.slice(3 + prefix.length)).sort();
}

async function describeHead(git: Git): Promise<HeadInfo> {
  const commit = line(await git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}"));
  const name = line(await git.run("symbolic-ref", "--quiet", "HEAD"));
  const branch = name.startsWith("refs/heads/") ? name.slice("refs/heads/".length) : null;
  return { commit: commit || null, branch };
}

/** The deepest folder that holds all paths: the less of the tree git compares, the faster. "." for the whole repository. */
function commonFolder(paths: readonly string[]): string {
  let common: readonly string[] | undefined;
  for (const path of paths) {
    const parts = path.split("/").slice(0, -1);
    const parting: number = common?.findIndex((part, n) => part !== parts[n]) ?? -1;
    if (common === undefined) common = parts;
    else if (parting !== -1) common = common.slice(0, parting);
  }
  return common?.join("/") || ".";
}

function line(output: string): string {
  return output.replace(/\r?\n$/, "");
}
