import { resolve } from "node:path";
import { FlagError } from "../core/errors.ts";
import type { SourceFile } from "../core/flag/source-file.ts";
import { gitIn } from "./git.ts";
import type { Environment } from "./git-environment.ts";
import { kindOf, readContents, type TreeEntry } from "./read-files.ts";

/** The files that the next commit will contain below a folder. */
export interface Staged {
  /** All files of the index, changed or not, in git's order. Empty if nothing changed. */
  readonly files: readonly SourceFile[];
  /** Paths that differ from HEAD: added, changed or deleted. */
  readonly changed: readonly string[];
}

/**
 * Reads the files below a folder from git's index. For `git commit FILE` and `git commit --all`, git passes a different index
 * to its hooks in GIT_INDEX_FILE, which is then read instead.
 *
 * @param folder  the folder that contains `below`; all paths are relative to it
 * @param below   e.g. `flags`
 * @throws FlagError NOT_A_REPOSITORY, GIT_FAILED; INVALID_FLAGS if a merge conflict below the folder is not resolved
 */
export async function readStaged(
  folder: string,
  below: string,
  environment: Environment = process.env,
): Promise<Staged> {
  const outside = gitIn(folder, environment);
  const index = environment["GIT_INDEX_FILE"];
  // The path is relative to the top of the work tree, where git starts its hooks.
  const top = (await outside.run("rev-parse", "--show-toplevel")).replace(/\r?\n$/, "");
  const git = index === undefined ? outside : gitIn(folder, environment, { indexFile: resolve(top, index) });
  const paths = async (...args: readonly string[]) => {
    return records(
      await git.run("diff", "--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", ...args, "--", below),
    );
  };
  const changed = await paths("--cached");
  if (changed.length === 0) return { files: [], changed };
  // Files added with `git add --intent-to-add` are in the index without content, and the commit will not contain them.
  const [intended, entries] = await Promise.all([
    paths("--diff-filter=A"),
    git.run("ls-files", "--stage", "-z", "--", below),
  ]);
  const staged = records(entries)
    .map(indexEntry)
    .filter(({ path }) => !intended.includes(path));
  return { files: await readContents(git, staged), changed };
}

/** Parses `100644 <id> <stage>\t<path>`. */
function indexEntry(record: string): TreeEntry {
  const [, mode = "", id = "", stage, path = ""] = /^(\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(record) ?? [];
  if (path === "") throw new FlagError("GIT_FAILED", `unexpected output of git ls-files: "${record}"`);
  if (stage !== "0") {
    throw new FlagError("INVALID_FLAGS", `${path} has unresolved merge conflicts`, {
      hint: "resolve them, then run git add",
    });
  }
  return { kind: kindOf(mode), id, path };
}

function records(text: string): readonly string[] {
  return text.split("\0").filter((record) => record !== "");
}
