import type { Account, Accounts } from "./accounts.ts";
import type { BareGit } from "./git.ts";

/** An issue, or the issue part of a pull request. Both share one sequence of numbers. */
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

/** The fields of a pull request in addition to its issue. */
export interface Pull {
  readonly issue: Issue;
  readonly headRef: string;
  baseRef: string;
  /** Follows the branch as long as the pull request is open. */
  headSha: string;
  baseSha: string;
  draft: boolean;
  /** The owner of the fork that the pull request comes from; null if it comes from the repository itself. */
  fork: string | null;
  reviewers: Account[];
  teams: string[];
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  /** The commits that the merge added to the base. */
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

/** The state of the server, except what is stored in git. */
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
  /** Whether the token of a workflow may open pull requests. GitHub's default for new repositories is false. */
  workflowsMayOpenPulls: boolean;
  /** Limits the entries of a recursive tree; a larger tree is marked as truncated. */
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

/** Returns the next number of an issue or pull request. */
export function nextNumber(world: World): number {
  return world.issues.size + 1;
}
