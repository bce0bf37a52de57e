import { expect } from "vitest";
import { newBranch, newCommit, race, refusal, tipOf, unique, type ContractCase } from "./contract.ts";

const NO_COMMIT = "1".repeat(40);

/** Cases about refs, objects and files. */
export const GIT_CASES: readonly ContractCase[] = [
  {
    name: "a commit made of blob, tree and ref can be read back",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch, commit } = await newBranch(github, "read-back", { "contract/é ü/a.txt": "größer\n" });
      const read = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit });
      expect(read.data.parents).toHaveLength(1);
      expect(await tipOf(github, branch)).toBe(commit);
      const file = await octokit.rest.repos.getContent({ owner, repo, path: "contract/é ü/a.txt", ref: branch });
      const { content } = file.data as { content: string };
      expect(Buffer.from(content, "base64").toString("utf8")).toBe("größer\n");
    },
  },
  {
    name: "a tree with a base keeps what it does not name, and loses what it names with sha null",
    async run(github) {
      const { octokit, owner, repo } = github;
      const first = await newBranch(github, "tree", { "contract/a.txt": "a\n", "contract/b.txt": "b\n" });
      const next = await newCommit(github, first.commit, { "contract/a.txt": null });
      const tree = await octokit.rest.git.getTree({ owner, repo, tree_sha: next, recursive: "1" });
      const paths = tree.data.tree.map(({ path }) => path);
      expect(paths).toContain("contract/b.txt");
      expect(paths).not.toContain("contract/a.txt");
      expect(tree.data.truncated).toBe(false);
    },
  },
  {
    name: "a ref that exists is not made again",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch, commit } = await newBranch(github, "twice", { "contract/twice.txt": "1\n" });
      const again = octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: commit });
      expect(await refusal(again)).toMatchObject({ status: 422, message: "Reference already exists" });
    },
  },
  {
    name: "a ref to a commit that does not exist is refused",
    async run(github) {
      const { octokit, owner, repo } = github;
      const ref = `refs/heads/${unique(github, "nowhere")}`;
      const made = octokit.rest.git.createRef({ owner, repo, ref, sha: NO_COMMIT });
      expect(await refusal(made)).toMatchObject({ status: 422, message: "Object does not exist" });
    },
  },
  {
    name: "of two that make the same ref at once, one is refused",
    async run(github) {
      const { octokit, owner, repo } = github;
      const sha = await tipOf(github);
      const ref = `refs/heads/${unique(github, "race")}`;
      const make = () => octokit.rest.git.createRef({ owner, repo, ref, sha });
      expect(await race(make(), make())).toEqual([201, 422]);
    },
  },
  {
    name: "of two that move the same ref at once, one is refused",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch, commit } = await newBranch(github, "move", { "contract/move.txt": "0\n" });
      const left = await newCommit(github, commit, { "contract/move.txt": "left\n" });
      const right = await newCommit(github, commit, { "contract/move.txt": "right\n" });
      const move = (sha: string) => octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha });
      expect(await race(move(left), move(right))).toEqual([200, 422]);
    },
  },
  {
    name: "a ref does not move backwards, unless forced",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch, commit } = await newBranch(github, "back", { "contract/back.txt": "1\n" });
      const next = await newCommit(github, commit, { "contract/back.txt": "2\n" });
      const move = (sha: string, force: boolean) =>
        octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha, force });
      await move(next, false);
      expect(await refusal(move(commit, false))).toMatchObject({
        status: 422,
        message: "Update is not a fast forward",
      });
      expect((await move(commit, true)).data.object.sha).toBe(commit);
    },
  },
  {
    name: "a ref that is not there is 404 to read, and 422 to move and to delete",
    async run(github) {
      const { octokit, owner, repo } = github;
      const ref = `heads/${unique(github, "missing")}`;
      expect(await refusal(octokit.rest.git.getRef({ owner, repo, ref }))).toMatchObject({ status: 404 });
      const gone = { status: 422, message: "Reference does not exist" };
      const sha = await tipOf(github);
      expect(await refusal(octokit.rest.git.updateRef({ owner, repo, ref, sha }))).toMatchObject(gone);
      expect(await refusal(octokit.rest.git.deleteRef({ owner, repo, ref }))).toMatchObject(gone);
    },
  },
  {
    name: "a ref that is deleted is gone",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch } = await newBranch(github, "delete", { "contract/delete.txt": "1\n" });
      const ref = `heads/${branch}`;
      expect((await octokit.rest.git.deleteRef({ owner, repo, ref })).status).toBe(204);
      expect(await refusal(octokit.rest.git.getRef({ owner, repo, ref }))).toMatchObject({ status: 404 });
    },
  },
  {
    name: "refs are found by the beginning of their name",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch } = await newBranch(github, "matching", { "contract/matching.txt": "1\n" });
      const ref = `heads/${branch.slice(0, -2)}`;
      const found = await octokit.rest.git.listMatchingRefs({ owner, repo, ref });
      expect(found.data.map(({ ref }) => ref)).toEqual([`refs/heads/${branch}`]);
    },
  },
  {
    name: "a file is written with the sha that it has, and refused with another or none",
    async run(github) {
      const { octokit, owner, repo } = github;
      const { branch } = await newBranch(github, "file", { "contract/file.txt": "1\n" });
      const put = (text: string, sha?: string) =>
        octokit.rest.repos.createOrUpdateFileContents({
          owner,
          repo,
          branch,
          path: "contract/file.txt",
          message: "Write it",
          content: Buffer.from(text).toString("base64"),
          ...(sha ? { sha } : {}),
        });
      const old = await octokit.rest.repos.getContent({ owner, repo, path: "contract/file.txt", ref: branch });
      const { sha } = old.data as { sha: string };
      expect((await put("2\n", sha)).status).toBe(200);
      expect((await refusal(put("3\n", sha))).status).toBe(409);
      expect((await refusal(put("3\n"))).status).toBe(422);
    },
  },
  {
    name: "a folder is a list of what stands in it, and what is not there is 404",
    async run(github) {
      const { octokit, owner, repo } = github;
      const files = { "contract/list/a.txt": "1\n", "contract/list/b/c.txt": "2\n" };
      const { branch } = await newBranch(github, "folder", files);
      const at = (path: string) => octokit.rest.repos.getContent({ owner, repo, path, ref: branch });
      const list = (await at("contract/list")).data as readonly { name: string; type: string }[];
      expect(list.map(({ name, type }) => [name, type])).toEqual([
        ["a.txt", "file"],
        ["b", "dir"],
      ]);
      expect((await refusal(at("contract/list/nothing.txt"))).status).toBe(404);
    },
  },
  {
    name: "two commits are compared from where they parted",
    async run(github) {
      const { octokit, owner, repo } = github;
      const base = await newBranch(github, "compare", { "contract/base.txt": "1\n" });
      const left = await newCommit(github, base.commit, { "contract/left.txt": "1\n" });
      const right = await newCommit(github, base.commit, { "contract/right.txt": "1\n" });
      const basehead = `${left}...${right}`;
      const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead });
      expect([data.status, data.ahead_by, data.behind_by]).toEqual(["diverged", 1, 1]);
      expect(data.merge_base_commit.sha).toBe(base.commit);
      expect(data.files?.map(({ filename, status }) => [filename, status])).toEqual([["contract/right.txt", "added"]]);
    },
  },
];
