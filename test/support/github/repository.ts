import { simpleUser } from "./accounts.ts";
import { nodeId, ok, repoPage, repoUrl, type Call, type Handlers } from "./call.ts";

/** Returns the repository as in GitHub's answers. */
export function repositoryJson(call: Call): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = repoUrl(call);
  const page = repoPage(call);
  const open = [...world.issues.values()].filter(({ state }) => state === "open").length;
  const full = `${world.owner}/${world.name}`;
  return {
    id: world.id,
    node_id: nodeId("Repository", world.id),
    name: world.name,
    full_name: full,
    private: world.isPrivate,
    visibility: world.isPrivate ? "private" : "public",
    owner: simpleUser(world.accounts.organization, api),
    html_url: page,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(URLS.map(([name, rest]) => [name, `${url}${rest}`])),
    git_url: `git://github.com/${full}.git`,
    ssh_url: `git@github.com:${full}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 1,
    default_branch: world.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    pushed_at: world.createdAt,
    created_at: world.createdAt,
    updated_at: world.createdAt,
  };
}

/** Returns a fork as in the head of a pull request. The server does not have the fork itself. */
export function forkJson(call: Call, login: string): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const own = repositoryJson(call);
  const moved = (value: unknown) =>
    typeof value === "string" ? value.replace(`${world.owner}/${world.name}`, `${login}/${world.name}`) : value;
  const account = world.accounts.accountOf(login);
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, moved(value)])),
    id: world.id + account.id,
    node_id: nodeId("Repository", world.id + account.id),
    owner: simpleUser(account, api),
    fork: true,
  };
}

export const repositoryHandlers: Handlers = {
  "repos/get": (call) => {
    const writes = call.account !== null && call.permissions?.contents === "write";
    return ok({
      ...repositoryJson(call),
      ...(call.account
        ? { permissions: { admin: false, maintain: false, push: writes, triage: writes, pull: true } }
        : {}),
      organization: simpleUser(call.world.accounts.organization, call.api),
      subscribers_count: 0,
      network_count: 0,
    });
  },
};

const URLS: readonly (readonly [string, string])[] = [
  ["archive_url", "/{archive_format}{/ref}"],
  ["assignees_url", "/assignees{/user}"],
  ["blobs_url", "/git/blobs{/sha}"],
  ["branches_url", "/branches{/branch}"],
  ["collaborators_url", "/collaborators{/collaborator}"],
  ["comments_url", "/comments{/number}"],
  ["commits_url", "/commits{/sha}"],
  ["compare_url", "/compare/{base}...{head}"],
  ["contents_url", "/contents/{+path}"],
  ["contributors_url", "/contributors"],
  ["deployments_url", "/deployments"],
  ["downloads_url", "/downloads"],
  ["events_url", "/events"],
  ["forks_url", "/forks"],
  ["git_commits_url", "/git/commits{/sha}"],
  ["git_refs_url", "/git/refs{/sha}"],
  ["git_tags_url", "/git/tags{/sha}"],
  ["hooks_url", "/hooks"],
  ["issue_comment_url", "/issues/comments{/number}"],
  ["issue_events_url", "/issues/events{/number}"],
  ["issues_url", "/issues{/number}"],
  ["keys_url", "/keys{/key_id}"],
  ["labels_url", "/labels{/name}"],
  ["languages_url", "/languages"],
  ["merges_url", "/merges"],
  ["milestones_url", "/milestones{/number}"],
  ["notifications_url", "/notifications{?since,all,participating}"],
  ["pulls_url", "/pulls{/number}"],
  ["releases_url", "/releases{/id}"],
  ["stargazers_url", "/stargazers"],
  ["statuses_url", "/statuses/{sha}"],
  ["subscribers_url", "/subscribers"],
  ["subscription_url", "/subscription"],
  ["tags_url", "/tags"],
  ["teams_url", "/teams"],
  ["trees_url", "/git/trees{/sha}"],
];
