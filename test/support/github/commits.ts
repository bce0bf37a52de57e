import { simpleUser, type Account } from "./accounts.ts";
import { nodeId, repoPage, repoUrl, type Call } from "./call.ts";
import type { BareGit } from "./git.ts";
import type { World } from "./world.ts";

/** A commit as git has it. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601. */
  readonly date: string;
}

const FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x01";

/** The commits that `git log` with these arguments names, in its order. */
export async function readCommits(git: BareGit, args: readonly string[]): Promise<readonly Commit[]> {
  const text = await git.run(["log", `--format=tformat:${FORMAT}`, ...args]);
  return text
    .split("\u0001")
    .map((record) => record.replace(/^\n/, "").split("\0"))
    .filter((fields) => fields.length > 1)
    .map(([sha = "", tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", message = ""]) => ({
      sha,
      tree,
      parents: parents.split(" ").filter((parent) => parent !== ""),
      author: { name: an, email: ae, date: ad },
      committer: { name: cn, email: ce, date: cd },
      message: message.replace(/\n+$/, ""),
    }));
}

/** @throws Error  when there is no such commit */
export async function readCommit(git: BareGit, sha: string): Promise<Commit> {
  const [commit] = await readCommits(git, ["-1", sha]);
  if (commit === undefined) throw new Error(`no commit ${sha}`);
  return commit;
}

/** Whose mail it is: the account's own one, or `login@acme.dev` of somebody that the server knows. */
function accountBehind(world: World, email: string): Account | null {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1] ?? /^(.+)@acme\.dev$/.exec(email)?.[1];
  return (login && world.accounts.collaborators.get(login.toLowerCase())) || null;
}

/** The mail that an account commits with. */
export function mailOf(account: Account): string {
  return `${account.id}+${account.login}@users.noreply.github.com`;
}

/** As the commits of a repository are listed. */
export function commitJson(call: Call, commit: Commit): Readonly<Record<string, unknown>> {
  const { world, api } = call;
  const url = `${repoUrl(call)}/commits/${commit.sha}`;
  const author = accountBehind(world, commit.author.email);
  const committer = accountBehind(world, commit.committer.email);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${repoUrl(call)}/git/trees/${commit.tree}` },
      url: `${repoUrl(call)}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url,
    html_url: `${repoPage(call)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: author && simpleUser(author, api),
    committer: committer && simpleUser(committer, api),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repoUrl(call)}/commits/${sha}`,
      html_url: `${repoPage(call)}/commit/${sha}`,
    })),
  };
}

/** As git data has it. */
export function gitCommitJson(call: Call, commit: Commit): Readonly<Record<string, unknown>> {
  const page = `${repoPage(call)}/commit/`;
  const url = `${repoUrl(call)}/git/commits/`;
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: `${url}${commit.sha}`,
    html_url: `${page}${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${repoUrl(call)}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${url}${sha}`, html_url: `${page}${sha}` })),
    verification: UNSIGNED,
  };
}

const UNSIGNED = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };
