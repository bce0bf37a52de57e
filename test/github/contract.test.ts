import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GIT_CASES } from "../support/github/contract-git.ts";
import { PULL_CASES } from "../support/github/contract-pulls.ts";
import { TALK_CASES } from "../support/github/contract-talk.ts";
import { emulatedGitHub, ourGitHub, realGitHub } from "../support/github/contract-targets.ts";
import type { ContractGitHub } from "../support/github/contract.ts";

const CASES = [...GIT_CASES, ...PULL_CASES, ...TALK_CASES];

/**
 * What `emulate` 0.12.2 does otherwise than the original. Each is tested to be so: when a newer version has learnt it,
 * the test says that its entry has to go.
 */
const EMULATE_DIFFERS: Readonly<Record<string, string>> = {
  "a ref to a commit that does not exist is refused": "with another message",
  "a ref does not move backwards, unless forced": "with another message",
  "a ref that is not there is 404 to read, and 422 to move and to delete": "404 for all of them",
  "a branch has one open pull request": "any number",
  "of two that open the same pull request at once, one is refused": "both are opened",
  "a branch without a commit of its own has nothing to merge": "it is opened",
  "a branch that is not there is named as the invalid field": "it is opened",
  "a pull request lists its files with what happened to them": "always none",
  "a pull request follows its branch": "it stays where it was",
  "a pull request whose branch is deleted is closed": "it stays open",
  "what conflicts is not mergeable, and refused with 405": "all is mergeable",
  "what was pushed in between is not merged unseen": "422 instead of 409",
  "a merge commit has both parents and the subject that names the pull request": "owner:branch in the subject",
  "a commit that was merged leads to its pull request": "the operation is missing",
  "the author of a pull request is not asked to review it": "asked",
  "what has not changed since is 304 without a body": "no ETags",
  "a comment has at most 65,536 characters": "any length",
  "the newest status of each context counts for a commit": "the operation is missing",
  "a token that nobody was given is 401": "anybody may",
  "checks are for apps: a person's token may not make one": "anybody may",
};

/** What it answers in a different shape than GitHub's description. */
const EMULATE_MISFITS: readonly string[] = [
  "checks/create 201",
  "pulls/create 201",
  "pulls/get 200",
  "pulls/list 200",
  "pulls/request-reviewers 200",
  "pulls/update 200",
  "repos/get 200",
];

describe("the test server behaves like GitHub", () => {
  const github = started(ourGitHub);
  test.each(CASES)("$name", ({ run }) => run(github()));
  test("every answer matches GitHub's description", () => {
    expect([...github().misfits]).toEqual([]);
  });
});

const [DIFFERENT, SAME] = [true, false].map((isDifferent) =>
  CASES.filter(({ name }) => Object.hasOwn(EMULATE_DIFFERS, name) === isDifferent).map((of) => ({
    ...of,
    difference: EMULATE_DIFFERS[of.name],
  })),
);

describe("the emulate package as a second implementation", () => {
  const github = started(emulatedGitHub);
  test.each(SAME ?? [])("$name", ({ run }) => run(github()));
  test.each(DIFFERENT ?? [])("differs ($difference): $name", async ({ run }) => {
    const ended = await run(github()).then(
      () => "as GitHub: take it from EMULATE_DIFFERS",
      () => "otherwise",
    );
    expect(ended).toBe("otherwise");
  });
  test("only known answers differ from GitHub's description", () => {
    expect([...github().misfits].sort()).toEqual(EMULATE_MISFITS);
  });
  test("every known difference names an existing case", () => {
    const names = CASES.map(({ name }) => name);
    expect(Object.keys(EMULATE_DIFFERS).filter((name) => !names.includes(name))).toEqual([]);
  });
});

const token = process.env["GITHUB_CONTRACT_TOKEN"] ?? "";
const repository = process.env["GITHUB_CONTRACT_REPOSITORY"] ?? "";
const isAsked = token !== "" && repository !== "";
const why = isAsked ? repository : "skipped without GITHUB_CONTRACT_TOKEN (a person's) and GITHUB_CONTRACT_REPOSITORY";

// GitHub is out of reach of CI: whoever has a token and a repository to spare asks it.
describe.skipIf(!isAsked)(`GitHub itself (${why})`, () => {
  const github = started(() => Promise.resolve(realGitHub(token, repository)));
  // One line in a report says as well as forty that it was not asked.
  test.each(isAsked ? CASES : [])("$name", ({ run }) => run(github()));
  test("every answer matches GitHub's description", () => {
    expect([...github().misfits]).toEqual([]);
  });
});

/** For the tests of one description. */
function started(start: () => Promise<ContractGitHub>): () => ContractGitHub {
  let github: ContractGitHub | undefined;
  beforeAll(async () => {
    github = await start();
  });
  afterAll(async () => {
    await github?.close();
  });
  return () => {
    if (github === undefined) throw new Error("the server has not started");
    return github;
  };
}
