import { expect } from "vitest";
import {
  newBranch,
  newPull,
  plainOctokit,
  refusal,
  tipOf,
  type ContractCase,
  type ContractGitHub,
} from "./contract.ts";

/** Cases about comments, issues, statuses, and the conventions of the API. */
export const TALK_CASES: readonly ContractCase[] = [
  {
    name: "a list comes in pages that lead to each other, oldest comment first",
    async run(github) {
      const { octokit, owner, repo } = github;
      const number = await newIssue(github, "Pages");
      for (const body of ["1", "2", "3"]) {
        await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body });
      }
      const first = await octokit.rest.issues.listComments({ owner, repo, issue_number: number, per_page: 2 });
      expect(first.data.map(({ body }) => body)).toEqual(["1", "2"]);
      expect(first.headers.link).toMatch(/rel="next".*rel="last"/);
      const all = await octokit.paginate(octokit.rest.issues.listComments, {
        owner,
        repo,
        issue_number: number,
        per_page: 1,
      });
      expect(all.map(({ body }) => body)).toEqual(["1", "2", "3"]);
    },
  },
  {
    name: "what has not changed since is 304 without a body",
    async run(github) {
      const { octokit, owner, repo } = github;
      const first = await octokit.rest.repos.get({ owner, repo });
      const etag = String(first.headers.etag);
      const again = octokit.rest.repos.get({ owner, repo, headers: { "if-none-match": etag } });
      expect((await refusal(again)).status).toBe(304);
    },
  },
  {
    name: "a comment has at most 65,536 characters",
    async run(github) {
      const { octokit, owner, repo } = github;
      const number = await newIssue(github, "Long");
      const say = (body: string) => octokit.rest.issues.createComment({ owner, repo, issue_number: number, body });
      expect((await say("x".repeat(65_536))).status).toBe(201);
      const refused = await refusal(say("x".repeat(65_537)));
      expect(refused.status).toBe(422);
      expect(JSON.stringify(refused.errors)).toContain("is too long (maximum is 65536 characters)");
    },
  },
  {
    name: "a comment says who wrote it",
    async run(github) {
      const { octokit, owner, repo } = github;
      const number = await newIssue(github, "Who");
      const made = await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: "mine" });
      const me = await octokit.rest.users.getAuthenticated();
      expect(made.data.user?.id).toBe(me.data.id);
      const read = await octokit.rest.issues.getComment({ owner, repo, comment_id: made.data.id });
      expect(read.data.user?.login).toBe(me.data.login);
    },
  },
  {
    name: "an issue is found by its label, closed, and opened again",
    async run(github) {
      const { octokit, owner, repo } = github;
      const number = await newIssue(github, "Labelled", ["flaghoist-contract"]);
      const find = async (state: "open" | "closed") => {
        const found = await octokit.paginate(octokit.rest.issues.listForRepo, {
          owner,
          repo,
          state,
          labels: "flaghoist-contract",
        });
        return found.some((issue) => issue.number === number);
      };
      expect([await find("open"), await find("closed")]).toEqual([true, false]);
      const close = await octokit.rest.issues.update({ owner, repo, issue_number: number, state: "closed" });
      expect([close.data.state, await find("open"), await find("closed")]).toEqual(["closed", false, true]);
      const open = await octokit.rest.issues.update({ owner, repo, issue_number: number, state: "open" });
      expect([open.data.state, open.data.closed_at]).toEqual(["open", null]);
    },
  },
  {
    name: "the newest status of each context counts for a commit",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { commit: sha } = await newBranch(github, "status", { "contract/status.txt": "1\n" });
      const set = (state: "pending" | "success", context: string) =>
        octokit.rest.repos.createCommitStatus({ owner, repo, sha, state, context });
      await set("pending", "contract/a");
      await set("success", "contract/a");
      const combined = await octokit.rest.repos.getCombinedStatusForRef({ owner, repo, ref: sha });
      expect([combined.data.state, combined.data.statuses.map(({ state }) => state)]).toEqual(["success", ["success"]]);
    },
  },
  {
    name: "every answer says what is left of the hour",
    async run({ octokit, owner, repo }) {
      const { headers } = await octokit.rest.repos.get({ owner, repo });
      const [limit, remaining] = [headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]].map(Number);
      expect(limit).toBeGreaterThan(0);
      expect(remaining).toBeLessThanOrEqual(limit ?? 0);
      expect(Number(headers["x-ratelimit-reset"])).toBeGreaterThan(1_700_000_000);
      expect((await octokit.rest.rateLimit.get()).data.resources.core.limit).toBe(limit);
    },
  },
  {
    name: "a token that nobody was given is 401",
    async run({ apiUrl, owner, repo }) {
      const stranger = plainOctokit(apiUrl, "ghp_000000000000000000000000000000000000");
      const asked = stranger.rest.repos.get({ owner, repo });
      expect(await refusal(asked)).toMatchObject({ status: 401, message: "Bad credentials" });
    },
  },
  {
    name: "a repository that is not there is 404",
    async run({ octokit, owner }) {
      const asked = octokit.rest.repos.get({ owner, repo: "flaghoist-contract-not-there" });
      expect(await refusal(asked)).toMatchObject({ status: 404, message: "Not Found" });
    },
  },
  {
    name: "nobody writes without a token",
    async run(github) {
      const { apiUrl, owner, repo } = github;
      const sha = await tipOf(github);
      const nobody = plainOctokit(apiUrl, undefined);
      const made = nobody.rest.git.createRef({ owner, repo, ref: "refs/heads/flaghoist-contract/nobody", sha });
      expect([401, 404]).toContain((await refusal(made)).status);
    },
  },
  {
    name: "checks are for apps: a person's token may not make one",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { commit } = await newPull(github, "check", { "contract/check.txt": "1\n" });
      const made = octokit.rest.checks.create({ owner, repo, name: "contract", head_sha: commit });
      expect((await refusal(made)).status).toBe(403);
    },
  },
];

async function newIssue(github: ContractGitHub, title: string, labels: string[] = []): Promise<number> {
  const { octokit, owner, repo } = github;
  const made = await octokit.rest.issues.create({ owner, repo, title: `Contract: ${title}`, labels });
  github.issues.add(made.data.number);
  return made.data.number;
}
