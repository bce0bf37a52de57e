import { FlagError } from "../core/errors.ts";
import type { Git } from "./git.ts";

/** One commit of a walk, and the paths that it changed against its first parent. */
export interface LoggedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  /** When it was committed, ISO 8601 with the committer's offset. */
  readonly date: string;
  readonly subject: string;
  /** From the top of the repository. */
  readonly paths: readonly string[];
}

const FIELDS = ["%H", "%P", "%an", "%ae", "%cI", "%s"];

/**
 * The history that leads to `to`, children before their parents, merges included, from one git process that ends when the
 * caller stops asking.
 *
 * @param from left out together with all its ancestors; null for everything
 * @param folder relative to the opened one: only paths below it are named, but every commit is shown, also one without any
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
  yield* commitsOf(tokensOf(git.stream(args)));
}

/** The pieces between zero bytes. */
async function* tokensOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\0");
    rest = pieces.pop() ?? "";
    yield* pieces;
  }
}

/** Six fields, then for each changed path `:<modes and ids> M` and the path; the first of those begins with a line feed. */
async function* commitsOf(
  tokens: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<LoggedCommit, void, undefined> {
  try {
    let token = await tokens.next();
    while (!token.done) {
      const fields: string[] = [];
      for (; !token.done && fields.length < FIELDS.length; token = await tokens.next()) fields.push(token.value);
      const paths: string[] = [];
      while (!token.done && /^\n?:/.test(token.value)) {
        const path = await tokens.next();
        if (!path.done) paths.push(path.value);
        token = await tokens.next();
      }
      yield loggedCommit(fields, paths);
    }
  } finally {
    await tokens.return();
  }
}

function loggedCommit(fields: readonly string[], paths: readonly string[]): LoggedCommit {
  const [sha = "", parents = "", authorName = "", authorEmail = "", date = "", subject] = fields;
  if (subject === undefined || !/^[0-9a-f]{40,64}$/.test(sha)) {
    throw new FlagError("GIT_FAILED", `git logged a commit in a way that is not understood: "${fields.join(" ")}"`);
  }
  return { sha, parents: parents.split(" ").filter(Boolean), authorName, authorEmail, date, subject, paths };
}
