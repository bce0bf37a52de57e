import { expect } from "vitest";
import {
  eventually,
  newBranch,
  newCommit,
  newPull,
  race,
  refusal,
  tipOf,
  unique,
  type ContractCase,
} from "./contract.ts";

/** Cases about pull requests. */
export const PULL_CASES: readonly ContractCase[] = [
  {
    name: "branch, commit, pull request, label, comment, the comment again, squash: and the base has the file",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, base } = await newPull(github, "flow", { "contract/flow.txt": "head\n" });
      await octokit.rest.issues.addLabels({ owner, repo, issue_number: number, labels: ["feature-flags"] });
      const comment = await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: "first" });
      await octokit.rest.issues.updateComment({ owner, repo, comment_id: comment.data.id, body: "second" });
      const comments = await octokit.rest.issues.listComments({ owner, repo, issue_number: number });
      expect(comments.data.map(({ body }) => body)).toEqual(["second"]);
      await eventually(github, async () => {
        const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
        expect(data.mergeable).toBe(true);
        expect(data.labels.map(({ name }) => name)).toEqual(["feature-flags"]);
      });
      const merged = await octokit.rest.pulls.merge({ owner, repo, pull_number: number, merge_method: "squash" });
      expect(merged.data.merged).toBe(true);
      expect(await tipOf(github, base)).toBe(merged.data.sha);
      const file = await octokit.rest.repos.getContent({ owner, repo, path: "contract/flow.txt", ref: base });
      const { content } = file.data as { content: string };
      expect(Buffer.from(content, "base64").toString("utf8")).toBe("head\n");
      const after = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
      expect([after.data.state, after.data.merged, after.data.merge_commit_sha]).toEqual([
        "closed",
        true,
        merged.data.sha,
      ]);
    },
  },
  {
    name: "a branch has one open pull request",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { base, branch } = await newPull(github, "one", { "contract/one.txt": "head\n" });
      const again = octokit.rest.pulls.create({ owner, repo, title: "Again", head: branch, base });
      expect(await refusal(again)).toMatchObject({
        status: 422,
        message: "Validation Failed",
        errors: [
          { resource: "PullRequest", code: "custom", message: `A pull request already exists for ${owner}:${branch}.` },
        ],
      });
    },
  },
  {
    name: "of two that open the same pull request at once, one is refused",
    async run(github) {
      const { octokit, owner, repo } = github;
      const base = await newBranch(github, "both-base", { "contract/both.txt": "base\n" });
      const head = await newBranch(github, "both", { "contract/both.txt": "head\n" }, base.commit);
      const open = () =>
        octokit.rest.pulls.create({ owner, repo, title: "Both", head: head.branch, base: base.branch });
      expect(await race(open(), open())).toEqual([201, 422]);
    },
  },
  {
    name: "a branch without a commit of its own has nothing to merge",
    async run(github) {
      const { octokit, owner, repo } = github;
      const base = await newBranch(github, "same-base", { "contract/same.txt": "1\n" });
      const branch = unique(github, "same");
      await octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: base.commit });
      const opened = octokit.rest.pulls.create({ owner, repo, title: "Same", head: branch, base: base.branch });
      expect(await refusal(opened)).toMatchObject({
        status: 422,
        errors: [{ code: "custom", message: `No commits between ${base.branch} and ${branch}` }],
      });
    },
  },
  {
    name: "a branch that is not there is named as the invalid field",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch: base } = await newBranch(github, "headless", { "contract/headless.txt": "1\n" });
      const head = unique(github, "not-there");
      const opened = octokit.rest.pulls.create({ owner, repo, title: "Headless", head, base });
      expect(await refusal(opened)).toMatchObject({
        status: 422,
        errors: [{ resource: "PullRequest", field: "head", code: "invalid" }],
      });
    },
  },
  {
    name: "a pull request lists its files with what happened to them",
    async run(github) {
      const { octokit, owner, repo } = github;
      const files = { "contract/files.txt": "head\n", "contract/new.txt": "1\n2\n" };
      const { number } = await newPull(github, "files", files);
      const listed = await octokit.rest.pulls.listFiles({ owner, repo, pull_number: number });
      expect(
        listed.data.map(({ filename, status, additions, deletions }) => [filename, status, additions, deletions]),
      ).toEqual([
        ["contract/files.txt", "modified", 1, 1],
        ["contract/new.txt", "added", 2, 0],
      ]);
      expect(listed.data[0]?.patch).toBe("@@ -1 +1 @@\n-base\n+head");
    },
  },
  {
    name: "a pull request follows its branch",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, branch, commit } = await newPull(github, "follow", { "contract/follow.txt": "1\n" });
      const next = await newCommit(github, commit, { "contract/follow.txt": "2\n" });
      await octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha: next });
      await eventually(github, async () => {
        const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
        expect([data.head.sha, data.commits]).toEqual([next, 2]);
      });
    },
  },
  {
    name: "a pull request whose branch is deleted is closed",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, branch } = await newPull(github, "orphan", { "contract/orphan.txt": "1\n" });
      await octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${branch}` });
      await eventually(github, async () => {
        const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
        expect([data.state, data.merged]).toEqual(["closed", false]);
      });
    },
  },
  {
    name: "pull requests are found by branch, base and state",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, branch, base } = await newPull(github, "find", { "contract/find.txt": "1\n" });
      const find = async (state: "open" | "closed") => {
        const found = await octokit.rest.pulls.list({ owner, repo, head: `${owner}:${branch}`, base, state });
        return found.data.map((pull) => pull.number);
      };
      expect([await find("open"), await find("closed")]).toEqual([[number], []]);
      await octokit.rest.pulls.update({ owner, repo, pull_number: number, title: "Found", state: "closed" });
      expect([await find("open"), await find("closed")]).toEqual([[], [number]]);
    },
  },
  {
    name: "what conflicts is not mergeable, and refused with 405",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, base } = await newPull(github, "conflict", { "contract/conflict.txt": "head\n" });
      const other = await newCommit(github, await tipOf(github, base), { "contract/conflict.txt": "other\n" });
      await octokit.rest.git.updateRef({ owner, repo, ref: `heads/${base}`, sha: other });
      await eventually(github, async () => {
        const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
        expect([data.mergeable, data.mergeable_state]).toEqual([false, "dirty"]);
      });
      const merged = octokit.rest.pulls.merge({ owner, repo, pull_number: number });
      expect(await refusal(merged)).toMatchObject({ status: 405, message: "Pull Request is not mergeable" });
    },
  },
  {
    name: "what was pushed in between is not merged unseen",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number } = await newPull(github, "unseen", { "contract/unseen.txt": "1\n" });
      const merged = octokit.rest.pulls.merge({ owner, repo, pull_number: number, sha: "1".repeat(40) });
      expect((await refusal(merged)).status).toBe(409);
    },
  },
  {
    name: "a merge commit has both parents and the subject that names the pull request",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number, base, branch, commit } = await newPull(github, "merge", { "contract/merge.txt": "1\n" });
      const before = await tipOf(github, base);
      const { data } = await octokit.rest.pulls.merge({ owner, repo, pull_number: number, merge_method: "merge" });
      const made = await octokit.rest.git.getCommit({ owner, repo, commit_sha: data.sha });
      expect(made.data.parents.map(({ sha }) => sha)).toEqual([before, commit]);
      expect(made.data.message).toBe(`Merge pull request #${number} from ${owner}/${branch}\n\nContract: merge`);
    },
  },
  {
    name: "a commit that was merged leads to its pull request",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number } = await newPull(github, "landed", { "contract/landed.txt": "1\n" });
      const { data } = await octokit.rest.pulls.merge({ owner, repo, pull_number: number, merge_method: "squash" });
      await eventually(github, async () => {
        const pulls = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          owner,
          repo,
          commit_sha: data.sha,
        });
        expect(pulls.data.map((pull) => [pull.number, pull.merged_at !== null])).toEqual([[number, true]]);
      });
    },
  },
  {
    name: "the author of a pull request is not asked to review it",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { number } = await newPull(github, "review", { "contract/review.txt": "1\n" });
      const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
      const reviewers = [data.user.login];
      const asked = octokit.rest.pulls.requestReviewers({ owner, repo, pull_number: number, reviewers });
      expect(await refusal(asked)).toMatchObject({
        status: 422,
        message: "Review cannot be requested from pull request author.",
      });
    },
  },
];
