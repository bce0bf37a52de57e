import type { Account } from "./accounts.ts";
import { mailOf, makeCommit, readCommits, type Commit } from "./commits.ts";
import type { BareGit } from "./git.ts";
import { markMerged } from "./pull-state.ts";
import { Refusal } from "./refusal.ts";
import type { Pull, World } from "./world.ts";

export interface MergeOptions {
  readonly method: "merge" | "squash" | "rebase";
  readonly by: Account;
  readonly title?: string;
  readonly message?: string;
}

/** The committer of changes that are made on the website. */
const GITHUB = { name: "GitHub", email: "noreply@github.com" };

/**
 * Merges a pull request as the button on the website does, and returns the new tip of its base.
 *
 * @throws Refusal  405 if it conflicts, is a draft, closed or merged
 */
export async function mergePull(world: World, pull: Pull, options: MergeOptions): Promise<string> {
  if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
  if (pull.issue.state !== "open") throw new Refusal(405, "Pull Request is not mergeable");
  const { git } = world;
  const base = (await git.tipOf(pull.baseRef)) ?? pull.baseSha;
  const commit = await MERGES[options.method](world, pull, base, options);
  if (commit === null) throw new Refusal(405, "Pull Request is not mergeable");
  if ((await git.attempt(["update-ref", `refs/heads/${pull.baseRef}`, commit, base])) === null) {
    throw new Refusal(405, "Base branch was modified. Review and try the merge again.");
  }
  const landed = (await git.run(["rev-list", `${base}..${commit}`])).split("\n");
  pull.baseSha = base;
  markMerged(world, pull, { commit, landed, by: options.by });
  return commit;
}

/** Returns the merge commit of a pull request; null if it conflicts. */
export async function mergeCommitOf({ git }: World, pull: Pull): Promise<string | null> {
  return mergedTree(git, `refs/heads/${pull.baseRef}`, pull.headSha);
}

async function mergedTree(git: BareGit, ours: string, theirs: string): Promise<string | null> {
  const printed = await git.attempt(["merge-tree", "--write-tree", "--no-messages", ours, theirs]);
  return printed?.split("\n")[0] ?? null;
}

type Merge = (world: World, pull: Pull, base: string, options: MergeOptions) => Promise<string | null>;

const MERGES: Readonly<Record<MergeOptions["method"], Merge>> = {
  async merge(world, pull, base, { by, title, message }) {
    const tree = await mergedTree(world.git, base, pull.headSha);
    if (tree === null) return null;
    const subject = title ?? `Merge pull request #${pull.issue.number} from ${world.owner}/${pull.headRef}`;
    const text = `${subject}\n\n${message ?? pull.issue.title}`;
    return commitTree(world, { tree, parents: [base, pull.headSha], text, author: person(by) });
  },

  async squash(world, pull, base, { title, message }) {
    const tree = await mergedTree(world.git, base, pull.headSha);
    if (tree === null) return null;
    const commits = await readCommits(world.git, ["--reverse", "--no-merges", `${base}..${pull.headSha}`]);
    const only = commits.length === 1 ? commits[0] : undefined;
    // As a repository is set up at first: one commit speaks for itself, of several the pull request does.
    const subject = title ?? `${only ? subjectOf(only) : pull.issue.title} (#${pull.issue.number})`;
    const body = message ?? (only ? bodyOf(only) : commits.map(({ message }) => `* ${message}`).join("\n\n"));
    const author = person(pull.issue.user);
    const others = new Map(commits.map(({ author }) => [author.email, author]));
    const trailers = [...others.values()]
      .filter(({ email }) => email !== author.email && !email.endsWith(`${pull.issue.user.login}@acme.dev`))
      .map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
    const text = [subject, body, trailers.join("\n")].filter((part) => part !== "").join("\n\n");
    return commitTree(world, { tree, parents: [base], text, author });
  },

  async rebase(world, pull, base) {
    let tip = base;
    for (const commit of await readCommits(world.git, ["--reverse", "--no-merges", `${base}..${pull.headSha}`])) {
      // A merge with the commit's own parent as what both have in common is the commit, picked.
      const parent = commit.parents[0] ?? base;
      const ours = await commitTree(world, { tree: `${tip}^{tree}`, parents: [parent], text: "ours", author: GITHUB });
      const tree = await mergedTree(world.git, ours, commit.sha);
      if (tree === null) return null;
      tip = await commitTree(world, { tree, parents: [tip], text: commit.message, author: commit.author });
    }
    return tip;
  },
};

async function commitTree(
  { git, now }: World,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly text: string;
    readonly author: Author;
  },
): Promise<string> {
  const tree = (await git.info(commit.tree))?.sha ?? commit.tree;
  const author = { ...commit.author, date: commit.author.date ?? now() };
  const committer = { ...GITHUB, date: now() };
  return makeCommit(git, { tree, parents: commit.parents, author, committer, message: commit.text });
}

interface Author {
  readonly name: string;
  readonly email: string;
  readonly date?: string;
}

function person(account: Account): { readonly name: string; readonly email: string } {
  return { name: account.login, email: mailOf(account) };
}

function subjectOf({ message }: Commit): string {
  return message.split("\n")[0] ?? "";
}

function bodyOf({ message }: Commit): string {
  return message.split("\n").slice(1).join("\n").trim();
}
