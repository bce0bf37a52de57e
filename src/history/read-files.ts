import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { readBlobs } from "./cat-file.ts";
import type { Git } from "./git.ts";

/** One file of a commit, not yet read. */
export interface TreeEntry {
  readonly kind: SourceFile["kind"];
  readonly id: string;
  /** From the top of the repository. */
  readonly path: string;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads all files of a commit below a folder from git's objects, so that work tree, filters and line-end settings have no effect.
 * Runs two processes, however many files there are.
 *
 * @param commit  a full id
 * @param folder  below the opened one, e.g. `flags`
 * @param prefix  the path of the opened folder in the repository, "" or `apps/shop/`; removed from every path
 * @returns       in git's order; empty when the commit has no such folder. Of a file above 1 MiB only the first MiB
 */
export async function readFiles(
  git: Git,
  commit: string,
  folder: string,
  prefix: string,
): Promise<readonly SourceFile[]> {
  const entries = await listTree(git, commit, `${prefix}${folder}`);
  const files = entries.map(({ kind, path, id }) => ({ kind, path: path.slice(prefix.length), id }));
  const contents = (
    await readBlobs(
      git,
      files.flatMap(({ kind, id }) => (kind === "file" ? [id] : [])),
    )
  ).values();
  return files.map(({ kind, path }) => ({
    path,
    kind,
    bytes: kind === "file" ? (contents.next().value ?? NOTHING) : NOTHING,
  }));
}

/** Lists everything below a path, in git's order. */
export async function listTree(git: Git, commit: string, path: string): Promise<readonly TreeEntry[]> {
  const chunks: Uint8Array[] = [];
  const args = ["ls-tree", "-r", "-z", "--full-tree", commit, "--", path];
  for await (const chunk of git.stream(args)) chunks.push(chunk);
  const records = Buffer.concat(chunks).toString("utf8").split("\0");
  return records.filter((record) => record !== "").map(treeEntry);
}

/** `100644 blob <id>\t<path>` */
function treeEntry(record: string): TreeEntry {
  const tab = record.indexOf("\t");
  const [mode, , id] = record.slice(0, tab).split(" ");
  if (tab === -1 || mode === undefined || id === undefined) {
    throw new FlagError("GIT_FAILED", `unexpected output of git ls-tree: "${record}"`);
  }
  return {
    kind: mode === "120000" ? "symlink" : mode === "160000" ? "submodule" : "file",
    id,
    path: record.slice(tab + 1),
  };
}
