import { readBlobs } from "./cat-file.ts";
import { gitIn, type Git } from "./git.ts";
import type { Environment } from "./git-environment.ts";

/** What one commit of the line of first parents did to a file of a given name. */
export interface FileVersion {
  /** The full id of the commit; of the merge, where one brought the change. */
  readonly sha: string;
  /** The first parent; null for the first commit. */
  readonly parent: string | null;
  /** The path in the commit, or the one that it had before it was removed; relative to the opened folder. */
  readonly path: string;
  /** The content in the parent; null where it is new. */
  readonly before: Uint8Array | null;
  /** The content in the commit; null where it is gone. */
  readonly after: Uint8Array | null;
}

/** A file that a commit changed, by the ids of its contents. */
interface Change {
  readonly before: string | null;
  readonly after: string | null;
  readonly path: string;
}

/**
 * The commits up to HEAD that changed a file named `name` anywhere below `below`, newest first. A file that only moved to
 * another folder is one change, with the content on both sides.
 *
 * @param below   relative to `folder`, e.g. `flags`
 * @param to      the commit to begin with
 * @throws FlagError NOT_A_REPOSITORY, GIT_FAILED
 */
export async function fileVersions(
  folder: string,
  { below, name, to = "HEAD" }: { readonly below: string; readonly name: string; readonly to?: string },
  environment: Environment = process.env,
): Promise<readonly FileVersion[]> {
  const git = gitIn(folder, environment);
  const commits = (await changesBelow(git, below, to)).flatMap(({ sha, parent, changes }) => {
    const own = changes.filter(({ path }) => path === name || path.endsWith(`/${name}`));
    const last = own.find(({ after }) => after !== null) ?? own[0];
    if (last === undefined) return [];
    const before = own.find((change) => change.before !== null)?.before ?? null;
    return [{ sha, parent, path: last.path, before, after: last.after }];
  });
  const ids = commits.flatMap(({ before, after }) => [before, after]).filter((id) => id !== null);
  const unique = [...new Set(ids)];
  const blobs = await readBlobs(git, unique);
  const contents = new Map(unique.map((id, index) => [id, blobs[index] ?? null]));
  const contentOf = (id: string | null) => (id === null ? null : (contents.get(id) ?? null));
  return commits.map((each) => ({ ...each, before: contentOf(each.before), after: contentOf(each.after) }));
}

/** Every path below a folder that some commit up to HEAD removed, whether it came back or not. @throws as above */
export async function removedPaths(
  folder: string,
  below: string,
  environment: Environment = process.env,
): Promise<ReadonlySet<string>> {
  const commits = await changesBelow(gitIn(folder, environment), below, "HEAD");
  return new Set(
    commits.flatMap(({ changes }) => changes.flatMap(({ after, path }) => (after === null ? [path] : []))),
  );
}

interface ChangedCommit {
  readonly sha: string;
  readonly parent: string | null;
  readonly changes: readonly Change[];
}

async function changesBelow(git: Git, below: string, to: string): Promise<readonly ChangedCommit[]> {
  const prefix = (await git.run("rev-parse", "--show-prefix")).trimEnd();
  const head = await git.run("rev-parse", "--verify", "--quiet", `${to}^{commit}`);
  if (head === "") return [];
  const args = ["log", "-z", "--first-parent", "--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames"];
  const format = ["--no-ext-diff", "--no-textconv", "--no-decorate", "--format=tformat:%x01%H %P"];
  const output = await git.run(...args, ...format, head.trimEnd(), "--", below);
  return output
    .split("\u0001")
    .slice(1)
    .map((record) => changedCommit(record, prefix));
}

/** `<sha> <parents>`, then pairs of `:<modes> <before> <after> M` and a path, all ended by zero bytes. */
function changedCommit(record: string, prefix: string): ChangedCommit {
  const [ids = "", ...tokens] = record.split("\0").map((token) => token.replace(/^\n/, ""));
  const [sha = "", parent = null] = ids.trim().split(" ");
  const changes: Change[] = [];
  for (let at = 0; at + 1 < tokens.length; at += 2) {
    const [, , before = "", after = ""] = (tokens[at] ?? "").split(" ");
    changes.push({ before: idOf(before), after: idOf(after), path: (tokens[at + 1] ?? "").slice(prefix.length) });
  }
  return { sha, parent: parent === "" ? null : parent, changes };
}

/** Git writes an id of zeros where there is nothing. */
function idOf(id: string): string | null {
  return /^0*$/.test(id) ? null : id;
}
