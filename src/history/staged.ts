import { resolve } from "node:path";
import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { readBlobs } from "./cat-file.ts";
import { gitIn, type Git } from "./git.ts";
import type { Environment } from "./git-environment.ts";

/** The files that the next commit will contain below a folder. */
export interface Staged {
  /** All files of the index, changed or not, in git's order. Empty where nothing changed. */
  readonly files: readonly SourceFile[];
  /** Paths that differ from HEAD: added, changed or deleted. */
  readonly changed: readonly string[];
}

const NOTHING = new Uint8Array(0);

/**
 * Reads git's index. For `git commit FILE` and `git commit --all`, git gives its hooks another index in GIT_INDEX_FILE, which
 * is then read.
 *
 * @param folder  contains `below`; all paths are relative to it
 * @param below   e.g. `flags`
 * @throws FlagError NOT_A_REPOSITORY, GIT_FAILED; INVALID_FLAGS where a merge conflict below the folder is not resolved
 */
export async function readStaged(
  folder: string,
  below: string,
  environment: Environment = process.env,
): Promise<Staged> {
  const outside = gitIn(folder, environment);
  const [top = "", prefix = ""] = (await outside.run("rev-parse", "--show-toplevel", "--show-prefix")).split(/\r?\n/);
  const index = environment["GIT_INDEX_FILE"];
  // The path is relative to the top of the work tree, where git starts its hooks.
  const git = index === undefined ? outside : gitIn(folder, environment, resolve(top, index));
  const paths = async (...args: readonly string[]) => {
    const text = await git.run("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", ...args, "--", below);
    return records(text).map((path) => path.slice(prefix.length));
  };
  const changed = await paths("--cached");
  if (changed.length === 0) return { files: [], changed };
  // Files of `git add --intent-to-add` are in the index, empty, but will not be in the commit.
  const [intended, entries] = await Promise.all([paths("--diff-filter=A"), listIndex(git, below, prefix)]);
  const ours = entries.filter(({ path }) => !intended.includes(path));
  const contents = (
    await readBlobs(
      git,
      ours.flatMap(({ kind, id }) => (kind === "file" ? [id] : [])),
    )
  ).values();
  const files = ours.map(({ kind, path }) => ({
    path,
    kind,
    bytes: kind === "file" ? (contents.next().value ?? NOTHING) : NOTHING,
  }));
  return { files, changed };
}

interface IndexEntry {
  readonly kind: SourceFile["kind"];
  readonly id: string;
  readonly path: string;
}

async function listIndex(git: Git, below: string, prefix: string): Promise<readonly IndexEntry[]> {
  const found = records(await git.run("ls-files", "--stage", "-z", "--full-name", "--", below)).map(indexEntry);
  return found.map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }));
}

/** `100644 <id> <stage>\t<path>` */
function indexEntry(record: string): IndexEntry {
  const tab = record.indexOf("\t");
  const [mode, id, stage] = record.slice(0, tab).split(" ");
  const path = record.slice(tab + 1);
  if (tab === -1 || mode === undefined || id === undefined) {
    throw new FlagError("GIT_FAILED", `unexpected output of git ls-files: "${record}"`);
  }
  if (stage !== "0") {
    throw new FlagError("INVALID_FLAGS", `${path} has unresolved merge conflicts`, {
      hint: "resolve them, then run git add",
    });
  }
  return { kind: mode === "120000" ? "symlink" : mode === "160000" ? "submodule" : "file", id, path };
}

function records(text: string): readonly string[] {
  return text.split("\0").filter((record) => record !== "");
}
