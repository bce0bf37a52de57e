import type { GitHub } from "./connect.ts";
import { gitHubFailure } from "./failure.ts";
import { authorOf, isBy, type Self } from "./self.ts";

/** What the issue of one environment should say. */
export interface DriftReport {
  readonly title: string;
  /** Markdown; the marker is put before it. */
  readonly body: string;
}

export interface DriftIssue {
  readonly action: "opened" | "updated" | "unchanged" | "closed" | "none";
  readonly number: number | null;
  readonly url: string | null;
}

/** By which people find the issues; made by GitHub with the first one. */
export const DRIFT_LABEL = "flaghoist-drift";

interface OpenIssue {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
}

/**
 * Opens, updates or leaves the one issue of an environment, which is ours by its label, marker and author.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function reportDrift(
  github: GitHub,
  self: Self,
  environment: string,
  { title, body }: DriftReport,
): Promise<DriftIssue> {
  const wanted = { title, body: `${markerOf(environment)}\n${body}` };
  const [found] = await openIssues(github, self, environment);
  if (found !== undefined) return updated(github, found, wanted);
  const { octokit, owner, repo } = github;
  const made = await attempt("open the issue", () =>
    octokit.rest.issues.create({ owner, repo, ...wanted, labels: [DRIFT_LABEL] }),
  );
  // Another run may have been as fast, or the account may be another than was taken for: both look again, and the older
  // issue stays.
  const [first] = await openIssues(github, authorOf(made.data.user) ?? self, environment);
  if (first === undefined || first.number >= made.data.number) {
    return { action: "opened", number: made.data.number, url: made.data.html_url };
  }
  await close(github, made.data.number, "not_planned");
  return updated(github, first, wanted);
}

/**
 * Closes the issue of an environment that agrees again, and says so in it; does nothing where none is open.
 *
 * @throws FlagError as gitHubFailure says
 */
export async function settleDrift(github: GitHub, self: Self, environment: string, said: string): Promise<DriftIssue> {
  const [found, ...others] = await openIssues(github, self, environment);
  if (found === undefined) return { action: "none", number: null, url: null };
  const { octokit, owner, repo } = github;
  for (const { number } of [found, ...others]) {
    // Closed first: a run that is cut off in between must not say the same again tomorrow.
    await close(github, number, "completed");
    await attempt(`comment on #${number}`, () =>
      octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: said }),
    );
  }
  return { action: "closed", number: found.number, url: found.url };
}

/** The oldest first. */
async function openIssues(github: GitHub, self: Self, environment: string): Promise<readonly OpenIssue[]> {
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
  return issues
    .filter(
      ({ body, user, pull_request }) => pull_request == null && body?.startsWith(marker) === true && isBy(user, self),
    )
    .map(({ number, html_url, title, body }) => ({ number, url: html_url, title, body: body ?? "" }));
}

async function updated(
  { octokit, owner, repo }: GitHub,
  found: OpenIssue,
  { title, body }: { readonly title: string; readonly body: string },
): Promise<DriftIssue> {
  const { number, url } = found;
  if (found.title === title && found.body.replaceAll("\r\n", "\n").trim() === body.trim()) {
    return { action: "unchanged", number, url };
  }
  await attempt(`update issue #${number}`, () =>
    octokit.rest.issues.update({ owner, repo, issue_number: number, title, body }),
  );
  return { action: "updated", number, url };
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

async function attempt<T>(doing: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw gitHubFailure(error, doing);
  }
}
