import { sameText } from "./comment.ts";
import type { GitHub } from "./connect.ts";
import { attempt } from "./failure.ts";
import { accountOf, isBy, type Account } from "./token-account.ts";

/** The text of the drift issue of one environment. */
export interface DriftReport {
  readonly title: string;
  /** Markdown, without the marker that is written before it. */
  readonly body: string;
}

/** What was done with the drift issue; `none`: there is no open issue. */
export type DriftIssue =
  | { readonly action: "opened" | "updated" | "unchanged" | "closed"; readonly number: number; readonly url: string }
  | { readonly action: "none"; readonly number: null; readonly url: null };

/** The label of drift issues. GitHub creates it with the first one. */
export const DRIFT_LABEL = "flaghoist-drift";

type OpenIssue = Awaited<ReturnType<typeof openIssues>>[number];

/**
 * Opens the drift issue of an environment, or updates the open one. It is recognised by label, marker and author.
 *
 * @throws the errors of {@link attempt}
 */
export async function openDriftIssue(
  github: GitHub,
  account: Account,
  environment: string,
  { title, body }: DriftReport,
): Promise<DriftIssue> {
  const wanted = { title, body: `${markerOf(environment)}\n${body}` };
  const [found] = await openIssues(github, account, environment);
  if (found !== undefined) return updated(github, found, wanted);
  const { octokit, owner, repo } = github;
  const { data: made } = await attempt("open the issue", () =>
    octokit.rest.issues.create({ owner, repo, ...wanted, labels: [DRIFT_LABEL] }),
  );
  // A concurrent run may have opened an issue as well, or the assumed account was wrong. Each run looks again and keeps
  // the older issue.
  const [first] = await openIssues(github, accountOf(made.user) ?? account, environment);
  if (first === undefined || first.number >= made.number) return resultOf("opened", made);
  await close(github, made.number, "not_planned");
  return updated(github, first, wanted);
}

/**
 * Closes the drift issue of an environment and comments in it; does nothing when none is open.
 *
 * @throws the errors of {@link attempt}
 */
export async function closeDriftIssue(
  github: GitHub,
  account: Account,
  environment: string,
  comment: string,
): Promise<DriftIssue> {
  const [found, ...others] = await openIssues(github, account, environment);
  if (found === undefined) return { action: "none", number: null, url: null };
  const { octokit, owner, repo } = github;
  for (const { number } of [found, ...others]) {
    // Closed first, so that a run that is interrupted here does not comment again next time.
    await close(github, number, "completed");
    await attempt(`comment on #${number}`, () =>
      octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: comment }),
    );
  }
  return resultOf("closed", found);
}

function resultOf(
  action: Exclude<DriftIssue["action"], "none">,
  { number, html_url }: Pick<OpenIssue, "number" | "html_url">,
): DriftIssue {
  return { action, number, url: html_url };
}

/** Returns the open drift issues of an environment, the oldest first. */
async function openIssues(github: GitHub, account: Account, environment: string) {
  const { octokit, owner, repo } = github;
  const marker = markerOf(environment);
  const issues = await attempt(`read the issues labelled ${DRIFT_LABEL}`, () =>
    octokit.paginate(octokit.rest.issues.listForRepo, {
      owner,
      repo,
      labels: DRIFT_LABEL,
      state: "open",
      sort: "created",
      direction: "asc",
      per_page: 100,
    }),
  );
  return issues.filter(
    ({ body, user, pull_request }) => pull_request == null && body?.startsWith(marker) === true && isBy(user, account),
  );
}

async function updated({ octokit, owner, repo }: GitHub, found: OpenIssue, wanted: DriftReport): Promise<DriftIssue> {
  if (found.title === wanted.title && sameText(found.body ?? "", wanted.body)) return resultOf("unchanged", found);
  await attempt(`update issue #${found.number}`, () =>
    octokit.rest.issues.update({ owner, repo, issue_number: found.number, ...wanted }),
  );
  return resultOf("updated", found);
}

async function close(github: GitHub, number: number, reason: "completed" | "not_planned"): Promise<void> {
  const { octokit, owner, repo } = github;
  await attempt(`close issue #${number}`, () =>
    octokit.rest.issues.update({ owner, repo, issue_number: number, state: "closed", state_reason: reason }),
  );
}

function markerOf(environment: string): string {
  return `<!-- flaghoist:drift:v1 ${environment} -->`;
}
