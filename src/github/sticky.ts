import type { GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";
import { authorOf, isBy, type Author, type Self } from "./self.ts";

/** A comment of ours on a pull request or an issue. */
export interface StickyComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

export interface Upserted {
  readonly action: "created" | "updated" | "unchanged" | "none";
  /** Null where there is no comment. */
  readonly url: string | null;
}

/**
 * The comment that begins with the marker and was written with this token; the oldest, should there be several. One of anybody else
 * is not ours, marker or not.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function stickyOf(
  github: GitHub,
  number: number,
  marker: string,
  self: Self,
): Promise<StickyComment | undefined> {
  const { octokit, owner, repo } = github;
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  try {
    // GitHub lists the oldest first.
    for await (const { data } of pages) {
      const own = data.find(({ body, user }) => body?.trimStart().startsWith(marker) === true && isBy(user, self));
      if (own !== undefined) return { id: own.id, url: own.html_url, body: own.body ?? "" };
    }
    return undefined;
  } catch (error) {
    throw gitHubFailure(error, `read the comments of #${number}`);
  }
}

/** What the comment should say. */
export interface Wanted {
  readonly marker: string;
  /** With the marker in it. */
  readonly body: string;
  /** False where nobody has to be told: then a comment that is there is brought up to date, but none is made. */
  readonly isNews: boolean;
}

/**
 * Makes the one comment of ours say that text: in place where there is one, untouched where it says so already.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function upsertSticky(github: GitHub, number: number, self: Self, wanted: Wanted): Promise<Upserted> {
  const found = await stickyOf(github, number, wanted.marker, self);
  if (found !== undefined) return updated(github, number, found, wanted);
  if (!wanted.isNews) return { action: "none", url: null };
  const made = await created(github, number, wanted.body);
  // Another run may have been as fast, or the account may be another than was taken for: both look again, and the older
  // comment stays.
  const first = await stickyOf(github, number, wanted.marker, authorOf(made.user) ?? self);
  if (first === undefined || first.id === made.id) return { action: "created", url: made.url };
  await deleteComment(github, number, made.id);
  return updated(github, number, first, wanted);
}

async function updated(github: GitHub, number: number, found: StickyComment, { body }: Wanted): Promise<Upserted> {
  if (sameText(found.body, body)) return { action: "unchanged", url: found.url };
  try {
    await updateSticky(github, found.id, body);
  } catch (error) {
    throw gitHubFailure(error, `update the comment on #${number}`);
  }
  return { action: "updated", url: found.url };
}

/** @throws whatever octokit throws */
export async function updateSticky({ octokit, owner, repo }: GitHub, id: number, body: string): Promise<void> {
  await octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body });
}

async function created({ octokit, owner, repo }: GitHub, number: number, body: string): Promise<Made> {
  try {
    const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body });
    return { id: data.id, url: data.html_url, user: data.user };
  } catch (error) {
    throw gitHubFailure(error, `comment on #${number}`);
  }
}

interface Made {
  readonly id: number;
  readonly url: string;
  readonly user: Author | null;
}

async function deleteComment({ octokit, owner, repo }: GitHub, number: number, id: number): Promise<void> {
  try {
    await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id });
  } catch (error) {
    if (statusOf(error) === 404) return;
    throw gitHubFailure(error, `remove the second comment on #${number}`);
  }
}

/** GitHub stores line ends as it likes, and takes white space off the end. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return plain(one) === plain(other);
}
