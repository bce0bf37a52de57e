import { listed, ok, repoPage, repoUrl, type Call, type Handlers } from "./call.ts";
import { commitJson, readCommit, readCommits } from "./commits.ts";
import { diffFiles, fileDiffJson } from "./diff.ts";
import { EMPTY_TREE } from "./object-writer.ts";
import { pullJson } from "./pull-json.ts";
import { branchTips } from "./pull-state.ts";
import { demandCommits } from "./refs.ts";
import { notFound, unprocessable } from "./refusal.ts";

/** @throws Refusal  as the original: a sentence for what looks like an id, 404 for a name */
async function commitNamed(call: Call, name: string): Promise<string> {
  await demandCommits(call.world);
  const sha = await call.world.git.commitOf(name);
  if (sha === null) throw unprocessable(`No commit found for SHA: ${name}`);
  return sha;
}

async function fullCommitJson(call: Call, sha: string): Promise<Readonly<Record<string, unknown>>> {
  const commit = await readCommit(call.world.git, sha);
  const files = await diffFiles(call.world.git, commit.parents[0] ?? EMPTY_TREE, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...commitJson(call, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => fileDiffJson(call, file, sha)),
  };
}

async function branchJson(call: Call, name: string, sha: string): Promise<Readonly<Record<string, unknown>>> {
  const url = `${repoUrl(call)}/branches/${encodeURIComponent(name)}`;
  const isProtected = call.world.protectedBranches.has(name);
  return {
    name,
    commit: await fullCommitJson(call, sha),
    _links: { self: url, html: `${repoPage(call)}/tree/${name}` },
    protected: isProtected,
    protection: {
      enabled: isProtected,
      required_status_checks: { enforcement_level: isProtected ? "everyone" : "off", contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  };
}

async function compare(call: Call): Promise<Readonly<Record<string, unknown>>> {
  const { git } = call.world;
  const [from = "", to = ""] = String(call.path["basehead"]).split("...");
  const [base, head] = await Promise.all([git.commitOf(from), git.commitOf(to)]);
  if (base === null || head === null) throw notFound();
  const middle = await git.attempt(["merge-base", base, head]);
  if (middle === null) throw notFound();
  const count = async (range: string): Promise<number> => Number(await git.run(["rev-list", "--count", range]));
  const [ahead, behind] = [await count(`${base}..${head}`), await count(`${head}..${base}`)];
  const commits = await readCommits(git, ["--reverse", "--topo-order", `${base}..${head}`]);
  const files = await diffFiles(git, middle, head);
  const page = `${repoPage(call)}/compare/${from}...${to}`;
  return {
    url: `${repoUrl(call)}/compare/${from}...${to}`,
    html_url: page,
    permalink_url: `${repoPage(call)}/compare/${base.slice(0, 7)}...${head.slice(0, 7)}`,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitJson(call, await readCommit(git, base)),
    merge_base_commit: commitJson(call, await readCommit(git, middle)),
    status: ahead === 0 ? (behind === 0 ? "identical" : "behind") : behind === 0 ? "ahead" : "diverged",
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.slice(0, 250).map((commit) => commitJson(call, commit)),
    files: files.slice(0, 300).map((file) => fileDiffJson(call, file, head)),
  };
}

/** Returns the pull requests that merged a commit; for an unmerged commit, those that contain it. */
async function pullsWith(call: Call, sha: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { world } = call;
  const found = [];
  for (const pull of world.pulls.values()) {
    const isIn =
      pull.mergedAt === null
        ? (await world.git.run(["rev-list", `refs/heads/${pull.baseRef}..${pull.headSha}`])).split("\n").includes(sha)
        : pull.landed.includes(sha);
    if (isIn) found.push(pullJson(call, pull));
  }
  return found;
}

export const historyHandlers: Handlers = {
  "repos/get-branch": async (call) => {
    const name = String(call.path["branch"]);
    const sha = await call.world.git.tipOf(name);
    if (sha === null) throw notFound();
    return ok(await branchJson(call, name, sha));
  },
  "repos/list-branches": async (call) => {
    const tips = [...(await branchTips(call.world))].map(([name, sha]) => ({
      name,
      commit: { sha, url: `${repoUrl(call)}/commits/${sha}` },
      protected: call.world.protectedBranches.has(name),
    }));
    const wanted = call.query["protected"];
    return listed(tips.filter((tip) => wanted === undefined || String(tip.protected) === wanted));
  },
  "repos/get-commit": async (call) => ok(await fullCommitJson(call, await commitNamed(call, String(call.path["ref"])))),
  "repos/list-commits": async (call) => {
    const { sha, path, since, until, author } = call.query;
    const from = await call.world.git.commitOf(sha ?? call.world.defaultBranch);
    await demandCommits(call.world);
    if (from === null) throw notFound();
    const options = [
      ...(since ? [`--since=${since}`] : []),
      ...(until ? [`--until=${until}`] : []),
      ...(author ? [`--author=${author}`, "--fixed-strings"] : []),
    ];
    const commits = await readCommits(call.world.git, [...options, from, "--", ...(path ? [path] : [])]);
    return listed(commits.map((commit) => commitJson(call, commit)));
  },
  "repos/compare-commits-with-basehead": async (call) => ok(await compare(call)),
  "repos/list-pull-requests-associated-with-commit": async (call) =>
    listed(await pullsWith(call, await commitNamed(call, String(call.path["commit_sha"])))),
};
