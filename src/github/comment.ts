import type { GitHub } from "./connect.ts";
import { absentFor, attempt } from "./failure.ts";
import { accountOf, isBy, type Account } from "./token-account.ts";

/** A comment on a pull request that this tool wrote. */
export interface Comment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

/** What {@link upsertComment} did, and the address of the comment. */
export interface UpsertedComment {
  readonly action: "created" | "updated" | "unchanged" | "none";
  /** Null when there is no comment. */
  readonly url: string | null;
}

/**
 * Finds the oldest comment that begins with the marker and was written by this account. Comments of other accounts are
 * ignored, with or without the marker.
 *
 * @throws the errors of {@link attempt}
 */
export async function findComment(
  github: GitHub,
  number: number,
  marker: string,
  account: Account,
): Promise<Comment | undefined> {
  const { octokit, owner, repo } = github;
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  return attempt(`read the comments of #${number}`, async () => {
    // GitHub lists the oldest first.
    for await (const { data } of pages) {
      const own = data.find(({ body, user }) => body?.trimStart().startsWith(marker) === true && isBy(user, account));
      if (own !== undefined) return { id: own.id, url: own.html_url, body: own.body ?? "" };
    }
    return undefined;
  });
}

/** The comment to write. */
export interface CommentText {
  readonly marker: string;
  /** Contains the marker. */
  readonly body: string;
  /** When false, an existing comment is updated, but none is created. */
  readonly needsComment: boolean;
}

/**
 * Creates the comment, or updates the existing one in place. A comment that already has the text is not touched.
 *
 * @throws the errors of {@link attempt}
 */
export async function upsertComment(
  github: GitHub,
  number: number,
  account: Account,
  text: CommentText,
): Promise<UpsertedComment> {
  const { octokit, owner, repo } = github;
  const found = await findComment(github, number, text.marker, account);
  if (found !== undefined) return updated(github, number, found, text);
  if (!text.needsComment) return { action: "none", url: null };
  const { data: made } = await attempt(`comment on #${number}`, () =>
    octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: text.body }),
  );
  // A concurrent run may have created a comment as well, or the assumed account was wrong. Each run looks again and
  // keeps the older comment.
  const first = await findComment(github, number, text.marker, accountOf(made.user) ?? account);
  if (first === undefined || first.id === made.id) return { action: "created", url: made.html_url };
  await attempt(`remove the second comment on #${number}`, () =>
    octokit.rest.issues.deleteComment({ owner, repo, comment_id: made.id }),
  ).catch(absentFor(404));
  return updated(github, number, first, text);
}

async function updated(
  github: GitHub,
  number: number,
  found: Comment,
  { body }: CommentText,
): Promise<UpsertedComment> {
  if (sameText(found.body, body)) return { action: "unchanged", url: found.url };
  await updateComment(github, number, found.id, body);
  return { action: "updated", url: found.url };
}

/** Replaces the text of a comment. @throws the errors of {@link attempt} */
export async function updateComment(
  { octokit, owner, repo }: GitHub,
  number: number,
  id: number,
  body: string,
): Promise<void> {
  await attempt(`update the comment on #${number}`, () =>
    octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body }),
  );
}

/** Returns whether two texts are equal except for line endings and outer white space, which GitHub changes when it stores a text. */
export function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return plain(one) === plain(other);
}
