import { randomBytes } from "node:crypto";
import { Octokit, RequestError } from "octokit";
import { expect } from "vitest";
import { routesOf } from "./routes.ts";
import { GITHUB_CHECKS, GITHUB_SHAPES } from "./shapes.ts";

/** A GitHub server whose behaviour is checked: the real one or a substitute. */
export interface ContractGitHub {
  readonly apiUrl: string;
  readonly owner: string;
  readonly repo: string;
  /** A person's token with write access. */
  readonly token: string;
  readonly octokit: Octokit;
  /** The maximum duration of background work, in milliseconds. */
  readonly patienceMs: number;
  /** Answers that contradict GitHub's description, as `operation status`. */
  readonly misfits: Set<string>;
  /** Branches and issues that a case leaves, which are removed at the end if necessary. */
  readonly branches: Set<string>;
  readonly issues: Set<number>;
  close(): Promise<void>;
}

/** One behaviour of GitHub on which the code relies. */
export interface ContractCase {
  readonly name: string;
  run(github: ContractGitHub): Promise<void>;
}

/** Creates an octokit client without retries and waiting. */
export function plainOctokit(baseUrl: string, auth: string | undefined, misfits = new Set<string>()): Octokit {
  const octokit = new Octokit({
    ...(auth === undefined ? {} : { auth }),
    baseUrl,
    retry: { enabled: false },
    throttle: { enabled: false },
    // What it would log are the answers that the cases ask for.
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  octokit.hook.after("request", (response, { method, url }) => {
    note(method, response.url || url, response.status, response.data);
  });
  octokit.hook.error("request", (error, { method, url }) => {
    if (error instanceof RequestError && error.response) {
      note(method, error.response.url || url, error.status, error.response.data);
    }
    throw error;
  });
  return octokit;

  function note(method: string, url: string, status: number, data: unknown): void {
    const path = new URL(url).pathname.replace(new URL(baseUrl).pathname.replace(/\/$/, ""), "");
    const route = routeTo(method, path.replace(/^\/repositories\/\d+/, "/repos/any/any"));
    if (route === undefined) return;
    const body = status === 204 || data === "" ? undefined : data;
    if (GITHUB_CHECKS.answer(route.operation, status, body).length > 0) misfits.add(`${route.operation} ${status}`);
  }
}

const routeTo = routesOf(GITHUB_SHAPES);

/**
 * Creates a branch with one commit through the git data API. It writes the given files and removes those that are null.
 */
export async function newBranch(
  github: ContractGitHub,
  name: string,
  files: Readonly<Record<string, string | null>>,
  from?: string,
): Promise<{ readonly branch: string; readonly commit: string }> {
  const { octokit, owner, repo } = github;
  const parent = from ?? (await tipOf(github));
  const commit = await newCommit(github, parent, files);
  const branch = unique(github, name);
  await octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: commit });
  return { branch, commit };
}

export async function newCommit(
  { octokit, owner, repo }: ContractGitHub,
  parent: string,
  files: Readonly<Record<string, string | null>>,
): Promise<string> {
  const base = await octokit.rest.git.getCommit({ owner, repo, commit_sha: parent });
  const tree = [];
  for (const [path, content] of Object.entries(files)) {
    const blob = content === null ? null : (await octokit.rest.git.createBlob({ owner, repo, content })).data.sha;
    tree.push({ path, mode: "100644" as const, type: "blob" as const, sha: blob });
  }
  const written = await octokit.rest.git.createTree({ owner, repo, base_tree: base.data.tree.sha, tree });
  const commit = await octokit.rest.git.createCommit({
    owner,
    repo,
    message: `Change ${Object.keys(files).join(", ")}`,
    tree: written.data.sha,
    parents: [parent],
  });
  return commit.data.sha;
}

/** Returns a name that no earlier run has used. */
export function unique(github: ContractGitHub, name: string): string {
  const branch = `flaghoist-contract/${name}-${randomBytes(4).toString("hex")}`;
  github.branches.add(branch);
  return branch;
}

/** Returns the tip of a branch. Default: the default branch. */
export async function tipOf({ octokit, owner, repo }: ContractGitHub, branch?: string): Promise<string> {
  const name = branch ?? (await octokit.rest.repos.get({ owner, repo })).data.default_branch;
  return (await octokit.rest.git.getRef({ owner, repo, ref: `heads/${name}` })).data.object.sha;
}

/** Opens a pull request from one new branch to another, so that the default branch is unchanged. */
export async function newPull(
  github: ContractGitHub,
  name: string,
  files: Readonly<Record<string, string | null>>,
): Promise<{ readonly number: number; readonly base: string; readonly branch: string; readonly commit: string }> {
  const { octokit, owner, repo } = github;
  const base = await newBranch(github, `${name}-base`, { [`contract/${name}.txt`]: "base\n" });
  const head = await newBranch(github, name, files, base.commit);
  const pull = await octokit.rest.pulls.create({
    owner,
    repo,
    title: `Contract: ${name}`,
    body: "What is expected of the API.",
    head: head.branch,
    base: base.branch,
  });
  return { number: pull.data.number, base: base.branch, branch: head.branch, commit: head.commit };
}

/** A request that GitHub refused. */
export interface Refused {
  readonly status: number;
  readonly message: string;
  readonly errors: readonly Readonly<Record<string, unknown>>[];
}

/** Returns the refusal of a request. @throws Error if it is not refused */
export async function refusal(request: Promise<unknown>): Promise<Refused> {
  const error = await request.then(
    (answer) => {
      throw new Error(`was not refused: ${JSON.stringify(answer).slice(0, 200)}`);
    },
    (error: unknown) => error,
  );
  if (!(error instanceof RequestError)) throw error;
  const data = (error.response?.data ?? {}) as { message?: string; errors?: Refused["errors"] };
  return { status: error.status, message: data.message ?? "", errors: data.errors ?? [] };
}

/** Repeats a check until it passes, because GitHub works in the background. @throws the error of the last attempt */
export async function eventually({ patienceMs }: ContractGitHub, look: () => Promise<void>): Promise<void> {
  const steps = 10;
  for (let step = 1; ; step++) {
    try {
      return await look();
    } catch (error) {
      // Asked for once, it is there the next time, where nothing takes time.
      if (step === (patienceMs === 0 ? 2 : steps)) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, patienceMs / steps);
      });
    }
  }
}

/** Sends requests at the same time and returns the status of each. */
export async function race(...requests: readonly Promise<{ readonly status: number }>[]): Promise<readonly number[]> {
  const ended = requests.map((request) =>
    request.then(
      ({ status }) => status,
      (error: RequestError) => error.status,
    ),
  );
  const statuses = await Promise.all(ended);
  expect(statuses).toHaveLength(requests.length);
  return statuses.sort((a, b) => a - b);
}
