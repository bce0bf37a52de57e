import { FlagError } from "../core/errors.ts";
import type { Git } from "./git.ts";

/** One commit, with its changes relative to its first parent. */
export interface LoggedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  /** The commit date, ISO 8601 with the committer's offset. */
  readonly date: string;
  readonly subject: string;
  readonly changes: readonly FileChange[];
}

/** One path that a commit changed, with the blob ids before and after. `before` is null for an added file, `after` for a removed one. */
export interface FileChange {
  /** The path relative to the opened folder. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const FIELDS = ["%H", "%P", "%an", "%ae", "%cI", "%s"];

/**
 * Walks the history that leads to `to`, merges included; children come before their parents. Runs one git process, which ends
 * when the caller stops iterating.
 *
 * @param from    a commit to exclude together with all its ancestors; null for the whole history
 * @param folder  relative to the opened folder. Only paths below it are listed; commits without such paths are yielded too
 */
export async function* walkCommits(
  git: Git,
  range: { readonly from: string | null; readonly to: string },
  folder: string,
): AsyncGenerator<LoggedCommit, void, undefined> {
  const args = [
    "log",
    "-z",
    "--topo-order",
    // Without these two, git follows only one side of a merge and skips commits that change nothing here.
    "--full-history",
    "--sparse",
    "--raw",
    "--no-abbrev",
    "--relative",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-decorate",
    "--diff-merges=first-parent",
    `--format=tformat:${FIELDS.join("%x00")}`,
    range.to,
    ...(range.from === null ? [] : [`^${range.from}`]),
    "--",
    folder,
  ];
  const decoder = new TextDecoder();
  const read = commitReader();
  let rest = "";
  for await (const chunk of git.stream(args)) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\0");
    rest = pieces.pop() ?? "";
    yield* read(pieces);
  }
  yield* read([], true);
}

/** A change whose path has not been read yet. */
type Ids = Omit<FileChange, "path">;

/**
 * Creates a reader of the pieces between zero bytes: six fields, then for each changed path `:<modes and ids> M` and the path;
 * the first of those begins with a line feed. It is synchronous because histories have many thousands of commits.
 */
function commitReader(): (pieces: readonly string[], isEnd?: boolean) => readonly LoggedCommit[] {
  let fields: string[] = [];
  let changes: FileChange[] = [];
  let ids: Ids | null = null;
  return (pieces, isEnd = false) => {
    const commits: LoggedCommit[] = [];
    for (const piece of pieces) {
      if (ids !== null) {
        changes.push({ path: piece, ...ids });
        ids = null;
      } else if (fields.length < FIELDS.length) fields.push(piece);
      else if (/^\n?:/.test(piece)) ids = idsIn(piece);
      else {
        commits.push(loggedCommit(fields, changes));
        [fields, changes] = [[piece], []];
      }
    }
    if (isEnd && fields.length > 0) commits.push(loggedCommit(fields, changes));
    return commits;
  };
}

/** Reads `:100644 100644 <id> <id> M`. Links, submodules and missing files become null. */
function idsIn(piece: string): Ids {
  const [modeBefore = "", modeAfter = "", before = "", after = ""] = piece.replace(/^\n?:/, "").split(" ");
  const isFile = (mode: string) => mode.startsWith("100");
  return { before: isFile(modeBefore) ? before : null, after: isFile(modeAfter) ? after : null };
}

function loggedCommit(fields: readonly string[], changes: readonly FileChange[]): LoggedCommit {
  const [sha = "", parents = "", authorName = "", authorEmail = "", date = "", subject] = fields;
  if (subject === undefined || !/^[0-9a-f]{40,64}$/.test(sha)) {
    throw new FlagError("GIT_FAILED", `unexpected output of git log: "${fields.join(" ")}"`);
  }
  return { sha, parents: parents.split(" ").filter(Boolean), authorName, authorEmail, date, subject, changes };
}
