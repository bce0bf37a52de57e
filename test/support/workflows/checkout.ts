import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { aFakeGitHub, type FakeGitHub } from "../github/start.ts";
import { aFolder, gitTestEnvironment } from "../repository.ts";
import type { Contexts } from "./expression.ts";
import type { Runner } from "./run-job.ts";

/** The checkout of a runner, from a repository on the test server. */
export interface Checkout {
  readonly github: FakeGitHub;
  readonly folder: string;
  git(...args: readonly string[]): string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Commits all changes on the current branch and pushes the commit. */
  push(subject: string): void;
  /** Opens a pull request with files, checks out its merge with main, and returns its number. */
  pullRequest(files: Readonly<Record<string, string>>): Promise<number>;
  /** Returns the runner for an event, with its contexts and variables. */
  runner(event: Event): Runner;
}

interface Event {
  readonly name: "pull_request" | "merge_group" | "push" | "workflow_dispatch" | "schedule";
  readonly number?: number;
  /** The pull request comes from there; the repository itself unless given. */
  readonly fork?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly needs?: Contexts;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * @param files  of the first commit
 * @param bin    where `hoist` lies, first on the PATH
 */
export async function aCheckout(files: Readonly<Record<string, string>>, bin: string): Promise<Checkout> {
  const github = await aFakeGitHub({ files });
  const [top, home] = [aFolder(), aFolder()];
  const folder = join(top, "flags");
  const identity = ["AUTHOR", "COMMITTER"].flatMap((who) => [
    [`GIT_${who}_NAME`, "Dana"],
    [`GIT_${who}_EMAIL`, "dana@acme.dev"],
  ]);
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
      cwd: args[0] === "clone" ? top : folder,
      env: { ...gitTestEnvironment(home), ...Object.fromEntries(identity) },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  git("clone", "--quiet", github.gitUrl, folder);

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const commit = (subject: string) => {
    git("add", "--all");
    git("commit", "--quiet", "--message", subject);
  };
  let branches = 0;
  return {
    github,
    folder,
    git,
    write,
    read: (path) => readFileSync(join(folder, path), "utf8"),
    push(subject) {
      commit(subject);
      git("push", "--quiet", "origin", "HEAD");
    },
    async pullRequest(changed) {
      branches += 1;
      const head = `change-${branches}`;
      git("checkout", "--quiet", "-b", head, "origin/main");
      for (const [path, text] of Object.entries(changed)) write(path, text);
      commit("A change");
      git("push", "--quiet", "origin", head);
      const response = await fetch(`${github.apiUrl}/repos/acme/flags/pulls`, {
        method: "POST",
        headers: { authorization: `token ${github.userToken}`, "content-type": "application/json" },
        body: JSON.stringify({ title: "A change", head, base: "main" }),
      });
      const { number } = (await response.json()) as { readonly number: number };
      git("checkout", "--quiet", "--detach", "origin/main");
      git("merge", "--quiet", "--no-ff", "--message", "Merge", head);
      return number;
    },
    runner: (event) => runnerOf({ github, folder, home, bin, git }, event),
  };
}

interface Place extends Pick<Checkout, "github" | "folder" | "git"> {
  readonly home: string;
  readonly bin: string;
}

function runnerOf({ github, folder, home, bin, git }: Place, event: Event): Runner {
  const { name, number, fork, inputs = {}, secrets = {}, needs = {}, env = {} } = event;
  const sha = git("rev-parse", "HEAD");
  const branch = number === undefined ? "" : `change-${number}`;
  const head = { ref: branch, sha: branch && git("rev-parse", branch), repo: { full_name: fork ?? "acme/flags" } };
  const payload = {
    ...(number === undefined
      ? {}
      : { number, pull_request: { number, head, base: { ref: "main", repo: { full_name: "acme/flags" } } } }),
    ...(name === "merge_group" ? { merge_group: { base_sha: git("rev-parse", "origin/main") } } : {}),
    repository: { full_name: "acme/flags", default_branch: "main" },
  };
  const eventPath = join(home, "event.json");
  writeFileSync(eventPath, JSON.stringify(payload));
  const base = name === "pull_request" ? "main" : "";
  const token = fork === undefined ? github.token : github.readToken;
  const context = { event_name: name, event: payload, base_ref: base, repository: "acme/flags", token, run_id: 7, sha };
  return {
    folder,
    home,
    bin,
    contexts: { github: context, inputs, secrets, needs },
    env: {
      GITHUB_API_URL: github.apiUrl,
      GITHUB_REPOSITORY: "acme/flags",
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: eventPath,
      GITHUB_SHA: sha,
      GITHUB_REF: number === undefined ? "refs/heads/main" : `refs/pull/${number}/merge`,
      GITHUB_BASE_REF: base,
      GITHUB_ACTOR: "dana",
      FLAGS_GITHUB_RETRIES: "0",
      // The same program starts often.
      NODE_COMPILE_CACHE: join(home, "compiled"),
      ...env,
    },
  };
}
