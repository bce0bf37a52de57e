import { expect, test } from "vitest";
import { aFlagRepository, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { connectGitHub } from "../../src/github/connect.ts";
import { aFakeGitHub } from "../support/github/start.ts";
import { answering, json } from "./answering.ts";

const TOKEN = "ghp_onlyForTheRightHost";

test("no command sends a request to a server that only the remote names", async () => {
  const stranger = await answering(json(200, {}));
  const { host } = new URL(stranger.url);
  const repository = aFlagRepository({ one: flagText({ lines: "rollout: 10%" }) });
  repository.git("remote", "add", "origin", `https://${host}/acme/flags.git`);
  const hoist = hoistIn(repository.folder, { GITHUB_TOKEN: TOKEN, FLAGS_GITHUB_RETRIES: "0", FLAGS_ENV: "production" });
  await hoist("github", "codeowners", "--write");
  for (const args of [
    ["github", "comment", "--base", "HEAD", "--pr", "1"],
    ["github", "codeowners", "--check", "--remote"],
    ["rollout", "one", "20%", "--pr"],
  ]) {
    const { code, err } = await hoist(...args);
    expect({ args, code, err }).toMatchObject({
      code: 9,
      err: expect.stringContaining(`the remote origin is on ${host}, and the GitHub token is not sent`),
    });
  }
  expect(stranger.requests).toEqual([]);
});

test("the named server gets the token, although the remote names another", async () => {
  const stranger = await answering(json(200, {}));
  const fake = await aFakeGitHub();
  const repository = aFlagRepository({ one: flagText() });
  repository.git("remote", "add", "origin", `https://${new URL(stranger.url).host}/${fake.repository}.git`);
  const env = { GITHUB_TOKEN: fake.token, GITHUB_API_URL: fake.apiUrl, FLAGS_GITHUB_RETRIES: "0" };
  await hoistIn(repository.folder, env)("github", "codeowners", "--write");
  repository.commit("Owners");
  repository.git("push", "--quiet", fake.gitUrl, "HEAD:main");
  await hoistIn(repository.folder, env)("github", "codeowners", "--check", "--remote");
  expect(fake.requests.length).toBeGreaterThan(0);
  expect(stranger.requests).toEqual([]);
});

test("a redirect and a link to the next page take no token to another server", async () => {
  const stranger = await answering(json(200, [{ name: "two" }]));
  const labels = async (url: string) => {
    const { octokit, owner, repo } = connectGitHub({ token: TOKEN, repository: "acme/flags", apiUrl: url, retries: 0 });
    return octokit.paginate(octokit.rest.issues.listLabelsForRepo, { owner, repo });
  };
  const paging = await answering(json(200, [{ name: "one" }], { link: `<${stranger.url}/labels?page=2>; rel="next"` }));
  await expect(labels(paging.url)).rejects.toThrow("the server refers to another server");
  expect(paging.requests[0]?.headers.authorization).toBe(`token ${TOKEN}`);
  expect(stranger.requests).toEqual([]);

  const moved = await answering(json(307, {}, { location: `${stranger.url}/labels` }));
  await labels(moved.url).catch(() => {});
  expect(moved.requests[0]?.headers.authorization).toBe(`token ${TOKEN}`);
  for (const { headers } of stranger.requests) expect(headers.authorization).toBeUndefined();
});
