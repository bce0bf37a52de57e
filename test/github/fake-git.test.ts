import { describe, expect, test } from "vitest";
import { aPull, aServerWithClone, gitOf, HERE } from "../support/github/clone.ts";
import { plainOctokit, refusal } from "../support/github/contract.ts";
import { aFakeGitHub } from "../support/github/start.ts";

describe("git", () => {
  test("pushed commits appear in the pull request and can be fetched by its number", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    clone.write("flags/b.yaml", "enabled: true\n");
    const tip = clone.commit("One more");
    clone.git("push", "--quiet", "origin", "feature");
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const files = await octokit.rest.pulls.listFiles({ ...HERE, pull_number: number });
    expect(files.data.map(({ filename, status }) => [filename, status])).toEqual([
      ["flags/a.yaml", "modified"],
      ["flags/b.yaml", "added"],
    ]);
    const commits = await octokit.rest.pulls.listCommits({ ...HERE, pull_number: number });
    expect(commits.data.map(({ commit }) => commit.message)).toEqual(["Change a on feature", "One more"]);
    clone.git("fetch", "--quiet", "origin", `refs/pull/${number}/head`);
    expect(clone.git("rev-parse", "FETCH_HEAD")).toBe(tip);
  });

  test("the refs of pull requests cannot be pushed", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    expect(() => clone.git("push", "--quiet", "origin", `HEAD~1:refs/pull/${number}/head`)).toThrow("hidden ref");
  });

  test("objects that were created through the API are valid, also together with objects from git", async () => {
    const { github, clone } = await aServerWithClone();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const main = (await octokit.rest.git.getRef({ ...HERE, ref: "heads/main" })).data.object.sha;
    const tree = await octokit.rest.git.createTree({
      ...HERE,
      base_tree: main,
      tree: [
        { path: "flags.txt", mode: "100644", type: "blob", content: "before the folder\n" },
        { path: "flags/deep/er/z.yaml", mode: "100644", type: "blob", content: "ß\n" },
        { path: "flags/a.yaml", mode: "100644", type: "blob", sha: null },
        { path: "run", mode: "100755", type: "blob", content: "#!/bin/sh\n" },
      ],
    });
    const made = { ...HERE, message: "Größer\n\nwith a body", tree: tree.data.sha, parents: [main] };
    const author = { name: "Dana", email: "dana@acme.dev", date: "2026-03-01T10:00:00+02:00" };
    const commit = await octokit.rest.git.createCommit({ ...made, author });
    await octokit.rest.git.createRef({ ...HERE, ref: "refs/heads/made", sha: commit.data.sha });
    expect(gitOf(github, "fsck", "--strict", "--no-dangling")).toBe("");
    clone.git("fetch", "--quiet", "origin", "made");
    const shown = clone.git("log", "-1", "--format=%an %ae %aI %s", "FETCH_HEAD");
    expect(shown).toBe("Dana dana@acme.dev 2026-03-01T08:00:00+00:00 Größer");
    expect(clone.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "FETCH_HEAD").split("\n")).toEqual([
      "100644 README.md",
      "100644 flags.txt",
      "100644 flags/deep/er/z.yaml",
      "100755 run",
    ]);
  });

  test("before the first push every request for git data returns 409", async () => {
    const github = await aFakeGitHub();
    const octokit = plainOctokit(github.apiUrl, github.token);
    const asked = octokit.rest.git.getRef({ ...HERE, ref: "heads/main" });
    expect(await refusal(asked)).toMatchObject({ status: 409, message: "Git Repository is empty." });
  });
});

