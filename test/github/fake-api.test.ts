import type { RequestError } from "octokit";
import { describe, expect, test } from "vitest";
import { HERE } from "../support/github/clone.ts";
import { plainOctokit, refusal } from "../support/github/contract.ts";
import { aFakeGitHub, startFakeGitHub } from "../support/github/start.ts";

describe("the API", () => {
  test("a GitHub Enterprise server is the same under /api/v3, and its links stay there", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.enterpriseUrl, github.token);
    const { number } = (await octokit.rest.issues.create({ ...HERE, title: "Drift" })).data;
    for (const body of ["1", "2", "3"])
      await octokit.rest.issues.createComment({ ...HERE, issue_number: number, body });
    const page = await octokit.rest.issues.listComments({ ...HERE, issue_number: number, per_page: 1 });
    expect(page.headers.link).toContain(`<${github.apiUrl}/api/v3/repositories/`);
    const list = octokit.rest.issues.listComments;
    expect(await octokit.paginate(list, { ...HERE, issue_number: number, per_page: 1 })).toHaveLength(3);
  });

  test("a page has thirty entries by default and at most a hundred", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    for (let at = 0; at < 101; at++) await octokit.rest.issues.create({ ...HERE, title: `Issue ${at}` });
    const page = async (query: object) => (await octokit.rest.issues.listForRepo({ ...HERE, ...query })).data.length;
    expect([await page({}), await page({ per_page: 1000 }), await page({ per_page: 100, page: 2 })]).toEqual([
      30, 100, 1,
    ]);
  });

  test("an unknown API version and a request without a user agent are refused", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const old = octokit.rest.repos.get({ ...HERE, headers: { "x-github-api-version": "2011-04-01" } });
    expect((await refusal(old)).status).toBe(400);
    const mute = await fetch(`${github.apiUrl}/repos/acme/flags`, { headers: { "user-agent": "" } });
    expect(mute.status).toBe(403);
  });

  test("a tree that is too large is truncated and marked as truncated", async () => {
    const github = await aFakeGitHub({ files: { a: "1", b: "2", c: "3" } });
    github.world.treeLimit = 2;
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const { data } = await octokit.rest.git.getTree({ ...HERE, tree_sha: "main", recursive: "1" });
    expect([data.truncated, data.tree.length]).toEqual([true, 2]);
  });

  test("a file over a megabyte is returned without its content, and with it as raw", async () => {
    const text = "x".repeat(1_000_001);
    const github = await aFakeGitHub({ files: { large: text } });
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const { data } = await octokit.rest.repos.getContent({ ...HERE, path: "large" });
    expect(data).toMatchObject({ size: 1_000_001, content: "", encoding: "none" });
    const raw = await octokit.rest.repos.getContent({ ...HERE, path: "large", mediaType: { format: "raw" } });
    expect(raw.data as unknown).toBe(text);
  });
});

describe("injected faults", () => {
  test.each([500, 502, 503, 401, 403, 404] as const)(
    "an injected status %i is returned as often as configured",
    async (kind) => {
      const github = await aFakeGitHub();
      const octokit = plainOctokit(github.apiUrl, github.token);
      github.fail({ method: "GET", path: /^\/repos\/acme\/flags$/, kind, times: 1, skip: 1 });
      await octokit.rest.repos.get(HERE);
      expect((await refusal(octokit.rest.repos.get(HERE))).status).toBe(kind);
      await octokit.rest.repos.get(HERE);
      expect(github.requests.map(({ status }) => status)).toEqual([200, kind, 200]);
    },
  );

  test("the primary limit is returned with its end, the secondary with the time to wait", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const headersOf = async (kind: "primary-limit" | "secondary-limit") => {
      github.fail({ kind, times: 1, retryAfterS: 7 });
      const error: unknown = await octokit.rest.repos.get(HERE).catch((error: unknown) => error);
      const { status, message, response } = error as RequestError;
      return { status, message, headers: response?.headers ?? {} };
    };
    const primary = await headersOf("primary-limit");
    expect([primary.status, primary.headers["x-ratelimit-remaining"]]).toEqual([403, "0"]);
    expect(primary.message).toContain("API rate limit exceeded");
    const secondary = await headersOf("secondary-limit");
    expect([secondary.status, secondary.headers["retry-after"]]).toEqual([403, "7"]);
    expect(secondary.message).toContain("secondary rate limit");
  });

  test("the requests of an hour are limited; a 304 and a query of the limit cost nothing", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    github.leaveRequests(2);
    const first = await octokit.rest.repos.get(HERE);
    const known = { "if-none-match": String(first.headers.etag) };
    await refusal(octokit.rest.repos.get({ ...HERE, headers: known }));
    const { data } = await octokit.rest.rateLimit.get();
    expect(data.resources.core.remaining).toBe(1);
    await octokit.rest.repos.get(HERE);
    expect(await refusal(octokit.rest.repos.get(HERE))).toMatchObject({
      status: 403,
      message: expect.stringContaining("API rate limit exceeded") as string,
    });
  });

  test("a connection can be cut before or after the request is executed", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const make = (title: string) => octokit.rest.issues.create({ ...HERE, title });
    github.fail({ kind: "reset", times: 1 });
    await expect(make("never")).rejects.toThrow("ECONNRESET");
    github.fail({ kind: "reset", times: 1, isAnswerLost: true });
    await expect(make("unheard")).rejects.toThrow("ECONNRESET");
    expect([...github.world.issues.values()].map(({ title }) => title)).toEqual(["unheard"]);
  });

  test("a hanging request does not delay others, and ends with the server", async () => {
    const github = await startFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    github.fail({ kind: "hang", times: 1 });
    const hanging = octokit.rest.repos.get(HERE).then(
      () => "answered",
      () => "cut",
    );
    while (github.requests.length === 0) await new Promise(setImmediate);
    await octokit.rest.repos.get(HERE);
    await github.close();
    expect(await hanging).toBe("cut");
  });

  test("an operation that the server does not have returns 404 and is listed", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    expect((await refusal(octokit.rest.repos.listWebhooks(HERE))).status).toBe(404);
    expect(github.unknown).toEqual(["GET /repos/acme/flags/hooks"]);
  });
});
