import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { accounts, EVERYTHING, GITHUB_ACTIONS, READ_ONLY, type Permissions } from "./accounts.ts";
import { faults, type Fault } from "./faults.ts";
import { bareGit, type BareGit } from "./git.ts";
import { limits } from "./limits.ts";
import { makeCommit } from "./commits.ts";
import { editTree, writeObject, type TreeItem } from "./object-writer.ts";
import { mergePull } from "./pull-merge.ts";
import { refreshPulls } from "./pull-state.ts";
import { ENTERPRISE_BASE, gitHubServer, type Parts, type SeenRequest } from "./server.ts";
import { GITHUB_CHECKS } from "./shapes.ts";
import type { World } from "./world.ts";

/**
 * A test server with GitHub's REST API over HTTP, on a real bare git repository. It checks every request and answer
 * against GitHub's own description; a violation is answered with 500 and makes `close` fail.  The server runs in this
 * process, so a test must not block while another process uses it (no `execFileSync`). Git over `gitUrl` does not need
 * the server, and may block.
 */
export interface FakeGitHub {
  /** E.g. `http://127.0.0.1:41234`; `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** The address in the form of a GitHub Enterprise server: `…/api/v3`. */
  readonly enterpriseUrl: string;
  readonly repository: "acme/flags";
  /** The bare repository's path: clone, fetch and push for real. Its default branch is `main`, at first without a commit. */
  readonly gitUrl: string;
  /** The token of a workflow of the repository: github-actions[bot] with write access; `GET /user` returns 403. */
  readonly token: string;
  /** The token of a workflow for a fork's pull request: read access only; every write returns 403. */
  readonly readToken: string;
  /** The token of a person: dana, with write access to everything except checks, which only apps can write. */
  readonly userToken: string;
  /** Creates a token for another person or an app (`renovate[bot]`). Default permissions: `write`. */
  tokenFor(login: string, permissions?: Partial<Permissions>): string;
  /** All received requests, in order. */
  readonly requests: readonly SeenRequest[];
  /** Requested operations that the server does not have, which were answered with 404. */
  readonly unknown: readonly string[];
  /** Requests and answers that contradict GitHub's description; `takeViolations` is for tests that plant one. */
  readonly violations: readonly string[];
  takeViolations(): readonly string[];
  /** The state of the server, for assertions: `world.comments`, `world.pulls`, `world.checks`, … */
  readonly world: World;
  /** Injects a fault into following requests. */
  fail(fault: Fault): void;
  /** Removes all faults. */
  heal(): void;
  /**
   * Merges a pull request as a person on the website, and returns the new tip of the base. `by` is a login; default:
   * `lee`.
   */
  merge(
    number: number,
    options: { readonly method: "merge" | "squash" | "rebase"; readonly by?: string },
  ): Promise<string>;
  /** Turns an open pull request into one from that person's fork. Its commits stay in this repository. */
  fromFork(number: number, login: string): void;
  /** Protects a branch: from now on it accepts only pull requests, through the API and by `git push`. */
  protect(branch: string): void;
  /** Sets the remaining requests of every token in this hour. */
  leaveRequests(remaining: number): void;
  /** Stops the server. @throws Error with every violation that the test did not take */
  close(): Promise<void>;
}

export interface FakeGitHubOptions {
  /** The files of a first commit on `main`: path → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** The logins of people who can review. */
  readonly users?: readonly string[];
  readonly teams?: readonly string[];
  readonly isPrivate?: boolean;
}

/** Starts a server for this test and closes it afterwards. The test fails if anything contradicted the description. */
export async function aFakeGitHub(options?: FakeGitHubOptions): Promise<FakeGitHub> {
  const github = await startFakeGitHub(options);
  onTestFinished(() => github.close());
  return github;
}

