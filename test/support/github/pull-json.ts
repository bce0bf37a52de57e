import { simpleUser } from "./accounts.ts";
import { nodeId, repoPage, repoUrl, type Call } from "./call.ts";
import { diffFiles } from "./diff.ts";
import { labelJson, labelNamed } from "./labels.ts";
import { forkJson, repositoryJson } from "./repository.ts";
import type { Pull } from "./world.ts";

/** Returns a pull request in the format of lists. */
export function pullJson(call: Call, pull: Pull): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const { issue } = pull;
  const repository = repositoryJson(call);
  const owner = simpleUser(world.accounts.organization, api);
  const url = `${repoUrl(call)}/pulls/${issue.number}`;
  const page = `${repoPage(call)}/pull/${issue.number}`;
  const issueUrl = `${repoUrl(call)}/issues/${issue.number}`;
  const statuses = `${repoUrl(call)}/statuses/${pull.headSha}`;
  const side = (ref: string, sha: string, fork: string | null = null) => ({
    label: `${fork ?? world.owner}:${ref}`,
    ref,
    sha,
    user: fork === null ? owner : simpleUser(world.accounts.accountOf(fork), api),
    repo: fork === null ? repository : forkJson(call, fork),
  });
  const links = {
    self: url,
    html: page,
    issue: issueUrl,
    comments: `${issueUrl}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${repoUrl(call)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses,
  };
  return {
    url,
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issueUrl,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: false,
    active_lock_reason: null,
    title: issue.title,
    user: simpleUser(issue.user, api),
    body: issue.body,
    // Without a description: null in an issue, empty here.
    labels: issue.labels
      .map((name) => labelJson(call, labelNamed(world, name)))
      .map((label) => ({ ...label, description: label["description"] ?? "" })),
    milestone: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee: issue.assignees[0] ? simpleUser(issue.assignees[0], api) : null,
    assignees: issue.assignees.map((account) => simpleUser(account, api)),
    requested_reviewers: pull.reviewers.map((account) => simpleUser(account, api)),
    requested_teams: pull.teams.map((slug) => teamJson(call, slug)),
    head: side(pull.headRef, pull.headSha, pull.fork),
    base: side(pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: issue.user.association,
    auto_merge: null,
    draft: pull.draft,
  };
}

/** Returns a single pull request in full, with fields that are computed by git. */
export async function fullPullJson(call: Call, pull: Pull): Promise<Readonly<Record<string, unknown>>> {
  const { world, api } = call;
  const middle = await mergeBase(call, pull);
  const files = await diffFiles(world.git, middle, pull.headSha);
  const commits = await world.git.fixed(["rev-list", "--count", `${middle}..${pull.headSha}`]);
  const comments = [...world.comments.values()].filter(({ issue }) => issue === pull.issue.number);
  const isOpen = pull.issue.state === "open";
  return {
    ...pullJson(call, pull),
    merged: pull.mergedAt !== null,
    mergeable: isOpen ? pull.mergeable : null,
    rebaseable: isOpen ? pull.mergeable : null,
    mergeable_state: !isOpen || pull.mergeable === null ? "unknown" : pull.mergeable ? "clean" : "dirty",
    merged_by: pull.mergedBy && simpleUser(pull.mergedBy, api),
    comments: comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: Number(commits),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

/** Returns the merge base of a pull request. */
export async function mergeBase({ world }: Call, pull: Pull): Promise<string> {
  // Of a merged one the base is at the merge or after it: then what it was merged into counts.
  const base = pull.mergedAt === null ? await world.git.tipOf(pull.baseRef) : pull.baseSha;
  return (base && (await world.git.fixed(["merge-base", base, pull.headSha]))) || pull.baseSha;
}

function teamJson(call: Call, slug: string): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = `${api}/organizations/${world.accounts.organization.id}/team/${slug}`;
  return {
    id: 1,
    node_id: nodeId("Team", slug),
    name: slug,
    slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "push",
    url,
    html_url: `https://github.com/orgs/${world.owner}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: "organization",
    organization_id: world.accounts.organization.id,
    parent: null,
  };
}
