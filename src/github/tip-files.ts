import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import { isJsonObject } from "../core/json.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { rootOf } from "../source/edit/rewrite.ts";
import { keyOfPath } from "../source/shape/key.ts";
import { mapJson } from "../source/load/tree.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure } from "./failure.ts";

/** Files below `flags/` of one commit. */
export interface TipFiles {
  readonly files: readonly SourceFile[];
  /**
   * Whether these are all of them. Else they are the configuration, the segments, one flag and what it requires: enough to edit
   * that flag and to check its file; flags that require it are not there.
   */
  readonly isWhole: boolean;
}

export interface Wanted {
  /** The folder that holds `flags/`, from the top of the repository: "" or `apps/shop/`. */
  readonly prefix: string;
  readonly key: FlagKey;
  /** The edit looks at every flag, however many there are. */
  readonly whole?: boolean;
}

/** Up to here all flags are read: one request each, and the whole report for it. */
const MOST_READ_ALWAYS = 40;
/** More requests than this would use up an hour's limit within a few edits. */
const MOST_READ = 400;

/**
 * What an edit of one flag needs of a commit, by the API alone.
 *
 * @param tree  the id of the commit's tree
 * @throws FlagError NO_FLAGS; USAGE for more files than the API gives; GITHUB_…
 */
export async function readTipFiles(github: GitHub, tree: string, wanted: Wanted): Promise<TipFiles> {
  try {
    const entries = await flagEntries(github, tree, wanted.prefix);
    const yaml = entries.filter(({ path }) => path.endsWith(".yaml") && !path.startsWith("flags/_schema/"));
    const named = new Set(yaml.filter(({ path }) => isUnderscored(path) || keyOfPath(path) === wanted.key));
    const isWhole = wanted.whole === true || yaml.length <= MOST_READ_ALWAYS;
    if (isWhole && yaml.length > MOST_READ) throw tooMany(yaml.length, wanted.key);
    const files = await readAll(github, isWhole ? yaml : [...named]);
    return { files: isWhole ? files : await withRequired(github, files, yaml), isWhole };
  } catch (error) {
    throw gitHubFailure(error, `read flags/ of ${github.repository}`);
  }
}

/** The text of one flag's file in another commit; undefined where that commit, or the flag in it, is not there. */
export async function flagTextAt(github: GitHub, tree: string, { prefix, key }: Wanted): Promise<string | undefined> {
  try {
    const entries = await flagEntries(github, tree, prefix);
    const own = entries.filter(({ path }) => path.endsWith(".yaml") && keyOfPath(path) === key && !isUnderscored(path));
    const [file] = await readAll(github, own.slice(0, 1));
    return file && new TextDecoder().decode(file.bytes);
  } catch (error) {
    if (error instanceof FlagError && error.code === "NO_FLAGS") return undefined;
    throw gitHubFailure(error, `read ${key} of ${github.repository}`);
  }
}

interface Entry {
  /** From the folder that holds `flags/`. */
  readonly path: string;
  readonly id: string;
  readonly kind: SourceFile["kind"];
}

/** Every file below `flags/`. Only that folder is listed in depth: GitHub cuts off the list of a large repository. */
async function flagEntries(github: GitHub, root: string, prefix: string): Promise<readonly Entry[]> {
  let tree = root;
  for (const name of `${prefix}flags`.split("/")) {
    const found = (await listTree(github, tree, false)).find(({ path, type }) => path === name && type === "tree");
    if (found?.sha === undefined) {
      throw new FlagError("NO_FLAGS", `${github.repository} has no folder ${prefix}flags on the branch to change`, {
        hint: prefix === "" ? "is it the right repository?" : "is it the right repository, and pushed?",
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
  throw new FlagError("USAGE", `GitHub lists only a part of the files of ${repository}: there are too many`, {
    hint: "run hoist in a clone that has the branch's newest commit: git fetch origin",
  });
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

/** With the flags that the one requires, and those that they require. */
async function withRequired(
  github: GitHub,
  start: readonly SourceFile[],
  entries: readonly Entry[],
): Promise<readonly SourceFile[]> {
  const files = [...start];
  const read = new Set(files.map(({ path }) => path));
  for (let round = start; round.length > 0; ) {
    const keys = new Set(round.flatMap(requiredBy));
    const next = entries.filter(({ path }) => keys.has(keyOfPath(path)) && !isUnderscored(path) && !read.has(path));
    for (const { path } of next) read.add(path);
    round = await readAll(github, next);
    files.push(...round);
  }
  return files;
}

function requiredBy({ path, bytes }: SourceFile): readonly FlagKey[] {
  if (isUnderscored(path)) return [];
  const root = rootOf(new TextDecoder().decode(bytes));
  const requires = root === undefined ? undefined : mapJson(root)["requires"];
  return isJsonObject(requires) ? Object.keys(requires) : [];
}

/** Configuration, segments, schemas. */
function isUnderscored(path: string): boolean {
  return path.split("/").some((part) => part.startsWith("_"));
}

function tooMany(count: number, key: FlagKey): FlagError {
  return new FlagError("USAGE", `flags/ has ${count} files, too many to read one by one for ${key}`, {
    hint: "run hoist in a clone that has the branch's newest commit: git fetch origin",
  });
}
