import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { entryAt, entryText } from "../../files/entry.ts";
import type { Repository } from "../../history/repository.ts";
import { problemAt, START } from "../load/parsed-file.ts";

/** The paths, from the top of the repository, at which GitHub looks for CODEOWNERS, and the folder that holds the first. */
const PLACES = [".github", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] as const;

/**
 * Returns a problem for a CODEOWNERS that is not a regular file. GitHub does not follow a link, so nobody would have to
 * approve a change, and a command that writes CODEOWNERS could be led to another file.
 *
 * @param folder  the folder that holds `flags/`
 * @param commit  null for the work tree
 */
export async function checkCodeOwnersFile(
  folder: string,
  repository: Repository,
  commit: string | null,
): Promise<readonly Diagnostic[]> {
  const found = commit === null ? await oddInWorkTree(repository.root) : await oddInCommit(repository, commit);
  const [first] = found;
  if (first === undefined) return [];
  const top = relative(await realpath(folder), await realpath(repository.root));
  const path = join(top, first.path).replaceAll("\\", "/");
  const message = `${first.path} is ${first.what}; GitHub requests no reviews for it, and it is not followed`;
  const hint = `replace it with ${first.path === ".github" ? "a folder" : "the file itself"}`;
  return [problemAt({ path, text: "" }, START, { code: "not-a-file", message, hint })];
}

interface OddPath {
  readonly path: string;
  readonly what: string;
}

async function oddInWorkTree(top: string): Promise<readonly OddPath[]> {
  const found: OddPath[] = [];
  for (const path of PLACES) {
    const entry = await entryAt(join(top, path));
    if (entry === undefined || (path === ".github" ? entry.isDirectory() : entry.isFile())) continue;
    found.push({ path, what: entryText(entry) });
  }
  return found;
}

async function oddInCommit(repository: Repository, commit: string): Promise<readonly OddPath[]> {
  const links = await repository.linksAmong(commit, PLACES);
  return links.map((path) => ({ path, what: "a symbolic link or a submodule" }));
}
