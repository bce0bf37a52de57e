import { simpleUser, type Account } from "./accounts.ts";
import { nodeId, repoPage, repoUrl, type Call } from "./call.ts";
import type { BareGit } from "./git.ts";
import { writeObject } from "./object-writer.ts";
import type { World } from "./world.ts";

/** A commit in git. */
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

/** Returns the commits that `git rev-list` lists with these arguments, in its order. */
export async function readCommits(git: BareGit, args: readonly string[]): Promise<readonly Commit[]> {
  const shas = (await git.run(["rev-list", ...args])).split("\n").filter((sha) => sha !== "");
  return Promise.all(shas.map((sha) => readCommit(git, sha)));
}

/** @throws Error  if the commit does not exist */
export async function readCommit(git: BareGit, sha: string): Promise<Commit> {
  const raw = (await git.contents(sha))?.toString("utf8");
  if (raw === undefined) throw new Error(`no commit ${sha}`);
  const end = raw.indexOf("\n\n");
  const head = raw.slice(0, end);
  const field = (name: string): string => new RegExp(`^${name} (.*)$`, "m").exec(head)?.[1] ?? "";
  return {
    sha,
    tree: field("tree"),
    parents: [...head.matchAll(/^parent (.*)$/gm)].map(([, parent = ""]) => parent),
    author: signature(field("author")),
    committer: signature(field("committer")),
    message: raw.slice(end + 2).replace(/\n+$/, ""),
  };
}

/** Creates a commit and returns its id. */
export function makeCommit(git: BareGit, commit: Omit<Commit, "sha">): string {
  const sign = ({ name, email, date }: Signature): string =>
    // What git leaves out of names, too.
    `${name.replace(/[<>\n]/g, "")} <${email.replace(/[<>\n]/g, "")}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${sign(commit.author)}`,
    `committer ${sign(commit.committer)}`,
  ];
  return writeObject(git.folder, "commit", Buffer.from(`${lines.join("\n")}\n\n${commit.message}\n`));
}

/** `NAME <MAIL> SECONDS ZONE`; the API uses only UTC. */
function signature(text: string): Signature {
  const [, name = "", email = "", seconds = "0"] = /^(.*?) ?<(.*)> (\d+) [+-]\d{4}$/.exec(text) ?? [];
  return { name, email, date: `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z` };
}

/** Returns the account of an email address: the account's own one, or `login@acme.dev` of a known account. */
function accountBehind(world: World, email: string): Account | null {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1] ?? /^(.+)@acme\.dev$/.exec(email)?.[1];
  return (login && world.accounts.collaborators.get(login.toLowerCase())) || null;
}

/** Returns the email address with which an account commits. */
export function mailOf(account: Account): string {
  return `${account.id}+${account.login}@users.noreply.github.com`;
}

/** Returns a commit in the format of a repository's commit list. */
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

/** Returns a commit in the format of the git data API. */
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
