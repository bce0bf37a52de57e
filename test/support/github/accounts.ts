import { createHash } from "node:crypto";
import { nodeId, WEB } from "./call.ts";
import { notFound, Refusal } from "./refusal.ts";

export type Scope = "contents" | "pull_requests" | "issues" | "checks" | "statuses";
export type Access = "write" | "read" | "none";
export type Permissions = Readonly<Record<Scope, Access>>;

/** The person or app of a token. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
  /** The app of an app's token, e.g. GitHub Actions. */
  readonly app: { readonly id: number; readonly slug: string; readonly name: string } | null;
  readonly association: "MEMBER" | "OWNER" | "NONE";
}

/** The accounts and tokens of the server, with their permissions. */
export interface Accounts {
  readonly organization: Account;
  /** The accounts that can review, by login in lower case. */
  readonly collaborators: Map<string, Account>;
  /** The slugs of teams with access. */
  readonly teams: Set<string>;
  /** Returns the account of a login; creates one if it is unknown. */
  accountOf(login: string): Account;
  /** Creates a token. */
  grant(account: Account, permissions: Permissions): string;
  /** @throws Refusal  401 for a token that was never granted */
  holderOf(token: string): { readonly account: Account; readonly permissions: Permissions };
}

export const EVERYTHING = withAccess("write");
export const READ_ONLY = withAccess("read");

export function withAccess(access: Access): Permissions {
  return { contents: access, pull_requests: access, issues: access, checks: access, statuses: access };
}

/** The account of a workflow's token. */
export const GITHUB_ACTIONS: Account = {
  id: 41_898_282,
  login: "github-actions[bot]",
  type: "Bot",
  app: { id: 15_368, slug: "github-actions", name: "GitHub Actions" },
  association: "NONE",
};

export function accounts(owner: string, users: readonly string[], teams: readonly string[]): Accounts {
  const byLogin = new Map<string, Account>([[GITHUB_ACTIONS.login, GITHUB_ACTIONS]]);
  const byToken = new Map<string, { account: Account; permissions: Permissions }>();
  let id = 1000;

  function accountOf(login: string, type: Account["type"] = "User"): Account {
    const known = byLogin.get(login.toLowerCase());
    if (known) return known;
    id += 1;
    const slug = login.replace(/\[bot\]$/, "");
    const app = slug === login ? null : { id, slug, name: slug };
    const association = app ? "NONE" : "MEMBER";
    const account: Account = { id, login, type: app ? "Bot" : type, app, association };
    byLogin.set(login.toLowerCase(), account);
    return account;
  }

  return {
    organization: accountOf(owner, "Organization"),
    collaborators: new Map(users.map((login) => [login.toLowerCase(), accountOf(login)])),
    teams: new Set(teams),
    accountOf: (login) => accountOf(login),
    grant(account, permissions) {
      // Of the form that secret scanners know, so that a leak of it can be searched for; the same in every run.
      const digest = createHash("sha256").update(`${account.login}:${byToken.size}`).digest("hex").slice(0, 36);
      const token = `${account.app ? "ghs" : "ghp"}_${digest}`;
      byToken.set(token, { account, permissions });
      return token;
    },
    holderOf(token) {
      const holder = byToken.get(token);
      if (holder === undefined) throw new Refusal(401, "Bad credentials");
      return holder;
    },
  };
}

/**
 * Checks that an account has a permission.
 *
 * @throws Refusal  as on GitHub: 401 or 404 without an account, else 403 with the missing permission
 */
export function demand(
  holder: { readonly account: Account; readonly permissions: Permissions } | null,
  scopes: readonly Scope[],
  wanted: Exclude<Access, "none">,
  isPrivate: boolean,
): void {
  if (holder === null) {
    if (wanted === "write") throw isPrivate ? notFound() : new Refusal(401, "Requires authentication");
    if (isPrivate) throw notFound();
    return;
  }
  if (scopes.length === 0) return;
  const has = scopes.map((scope) => holder.permissions[scope]);
  if (has.includes("write") || (wanted === "read" && (has.includes("read") || !isPrivate))) return;
  const kind = holder.account.app ? "integration" : "personal access token";
  throw new Refusal(403, `Resource not accessible by ${kind}`, {
    headers: { "x-accepted-github-permissions": scopes.map((scope) => `${scope}=${wanted}`).join("; ") },
  });
}

/** Returns an account as in GitHub's answers. */
export function simpleUser(account: Account, api: string): Readonly<Record<string, unknown>> {
  const url = `${api}/users/${encodeURIComponent(account.login)}`;
  const page = account.app ? `${WEB}/apps/${account.app.slug}` : `${WEB}/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("User", account.id),
    avatar_url: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
    gravatar_id: "",
    url,
    html_url: page,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** Returns the app of an account as in GitHub's answers; null for a person. */
export function integration(account: Account, api: string): Readonly<Record<string, unknown>> | null {
  if (account.app === null) return null;
  const { id, slug, name } = account.app;
  return {
    id,
    slug,
    node_id: nodeId("Integration", id),
    owner: simpleUser({ id: 9919, login: "github", type: "Organization", app: null, association: "NONE" }, api),
    name,
    description: "",
    external_url: `https://help.github.com/en/${slug}`,
    html_url: `${WEB}/apps/${slug}`,
    created_at: "2018-07-30T09:30:17Z",
    updated_at: "2024-04-10T20:33:16Z",
    permissions: { checks: "write", contents: "write", issues: "write", metadata: "read", pull_requests: "write" },
    events: ["check_run", "issue_comment", "pull_request", "push"],
  };
}