export async function startFakeGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const { folder, remove } = temporaryFolder();
  const git = await newRepository(join(folder, "acme", "flags.git"), options.files);
  const world = newWorld(git, options);
  const planned = faults();
  const parts: Parts = {
    world,
    checks: GITHUB_CHECKS,
    faults: planned,
    limits: limits(() => Math.floor(Date.now() / 1000)),
    requests: [],
    unknown: [],
    violations: [],
  };
  const server = gitHubServer(parts);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl,
    enterpriseUrl: `${apiUrl}${ENTERPRISE_BASE}`,
    repository: "acme/flags",
    gitUrl: git.folder,
    token: world.accounts.grant(GITHUB_ACTIONS, EVERYTHING),
    readToken: world.accounts.grant(GITHUB_ACTIONS, READ_ONLY),
    userToken: world.accounts.grant(world.accounts.accountOf("dana"), EVERYTHING),
    tokenFor: (login, permissions = {}) =>
      world.accounts.grant(world.accounts.accountOf(login), { ...EVERYTHING, ...permissions }),
    requests: parts.requests,
    unknown: parts.unknown,
    violations: parts.violations,
    takeViolations: () => parts.violations.splice(0),
    world,
    fail: (fault) => planned.add(fault),
    heal: () => planned.clear(),
    async merge(number, { method, by = "lee" }) {
      await refreshPulls(world);
      const pull = world.pulls.get(number);
      if (pull === undefined) throw new Error(`there is no pull request ${number}`);
      return mergePull(world, pull, { method, by: world.accounts.accountOf(by) });
    },
    fromFork(number, login) {
      const pull = world.pulls.get(number);
      if (pull === undefined) throw new Error(`there is no pull request ${number}`);
      pull.fork = login;
    },
    protect(branch) {
      world.protectedBranches.add(branch);
      writeFileSync(join(git.folder, PROTECTED_LIST), [...world.protectedBranches].join("\n"));
    },
    leaveRequests: (remaining) => parts.limits.leave(remaining),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      git.close();
      remove();
      if (parts.violations.length === 0) return;
      throw new Error(`against GitHub's own description:\n${parts.violations.join("\n")}`);
    },
  };
}

function newWorld(
  git: BareGit,
  { users = ["dana", "lee"], teams = ["workshops"], isPrivate = false }: FakeGitHubOptions,
): World {
  let id = 1_296_269;
  const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    owner: "acme",
    name: "flags",
    id,
    isPrivate,
    defaultBranch: "main",
    createdAt: now(),
    git,
    accounts: accounts("acme", users, teams),
    issues: new Map(),
    pulls: new Map(),
    comments: new Map(),
    checks: new Map(),
    statuses: [],
    labels: new Map(),
    protectedBranches: new Set(),
    workflowsMayOpenPulls: true,
    treeLimit: 100_000,
    nextId() {
      id += 1;
      return id;
    },
    now,
  };
}

const PROTECTED_LIST = "protected-branches";

/** A git hook that refuses pushes to a protected branch. */
const UPDATE_HOOK = `#!/bin/sh
branch=\${1#refs/heads/}
[ -f ${PROTECTED_LIST} ] && grep -qxF -e "$branch" ${PROTECTED_LIST} || exit 0
echo "error: GH006: Protected branch update failed for $1." >&2
echo "error: Changes must be made through a pull request." >&2
exit 1
`;

async function newRepository(folder: string, files: FakeGitHubOptions["files"]): Promise<BareGit> {
  mkdirSync(folder, { recursive: true });
  const git = bareGit(folder);
  await git.run(["init", "--quiet", "--bare", "--initial-branch=main"]);
  // The refs of pull requests can be fetched, never pushed.
  const settings = "[receive]\n\thideRefs = refs/pull\n[uploadpack]\n\tallowReachableSHA1InWant = true\n";
  writeFileSync(join(folder, "config"), settings, { flag: "a" });
  mkdirSync(join(folder, "hooks"), { recursive: true });
  writeFileSync(join(folder, "hooks", "update"), UPDATE_HOOK);
  chmodSync(join(folder, "hooks", "update"), 0o755);
  if (files) {
    const blobs = Object.entries(files).map(([path, text]): [string, TreeItem] => {
      return [path, { mode: "100644", sha: writeObject(folder, "blob", Buffer.from(text)) }];
    });
    const dana = { name: "Dana", email: "dana@acme.dev", date: new Date().toISOString() };
    const tree = await editTree(git, null, new Map(blobs));
    const commit = makeCommit(git, { tree, parents: [], author: dana, committer: dana, message: "Flags" });
    await git.run(["update-ref", "refs/heads/main", commit]);
  }
  return git;
}
