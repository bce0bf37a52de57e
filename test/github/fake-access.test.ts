import { RequestError } from "octokit";
import { describe, expect, test } from "vitest";
import { aPull, aServerWithClone, gitOf, HERE } from "../support/github/clone.ts";
import { plainOctokit, refusal } from "../support/github/contract.ts";
import { aFakeGitHub } from "../support/github/start.ts";

describe("permissions", () => {
  test("a token that only reads is refused with the permission that it lacks", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const said = octokit.rest.issues.createComment({ ...HERE, issue_number: number, body: "hello" });
    const error = await said.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RequestError);
    const { status, response } = error as RequestError;
    expect([status, response?.data]).toEqual([
      403,
      expect.objectContaining({ message: "Resource not accessible by integration" }),
    ]);
    expect(response?.headers["x-accepted-github-permissions"]).toBe("issues=write; pull_requests=write");
  });

  test("a permission allows its own operations only", async () => {
    const github = await aFakeGitHub({ files: { a: "1\n" } });
    const token = github.tokenFor("reporter[bot]", { contents: "read", pull_requests: "read" });
    const octokit = plainOctokit(github.apiUrl, token);
    expect((await octokit.rest.issues.create({ ...HERE, title: "Drift" })).status).toBe(201);
    const sha = (await octokit.rest.git.getRef({ ...HERE, ref: "heads/main" })).data.object.sha;
    expect((await refusal(octokit.rest.git.createRef({ ...HERE, ref: "refs/heads/x", sha }))).status).toBe(403);
  });

  test("GraphQL names the account of a workflow's token; REST and GraphQL both name a person's", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const asked = octokit.rest.users.getAuthenticated();
    expect(await refusal(asked)).toMatchObject({ status: 403, message: "Resource not accessible by integration" });
    const login = { viewer: { login: "github-actions[bot]" } };
    expect(await octokit.graphql("query { viewer { login } }")).toEqual(login);
    expect(await plainOctokit(github.enterpriseUrl, github.token).graphql("{ viewer { login } }")).toEqual(login);
    const dana = await plainOctokit(github.apiUrl, github.userToken).rest.users.getAuthenticated();
    expect(dana.data.login).toBe("dana");
  });

  test("an app's comment names the app; another app may not change it", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const issue = await octokit.rest.issues.create({ ...HERE, title: "Drift" });
    const said = await octokit.rest.issues.createComment({ ...HERE, issue_number: issue.data.number, body: "hello" });
    expect(said.data.user).toMatchObject({ login: "github-actions[bot]", type: "Bot" });
    expect(said.data.performed_via_github_app?.slug).toBe("github-actions");
    const other = plainOctokit(github.apiUrl, github.tokenFor("renovate[bot]"));
    const changed = other.rest.issues.updateComment({ ...HERE, comment_id: said.data.id, body: "mine" });
    expect((await refusal(changed)).status).toBe(403);
  });

  test("a private repository does not exist for anonymous requests", async () => {
    const github = await aFakeGitHub({ isPrivate: true });
    const asked = plainOctokit(github.apiUrl, undefined).rest.repos.get(HERE);
    expect(await refusal(asked)).toMatchObject({ status: 404, message: "Not Found" });
  });

  test("a workflow opens pull requests only where the setting allows it", async () => {
    const { github, clone } = await aServerWithClone();
    clone.branch("feature");
    clone.write("flags/a.yaml", "enabled: false\n");
    clone.commit("Change a");
    clone.git("push", "--quiet", "origin", "feature");
    github.world.workflowsMayOpenPulls = false;
    const opened = plainOctokit(github.apiUrl, github.token).rest.pulls.create({
      ...HERE,
      title: "A change",
      head: "feature",
      base: "main",
    });
    expect(await refusal(opened)).toMatchObject({
      status: 403,
      message: "GitHub Actions is not permitted to create or approve pull requests.",
    });
  });

  test("reviews can be requested from collaborators and from teams with access, but not from teams by a workflow", async () => {
    const { github, clone } = await aServerWithClone();
    const pull_number = await aPull(github, clone, "feature", "enabled: false\n");
    const ask = (token: string, reviewers: string[], team_reviewers: string[]) =>
      plainOctokit(github.apiUrl, token).rest.pulls.requestReviewers({
        ...HERE,
        pull_number,
        reviewers,
        team_reviewers,
      });
    const asked = await ask(github.userToken, ["lee"], ["workshops"]);
    expect(asked.data.requested_teams?.map(({ slug }) => slug)).toEqual(["workshops"]);
    expect((await refusal(ask(github.userToken, ["stranger"], []))).message).toContain("collaborators");
    expect((await refusal(ask(github.userToken, [], ["nobody"]))).status).toBe(422);
    expect((await refusal(ask(github.token, [], ["workshops"]))).status).toBe(422);
  });

  test("a protected branch accepts only pull requests", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    github.protect("main");
    const octokit = plainOctokit(github.apiUrl, github.token);
    const sha = clone.git("rev-parse", "feature");
    const message = expect.stringContaining("Changes must be made through a pull request.") as string;
    const moved = octokit.rest.git.updateRef({ ...HERE, ref: "heads/main", sha });
    expect(await refusal(moved)).toMatchObject({ status: 422, message });
    const put = octokit.rest.repos.createOrUpdateFileContents({ ...HERE, path: "b", message: "b", content: "Yg==" });
    expect(await refusal(put)).toMatchObject({ status: 409, message });
    expect(() => clone.git("push", "--quiet", "origin", "feature:main")).toThrow("GH006");
    expect((await octokit.rest.repos.getBranch({ ...HERE, branch: "main" })).data.protected).toBe(true);
    await github.merge(number, { method: "merge" });
    expect(gitOf(github, "log", "-1", "--format=%s", "main")).toBe(`Merge pull request #${number} from acme/feature`);
  });
});
