import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { FlagError } from "../../src/core/errors.ts";
import { connectGitHub, gitHubFrom, type ConnectOptions, type GitHub } from "../../src/github/connect.ts";
import { gitHubFailure, isForbidden, statusOf } from "../../src/github/failure.ts";
import { answering, json } from "./answering.ts";

const TOKEN = "ghp_recognisable0123456789";

const REPOSITORY = json(200, { id: 1, full_name: "acme/flags" });

function connected(apiUrl: string, options: Partial<ConnectOptions> = {}): GitHub {
  return connectGitHub({ token: TOKEN, repository: "acme/flags", apiUrl, retries: 0, secondMs: 10, ...options });
}

const readRepository = ({ octokit, owner, repo }: GitHub) => octokit.rest.repos.get({ owner, repo });
const comment = ({ octokit, owner, repo }: GitHub) =>
  octokit.rest.issues.createComment({ owner, repo, issue_number: 12, body: "x" });

/** What a person is told of a request that fails; the token must be nowhere in it. */
async function failureOf(request: Promise<unknown>): Promise<FlagError> {
  const thrown: unknown = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  const failure = gitHubFailure(thrown, "comment on #12");
  expect(inspect(failure, { depth: 50, showHidden: true })).not.toContain(TOKEN);
  return failure;
}