describe("merging", () => {
  test("a squash is one commit on main, by the pull request's author, named for its only commit", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    const sha = await github.merge(number, { method: "squash" });
    expect(gitOf(github, "log", "-1", "--format=%s|%an|%cn|%P", sha)).toBe(
      `Change a on feature (#${number})|dana|GitHub|${clone.git("rev-parse", "origin/main")}`,
    );
    expect(gitOf(github, "rev-parse", "main")).toBe(sha);
  });

  test("a squash of several commits has the pull request's title, and lists them", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    clone.write("flags/b.yaml", "enabled: true\n");
    clone.commit("One more");
    clone.git("push", "--quiet", "origin", "feature");
    const sha = await github.merge(number, { method: "squash" });
    expect(gitOf(github, "log", "-1", "--format=%B", sha)).toBe(
      `A change (#${number})\n\n* Change a on feature\n\n* One more`,
    );
  });

  test("a rebase adds the branch's commits to main, each with its author", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    clone.checkout("main");
    clone.write("README.md", "Flags, and more\n");
    clone.commit("Meanwhile");
    clone.git("push", "--quiet", "origin", "main");
    const sha = await github.merge(number, { method: "rebase", by: "lee" });
    expect(gitOf(github, "log", "--format=%s|%an|%cn", "-2", sha)).toBe(
      "Change a on feature|Dana|GitHub\nMeanwhile|Dana|Dana",
    );
  });

  test("pushing the commits of a pull request to main merges it", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    clone.checkout("main");
    const merge = clone.merge("feature", `Merge pull request #${number} from acme/feature`);
    clone.git("push", "--quiet", "origin", "main");
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const { data } = await octokit.rest.pulls.get({ ...HERE, pull_number: number });
    expect([data.state, data.merged, data.merge_commit_sha]).toEqual(["closed", true, merge]);
    const found = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...HERE, commit_sha: merge });
    expect(found.data.map((pull) => pull.number)).toEqual([number]);
  });

  test("a merged pull request keeps its files and commits", async () => {
    const { github, clone } = await aServerWithClone();
    const number = await aPull(github, clone, "feature", "enabled: false\n");
    await github.merge(number, { method: "merge" });
    clone.git("push", "--quiet", "origin", ":feature");
    const octokit = plainOctokit(github.apiUrl, github.readToken);
    const { data } = await octokit.rest.pulls.get({ ...HERE, pull_number: number });
    expect([data.changed_files, data.commits, data.merged_by?.login]).toEqual([1, 1, "lee"]);
  });
});

describe("checks", () => {
  test("annotations are added fifty at a time", async () => {
    const { github, clone } = await aServerWithClone();
    const head_sha = clone.git("rev-parse", "HEAD");
    const octokit = plainOctokit(github.apiUrl, github.token);
    const output = (count: number) => ({
      title: "Flags",
      summary: "what changes",
      annotations: Array.from({ length: count }, (_, at) => ({
        path: "flags/a.yaml",
        start_line: at + 1,
        end_line: at + 1,
        annotation_level: "warning" as const,
        message: `line ${at + 1}`,
      })),
    });
    const check = { ...HERE, name: "flaghoist", head_sha, output: output(50) };
    const made = await octokit.rest.checks.create({ ...check, status: "in_progress" });
    const check_run_id = made.data.id;
    const tooMany = octokit.rest.checks.update({ ...HERE, check_run_id, output: output(51) });
    expect(await refusal(tooMany)).toMatchObject({
      status: 422,
      message: "Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied.",
    });
    const done = await octokit.rest.checks.update({ ...HERE, check_run_id, output: output(20), conclusion: "failure" });
    expect([done.data.status, done.data.conclusion, done.data.output.annotations_count]).toEqual([
      "completed",
      "failure",
      70,
    ]);
    const all = await octokit.paginate(octokit.rest.checks.listAnnotations, { ...HERE, check_run_id, per_page: 100 });
    expect(all).toHaveLength(70);
    const found = await octokit.rest.checks.listForRef({ ...HERE, ref: "main", check_name: "flaghoist" });
    expect(found.data.check_runs.map(({ id }) => id)).toEqual([check_run_id]);
  });

  test("CODEOWNERS is checked against the accounts with access", async () => {
    const text = "# who\n*.yaml @acme/workshops @dana\nflags/b.yaml @acme/nobody @stranger\n!x @dana\n";
    const github = await aFakeGitHub({ files: { ".github/CODEOWNERS": text } });
    const { data } = await plainOctokit(github.apiUrl, github.readToken).rest.repos.codeownersErrors(HERE);
    expect(data.errors.map(({ line, column, kind }) => [line, column, kind])).toEqual([
      [3, 14, "Unknown owner"],
      [3, 27, "Unknown owner"],
      [4, 1, "Invalid pattern"],
    ]);
  });
});
