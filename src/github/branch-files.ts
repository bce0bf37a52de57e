import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { isJsonObject } from "../core/json.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { rootOf } from "../source/edit/rewrite.ts";
import { keyOfPath } from "../source/shape/key.ts";
import { isFlagPath } from "../source/shape/paths.ts";
import { mapJson } from "../source/load/tree.ts";
import type { GitHub } from "./connect.ts";
import { attempt } from "./failure.ts";

/** Files below `flags/` in one commit. */
export interface BranchFiles {
  readonly files: readonly SourceFile[];
  /**
   * Whether all files were read. Otherwise only the configuration, the segments, one flag and what it requires were read: enough
   * to edit and check that flag, but without the flags that require it.
   */
  readonly isWhole: boolean;
}

/** Selects the files to read. */
export interface WantedFiles {
  /** The path from the top of the repository to the folder that holds `flags/`: "" or `apps/shop/`. */
  readonly prefix: string;
  readonly key: FlagKey;
  /** Reads all flags, regardless of their number. */
  readonly whole?: boolean;
}

/** If there are at most this many files, all of them are read, with one request each, so that the report covers every flag. */
const MAX_READ_ALWAYS = 40;
/** The maximum number of files that are read. More requests would use up the hourly rate limit within a few edits. */
const MAX_READ = 400;

/**
 * Reads what an edit of one flag needs, through the API.
 *
 * @param tree  the id of the commit's tree
 * @throws FlagError NO_FLAGS; USAGE when there are too many files for the API; the errors of {@link attempt}
 */
export async function readFilesFromGitHub(github: GitHub, tree: string, wanted: WantedFiles): Promise<BranchFiles> {
  return attempt(`read flags/ of ${github.repository}`, async () => {
    const entries = await flagEntries(github, tree, wanted.prefix);
    const yaml = entries.filter(({ path }) => path.endsWith(".yaml") && !path.startsWith("flags/_schema/"));
    const named = new Set(yaml.filter(({ path }) => !isFlagPath(path) || keyOfPath(path) === wanted.key));
    const isWhole = wanted.whole === true || yaml.length <= MAX_READ_ALWAYS;
    if (isWhole && yaml.length > MAX_READ)
      throw tooMany(`flags/ has ${yaml.length} files, too many to read through the API for an edit of ${wanted.key}`);
    const files = await readAll(github, isWhole ? yaml : [...named]);
    return { files: isWhole ? files : await withRequired(github, files, yaml), isWhole };
  });
}

/** Reads the text of one flag's file in a commit; undefined when the commit has no such flag. */
export async function flagTextAt(
  github: GitHub,
  tree: string,
  { prefix, key }: WantedFiles,
): Promise<string | undefined> {
  return attempt(`read ${key} of ${github.repository}`, async () => {
    const entries = await flagEntries(github, tree, prefix);
    const own = entries.filter(({ path }) => isFlagPath(path) && keyOfPath(path) === key);
    const [file] = await readAll(github, own.slice(0, 1));
    return file && new TextDecoder().decode(file.bytes);
  }).catch((error: unknown) => {
    if (error instanceof FlagError && error.code === "NO_FLAGS") return undefined;
    throw error;
  });
}

interface Entry {
  /** Relative to the folder that holds `flags/`. */
  readonly path: string;
  readonly id: string;
  readonly kind: SourceFile["kind"];
}

/** Lists every file below `flags/`. Only that folder is listed recursively, because GitHub truncates long lists. */
async function flagEntries(github: GitHub, root: string, prefix: string): Promise<readonly Entry[]> {
  let tree = root;
  for (const name of `${prefix}flags`.split("/")) {
    const found = (await listTree(github, tree, false)).find(({ path, type }) => path === name && type === "tree");
    if (found?.sha === undefined) {
      throw new FlagError("NO_FLAGS", `${github.repository} has no folder ${prefix}flags on the branch to change`, {
        hint: "check the name of the repository, and that flags/ is pushed",
      });
    }
    tree = found.sha;
  }
  const entries = await listTree(github, tree, true);
  return entries.flatMap(({ path, sha, type, mode }) => {
    if (type === "tree") return [];
    const kind = mode === "120000" ? "symlink" : type === "commit" ? "submodule" : "file";
    return [{ path: `flags/${path}`, id: sha, kind }];
  });
}

async function listTree({ octokit, owner, repo, repository }: GitHub, tree: string, recursive: boolean) {
  const options = { owner, repo, tree_sha: tree, ...(recursive ? { recursive: "1" } : {}) };
  const { data } = await octokit.rest.git.getTree(options);
  if (!data.truncated) return data.tree;
  throw tooMany(`${repository} has too many files: GitHub lists only a part of them`);
}

async function readAll(github: GitHub, entries: readonly Entry[]): Promise<readonly SourceFile[]> {
  return Promise.all(entries.map((entry) => readEntry(github, entry)));
}

async function readEntry({ octokit, owner, repo }: GitHub, { path, id, kind }: Entry): Promise<SourceFile> {
  if (kind !== "file") return { path, kind, bytes: new Uint8Array() };
  const { data } = await octokit.rest.git.getBlob({ owner, repo, file_sha: id });
  const bytes = new Uint8Array(Buffer.from(data.content, data.encoding === "base64" ? "base64" : "utf8"));
  return { path, kind, bytes };
}

/** Adds the flags that the flags read so far require, directly or indirectly. */
async function withRequired(
  github: GitHub,
  start: readonly SourceFile[],
  entries: readonly Entry[],
): Promise<readonly SourceFile[]> {
  const files = [...start];
  const read = new Set(files.map(({ path }) => path));
  for (let round = start; round.length > 0; ) {
    const keys = new Set(round.flatMap(requiredBy));
    const next = entries.filter(({ path }) => isFlagPath(path) && keys.has(keyOfPath(path)) && !read.has(path));
    for (const { path } of next) read.add(path);
    round = await readAll(github, next);
    files.push(...round);
  }
  return files;
}

function requiredBy({ path, bytes }: SourceFile): readonly FlagKey[] {
  if (!isFlagPath(path)) return [];
  const root = rootOf(new TextDecoder().decode(bytes));
  const requires = root === undefined ? undefined : mapJson(root)["requires"];
  return isJsonObject(requires) ? Object.keys(requires) : [];
}

function tooMany(message: string): FlagError {
  return new FlagError("USAGE", message, {
    hint: "run the command in a clone that has the branch's newest commit: git fetch origin",
  });
}
