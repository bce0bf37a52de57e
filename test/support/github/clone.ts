import { execFileSync } from "node:child_process";
import { aRepository, gitTestEnvironment, type TestRepository } from "../repository.ts";
import { plainOctokit } from "./contract.ts";
import { aFakeGitHub, type FakeGitHub } from "./start.ts";

/** The server's repository, in octokit's parameters. */
export const HERE = { owner: "acme", repo: "flags" };

/** Starts a server with a commit on main, and clones it. */
export async function aServerWithClone(): Promise<{ github: FakeGitHub; clone: TestRepository }> {
  const github = await aFakeGitHub({ files: { "flags/a.yaml": "enabled: true\n", "README.md": "Flags\n" } });
  const clone = aRepository();
  clone.git("remote", "add", "origin", github.gitUrl);
  clone.git("fetch", "--quiet", "origin");
  clone.git("reset", "--quiet", "--hard", "origin/main");
  return { github, clone };
}

/** Pushes a branch with a changed `flags/a.yaml`, opens dana's pull request for it, and returns its number. */
export async function aPull(github: FakeGitHub, clone: TestRepository, branch: string, text: string): Promise<number> {
  clone.checkout("main");
  clone.branch(branch);
  clone.write("flags/a.yaml", text);
  clone.commit(`Change a on ${branch}`);
  clone.git("push", "--quiet", "origin", branch);
  const octokit = plainOctokit(github.apiUrl, github.userToken);
  return (await octokit.rest.pulls.create({ ...HERE, title: "A change", head: branch, base: "main" })).data.number;
}

/** Runs git in the server's repository and returns its output. */
export function gitOf({ gitUrl }: FakeGitHub, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: gitUrl, env: gitTestEnvironment(gitUrl), encoding: "utf8" }).trim();
}
