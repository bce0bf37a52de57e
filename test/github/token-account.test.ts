import { describe, expect, test } from "vitest";
import { connectGitHub } from "../../src/github/connect.ts";
import { isBy, tokenAccount } from "../../src/github/token-account.ts";
import { answering, json } from "./answering.ts";

const FORBIDDEN = json(403, { message: "Resource not accessible by integration" });

describe("the account of a token", () => {
  test.each([
    [
      "a person's, by the user that it may ask for",
      [json(200, { login: "dana", type: "User" })],
      { login: "dana", isApp: false },
    ],
    [
      "an app's, by the other API",
      [FORBIDDEN, json(200, { data: { viewer: { login: "flags-bot[bot]" } } })],
      { login: "flags-bot[bot]", isApp: true },
    ],
    [
      "an app's that is called without its ending",
      [FORBIDDEN, json(200, { data: { viewer: { login: "flags-bot" } } })],
      { login: "flags-bot[bot]", isApp: true },
    ],
    ["a workflow's, where neither is answered", [FORBIDDEN, FORBIDDEN], { login: "github-actions[bot]", isApp: true }],
    [
      "a workflow's, where the answer is odd",
      [FORBIDDEN, json(200, { data: { viewer: 7 } })],
      { login: "github-actions[bot]", isApp: true },
    ],
  ])("%s", async (_, answers, self) => {
    const { url, requests } = await answering(...answers);
    const github = connectGitHub({ token: "ghp_x", repository: "acme/flags", apiUrl: url, retries: 0 });
    expect(await tokenAccount(github)).toEqual(self);
    const asked = requests.map(({ method, url: path }) => `${method} ${path}`);
    expect(asked).toEqual(["GET /api/v3/user", "POST /api/graphql"].slice(0, answers.length));
  });

  test("an invalid token is not treated as an app's token", async () => {
    const { url } = await answering(json(401, { message: "Bad credentials" }));
    const github = connectGitHub({ token: "ghp_x", repository: "acme/flags", apiUrl: url, retries: 0 });
    await expect(tokenAccount(github)).rejects.toMatchObject({ code: "GITHUB_REFUSED" });
  });
});

test("a person is never treated as an app, and a deleted account never as another account", () => {
  const app = { login: "github-actions[bot]", isApp: true };
  expect(isBy({ login: "github-actions[bot]", type: "Bot" }, app)).toBe(true);
  expect(isBy({ login: "github-actions[bot]", type: "User" }, app)).toBe(false);
  expect(isBy({ login: "github-actions", type: "Bot" }, app)).toBe(false);
  expect(isBy(null, app)).toBe(false);
  expect(isBy({ login: "Dana", type: "User" }, { login: "dana", isApp: false })).toBe(true);
});
