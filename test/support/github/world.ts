import type { Account, Accounts } from "./accounts.ts";
import type { BareGit } from "./git.ts";

/** An issue, and what a pull request has in common with one: they share their numbers. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly createdAt: string;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: string | null;
  labels: string[];
  assignees: Account[];
  closedAt: string | null;
  closedBy: Account | null;
  updatedAt: string;
}

/** What a pull request has beside its issue. */
export interface Pull {
  readonly issue: Issue;
  readonly headRef: string;
  baseRef: string;
  /** Follows the branch as long as the pull request is open. */
  headSha: string;
  baseSha: string;
  draft: boolean;
  /** Whose fork it comes from, where it comes from one; its commits lie in the repository all the same. */
  fork: string | null;
  reviewers: Account[];
  teams: string[];
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  /** The commits that came to the base with it. */
  landed: readonly string[];
  /** Of the pair `seen`, asked for in the background as on the original; null: not known yet. */
  mergeable: boolean | null;
  seen: string;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: Account;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** Everything that the server remembers; what is in git is in git alone. */
export interface World {
  readonly owner: string;
  readonly name: string;
  readonly id: number;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  readonly createdAt: string;
  readonly git: BareGit;
  readonly accounts: Accounts;
  /** By number. */
  readonly issues: Map<number, Issue>;
  readonly pulls: Map<number, Pull>;
  /** By id. */
  readonly comments: Map<number, Comment>;
  readonly checks: Map<number, Check>;
  readonly statuses: Status[];
  /** By name in lower case. */
  readonly labels: Map<string, Label>;
  readonly protectedBranches: Set<string>;
  /** Off in a new repository of the original: then the token of a workflow may not open pull requests. */
  workflowsMayOpenPulls: boolean;
  /** How many entries a recursive tree has at most; what is more is cut off and said to be truncated. */
  treeLimit: number;
  nextId(): number;
  /** The time, to the second as everywhere in the API. */
  now(): string;
}

export interface Check {
  readonly id: number;
  readonly app: Account;
  readonly headSha: string;
  name: string;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  externalId: string;
  detailsUrl: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: Readonly<Record<string, unknown>>[];
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly creator: Account;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly createdAt: string;
}

/** The next number of an issue or pull request. */
export function nextNumber(world: World): number {
  return world.issues.size + 1;
}
