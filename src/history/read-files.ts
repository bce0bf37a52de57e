import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { readBlobs } from "./cat-file.ts";
import { type Git, textFrom } from "./git.ts";

/** One file of a commit whose content has not been read yet. */
export interface TreeEntry {
  readonly kind: SourceFile["kind"];
  readonly id: string;
  /** The path relative to the opened folder. */
  readonly path: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads all files of a commit below a folder from git's objects, so that the work tree, filters and line-ending settings
 * have no effect. Runs two processes, however many files there are.
 *
 * @param commit  a full id
 * @param folder  relative to the opened folder, e.g. `flags`
 * @returns       the files in git's order; empty if the commit does not have the folder. Files above 1 MiB are cut to 1 MiB
 */
export async function readFiles(git: Git, commit: string, folder: string): Promise<readonly SourceFile[]> {
  return readContents(git, await listTree(git, commit, folder));
}

/** Reads the contents of files, in the order of the entries. Links and submodules get empty contents. */
export async function readContents(git: Git, entries: readonly TreeEntry[]): Promise<readonly SourceFile[]> {
  const ids = entries.flatMap(({ kind, id }) => (kind === "file" ? [id] : []));
  const contents = (await readBlobs(git, ids)).values();
  return entries.map(({ kind, path }) => {
    return { path, kind, bytes: (kind === "file" ? contents.next().value : undefined) ?? NOTHING };
  });
}

/** Lists everything below a path, in git's order. Paths are relative to the opened folder. */
export async function listTree(git: Git, commit: string, path: string): Promise<readonly TreeEntry[]> {
  const records = (await textFrom(git.stream(["ls-tree", "-r", "-z", commit, "--", path]))).split("\0");
  return records.filter((record) => record !== "").map(treeEntry);
}

/** Lists those of the paths that a commit contains. They are relative to the top of the repository; none is a pattern. */
export async function listPaths(git: Git, commit: string, paths: readonly string[]): Promise<readonly TreeEntry[]> {
  const found = await git.run("ls-tree", "--full-tree", "-z", commit, "--", ...paths);
  return found
    .split("\0")
    .filter((record) => record !== "")
    .map(treeEntry);
}

/** Lists the names of the folders directly inside the opened folder. */
export async function listFolders(git: Git, commit: string): Promise<readonly string[]> {
  const names = await git.run("ls-tree", "-d", "-z", "--name-only", commit);
  return names.split("\0").filter((name) => name !== "");
}

/** Parses `100644 blob <id>\t<path>`. */
function treeEntry(record: string): TreeEntry {
  const [, mode = "", id = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(record) ?? [];
  if (path === "") throw new FlagError("GIT_FAILED", `unexpected output of git ls-tree: "${record}"`);
  return { kind: kindOf(mode), id, path };
}

/** Returns the kind of entry that a git file mode denotes, e.g. `symlink` for `120000`. */
export function kindOf(mode: string): SourceFile["kind"] {
  return mode === "120000" ? "symlink" : mode === "160000" ? "submodule" : "file";
}