describe("requests that GitHub refuses", () => {
  const resetAt = Date.UTC(2030, 0, 1, 9, 30) / 1_000;
  test.each([
    [
      "an invalid token",
      json(401, { message: "Bad credentials" }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Bad credentials" (401)|the token is invalid or has expired; set a new one in FLAGS_GITHUB_TOKEN or GITHUB_TOKEN',
    ],
    [
      "a missing permission that it names",
      json(
        403,
        { message: "Resource not accessible by integration" },
        { "x-accepted-github-permissions": "issues=write; pull_requests=write" },
      ),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Resource not accessible by integration" (403)|the token needs issues: write, or pull-requests: write     (in a workflow: under permissions:)',
    ],
    [
      "a missing permission that it does not name",
      json(403, { message: "Forbidden" }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Forbidden" (403)|the token needs pull-requests: write     (in a workflow: under permissions:)',
    ],
    [
      "single sign-on",
      json(403, { message: "Resource protected by organization SAML enforcement. You must grant your token access." }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Resource protected by organization SAML enforcement. You must grant your token access." (403)|authorise the token for the organisation\'s single sign-on: github.com/settings/tokens, Configure SSO',
    ],
    [
      "what does not exist",
      json(404, { message: "Not Found" }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Not Found" (404)|it does not exist, or the token needs pull-requests: write',
    ],
    [
      "a disabled feature",
      json(410, { message: "Issues has been disabled in this repository." }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Issues has been disabled in this repository." (410)|it was deleted, or is disabled in the settings of the repository',
    ],
    [
      "a protected branch",
      json(422, { message: "Cannot update this protected ref: protected branch hook declined." }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Cannot update this protected ref: protected branch hook declined." (422)|the branch is protected: change it through a pull request',
    ],
    [
      "a concurrent change",
      json(409, { message: "flags/a.yaml does not match 1f3a9c2e" }),
      'GITHUB_CONFLICT|could not comment on #12: GitHub says "flags/a.yaml does not match 1f3a9c2e" (409)|it was changed in the meantime: look at its current state, then try again',
    ],
    [
      "a reference that exists",
      json(422, { message: "Reference already exists" }),
      'GITHUB_CONFLICT|could not comment on #12: GitHub says "Reference already exists" (422)|it was changed in the meantime: look at its current state, then try again',
    ],
    [
      "invalid fields, with every reason",
      json(422, {
        message: "Validation Failed",
        errors: [
          { resource: "IssueComment", field: "body", code: "too_long" },
          { message: "body is too long" },
          "and more",
        ],
      }),
      'GITHUB_REFUSED|could not comment on #12: GitHub says "Validation Failed; IssueComment body too_long; body is too long; and more" (422)|GitHub does not accept the request',
    ],
    [
      "more requests than an hour has",
      json(
        403,
        { message: "API rate limit exceeded for user ID 1." },
        { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(resetAt) },
      ),
      'GITHUB_RATE_LIMITED|could not comment on #12: GitHub\'s rate limit is used up ("API rate limit exceeded for user ID 1.")|wait until 09:30:00 UTC and try again',
    ],
    [
      "many requests at once",
      json(403, { message: "You have exceeded a secondary rate limit." }, { "retry-after": "60" }),
      'GITHUB_RATE_LIMITED|could not comment on #12: GitHub accepts no more requests at the moment ("You have exceeded a secondary rate limit.")|wait 60 s and try again',
    ],
    [
      "a server error with an HTML page",
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(502, { "content-type": "text/html" });
        response.end("<html>Bad gateway</html>");
      },
      "GITHUB_UNREACHABLE|could not comment on #12: GitHub failed with a server error (502)|try again in a few minutes; https://www.githubstatus.com shows known incidents",
    ],
  ])("%s", async (_, answer, told) => {
    const { url } = await answering(answer);
    const { code, message, hint } = await failureOf(comment(connected(url)));
    expect(`${code}|${message}|${hint ?? ""}`).toBe(told);
  });

  test("a token in the refusal of a proxy is not shown", async () => {
    const { url } = await answering((request, response) => {
      json(403, { message: `refused: ${request.headers.authorization ?? ""}` })(request, response);
    });
    const { message } = await failureOf(comment(connected(url)));
    expect(message).toBe('could not comment on #12: GitHub says "refused: token [token]" (403)');
  });

  test("a refusal contains no control characters and is cut to a readable length", async () => {
    const { url } = await answering(json(403, { message: `\u001b[2J${"a".repeat(5_000)}` }));
    const { message } = await failureOf(comment(connected(url)));
    expect(message).toMatch(/^could not comment on #12: GitHub says "\\u001b\[2Ja+" \(403\)$/);
    expect(message.length).toBeLessThan(400);
  });

  test("a missing permission is distinguished from a rate limit, an invalid token and an outage", async () => {
    const cases = [
      [json(403, { message: "Forbidden" }), true, 403],
      [json(404, { message: "Not Found" }), true, 404],
      [json(401, { message: "Bad credentials" }), false, 401],
      [json(403, { message: "You have exceeded a secondary rate limit." }), false, 403],
      [json(403, { message: "x" }, { "x-ratelimit-remaining": "0" }), false, 403],
      [json(500, { message: "x" }), false, 500],
    ] as const;
    for (const [answer, forbidden, status] of cases) {
      const { url } = await answering(answer);
      const thrown: unknown = await comment(connected(url)).catch((error: unknown) => error);
      expect(statusOf(thrown)).toBe(status);
      const failure = gitHubFailure(thrown, "comment");
      expect([isForbidden(failure), statusOf(failure)]).toEqual([forbidden, status]);
    }
  });

  test("an error that does not come from a request is thrown again", () => {
    const mistake = new TypeError("x is not a function");
    expect(() => gitHubFailure(mistake, "comment")).toThrow(mistake);
  });
});

describe("a GitHub server that does not answer", () => {
  const cut = (request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write('{"id":');
    setTimeout(() => request.socket.destroy(), 20);
  };
  test.each([
    ["hangs", () => {}, "no response within 0.2 s"],
    ["closes the connection", (request: IncomingMessage) => request.socket.destroy(), "other side closed"],
    ["breaks off in the middle", cut, "terminated"],
    [
      "is a page of something else",
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/html" });
        response.end("<html>Sign in to the network</html>");
      },
      "the server is not GitHub's API: its response is not JSON",
    ],
  ])("it %s", async (_, answer, said) => {
    const { url, requests } = await answering(answer);
    const failure = await failureOf(readRepository(connected(url, { timeoutMs: 200 })));
    expect(failure).toMatchObject({
      code: "GITHUB_UNREACHABLE",
      message: `could not comment on #12: GitHub did not respond (${said})`,
      hint: "check the network connection and GITHUB_API_URL, then try again",
    });
    expect(requests).toHaveLength(1);
  });

  test("a closed port is reported as unreachable", async () => {
    const { url, close } = await answering(REPOSITORY);
    await close();
    const failure = await failureOf(readRepository(connected(url)));
    expect(failure.message).toMatch(/: GitHub did not respond \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)$/);
  });
});

describe("repeated requests", () => {
  test("a request is repeated after a server error, with a note, until it succeeds", async () => {
    const broken = json(503, { message: "busy" });
    const { url, requests } = await answering(broken, broken, REPOSITORY);
    const notes: string[] = [];
    const { data } = await readRepository(connected(url, { retries: 3, note: (text) => notes.push(text) }));
    expect(data.full_name).toBe("acme/flags");
    expect(requests).toHaveLength(3);
    expect(notes).toEqual(Array(2).fill("GitHub responded with 503 to GET /api/v3/repos/acme/flags"));
  });

  test("a request is repeated after a broken connection, as often as configured", async () => {
    const { url, requests } = await answering((request) => request.socket.destroy());
    expect(await failureOf(readRepository(connected(url, { retries: 2 })))).toMatchObject({
      code: "GITHUB_UNREACHABLE",
    });
    expect(requests).toHaveLength(3);
  });

  test.each([401, 403, 404, 409, 422])("a request that GitHub refuses with %i is not repeated", async (status) => {
    const { url, requests } = await answering(json(status, { message: "no" }));
    await failureOf(readRepository(connected(url, { retries: 3 })));
    expect(requests).toHaveLength(1);
  });

  test("a short rate limit is waited for, with a note, and at most twice", async () => {
    const limit = json(403, { message: "You have exceeded a secondary rate limit." }, { "retry-after": "3" });
    const notes: string[] = [];
    const note = (text: string) => notes.push(text);
    const once = await answering(limit, REPOSITORY);
    await readRepository(connected(once.url, { retries: 3, note }));
    expect(notes).toEqual(["GitHub's limit for concurrent requests is used up: waiting 3 s"]);
    const always = await answering(limit);
    expect(await failureOf(readRepository(connected(always.url, { retries: 3 })))).toMatchObject({
      code: "GITHUB_RATE_LIMITED",
    });
    expect(always.requests).toHaveLength(3);
  });

  test("a rate limit that ends in an hour is not waited for", async () => {
    const reset = String(Math.ceil(Date.now() / 1_000) + 3_600);
    const limit = json(403, { message: "limit" }, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset });
    const { url, requests } = await answering(limit);
    expect(await failureOf(readRepository(connected(url, { retries: 3 })))).toMatchObject({
      code: "GITHUB_RATE_LIMITED",
    });
    expect(requests).toHaveLength(1);
  });
});

describe("the environment variables", () => {
  test("the first token that is set is sent to the named server with the name of the program", async () => {
    const { url, requests } = await answering(REPOSITORY);
    const env = { GITHUB_REPOSITORY: "acme/flags", GITHUB_API_URL: url, FLAGS_GITHUB_RETRIES: "0" };
    const sent = async (tokens: Readonly<Record<string, string>>) => {
      await readRepository(await gitHubFrom({ ...env, ...tokens }));
      return requests.at(-1)?.headers;
    };
    expect((await sent({ GH_TOKEN: "three", GITHUB_TOKEN: "two", FLAGS_GITHUB_TOKEN: "one" }))?.authorization).toBe(
      "token one",
    );
    expect((await sent({ GH_TOKEN: "three", GITHUB_TOKEN: " two\n" }))?.authorization).toBe("token two");
    const headers = await sent({ GH_TOKEN: "three", GITHUB_TOKEN: "" });
    expect(headers?.authorization).toBe("token three");
    expect(headers?.["user-agent"]).toMatch(/^flaghoist\/\d+\.\d+\.\d+ /);
    expect(requests.at(-1)?.url).toBe("/api/v3/repos/acme/flags");
  });

  test.each([
    [{}, "no GitHub token: none of FLAGS_GITHUB_TOKEN, GITHUB_TOKEN and GH_TOKEN is set"],
    [
      { GITHUB_TOKEN: "ghp_one\nghp_two" },
      "GITHUB_TOKEN contains white space or characters that are not valid in a token",
    ],
    [{ GITHUB_TOKEN: "ghp_ünlikely" }, "GITHUB_TOKEN contains white space or characters that are not valid in a token"],
    [
      { GITHUB_TOKEN: "x", FLAGS_GITHUB_RETRIES: "many" },
      'FLAGS_GITHUB_RETRIES is "many"; set it to a number from 0 to 10',
    ],
    [
      { GITHUB_TOKEN: "x", FLAGS_GITHUB_TIMEOUT: "0" },
      'FLAGS_GITHUB_TIMEOUT is "0"; set it to a number from 0.1 to 600',
    ],
  ])("%o is refused, and the message does not contain the token", async (env, message) => {
    const refused = gitHubFrom({ GITHUB_REPOSITORY: "acme/flags", ...env });
    await expect(refused).rejects.toMatchObject({ code: "USAGE", message });
  });
});
