import { GITHUB_ACTIONS, simpleUser } from "./accounts.ts";
import { created, listed, ok, signedIn, textIn, type Call, type Handlers } from "./call.ts";
import { commitJson, readCommits } from "./commits.ts";
import { diffFiles, fileDiffJson } from "./diff.ts";
import { editIssue, openIssue } from "./issues.ts";
import { mergeCommitOf, mergePull } from "./pull-merge.ts";
import { fullPullJson, mergeBase, pullJson } from "./pull-json.ts";
import { invalid, notFound, Refusal, unprocessable } from "./refusal.ts";
import type { Pull } from "./world.ts";

/** @throws Refusal */
function pullOf(call: Call): Pull {
  const pull = call.world.pulls.get(Number(call.path["pull_number"]));
  if (pull === undefined) throw notFound();
  return pull;
}

/** @throws Refusal  as the original says it, in its order */
async function openPull(call: Call): Promise<Pull> {
  const { world, body } = call;
  if (signedIn(call).id === GITHUB_ACTIONS.id && !world.workflowsMayOpenPulls) {
    throw new Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.");
  }
  const baseRef = String(body["base"]);
  const [owner, headRef] = splitHead(world.owner, String(body["head"]));
  const head = owner.toLowerCase() === world.owner ? await world.git.tipOf(headRef) : null;
  const base = await world.git.tipOf(baseRef);
  const wrong = [...(head ? [] : ["head"]), ...(base ? [] : ["base"])];
  if (head === null || base === null) {
    throw invalid(...wrong.map((field) => ({ resource: "PullRequest", field, code: "invalid" })));
  }
  const custom = (message: string): Refusal => invalid({ resource: "PullRequest", code: "custom", message });
  if ((await world.git.fixed(["rev-list", "-1", `${base}..${head}`])) === "") {
    throw custom(`No commits between ${baseRef} and ${headRef}`);
  }
  const same = [...world.pulls.values()].some(
    (pull) => pull.issue.state === "open" && pull.headRef === headRef && pull.baseRef === baseRef,
  );
  if (same) throw custom(`A pull request already exists for ${world.owner}:${headRef}.`);
  const issue = openIssue(call, "PullRequest");
  const pull: Pull = {
    issue,
    headRef,
    baseRef,
    headSha: head,
    baseSha: base,
    draft: body["draft"] === true,
    fork: null,
    reviewers: [],
    teams: [],
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    landed: [],
    mergeable: null,
    seen: `${head} ${base}`,
  };
  world.pulls.set(issue.number, pull);
  await world.git.run(["update-ref", `refs/pull/${issue.number}/head`, head]);
  return pull;
}

function splitHead(owner: string, head: string): readonly [string, string] {
  const colon = head.indexOf(":");
  return colon === -1 ? [owner, head] : [head.slice(0, colon), head.slice(colon + 1)];
}

/** @throws Refusal  for somebody without access, and for the author */
function requestReviewers(call: Call, pull: Pull): void {
  const { world, body } = call;
  const users = ((body["reviewers"] ?? []) as readonly string[]).map((login) => login.toLowerCase());
  const teams = (body["team_reviewers"] ?? []) as readonly string[];
  if (users.includes(pull.issue.user.login.toLowerCase())) {
    throw unprocessable("Review cannot be requested from pull request author.");
  }
  const known = users.flatMap((login) => world.accounts.collaborators.get(login) ?? []);
  if (known.length < users.length || teams.some((slug) => !world.accounts.teams.has(slug))) {
    throw unprocessable(
      "Reviews may only be requested from collaborators. One or more of the users or teams you specified " +
        `is not a collaborator of the ${world.owner}/${world.name} repository.`,
    );
  }
  // A workflow's token does not see the teams of the organization.
  if (teams.length > 0 && signedIn(call).id === GITHUB_ACTIONS.id) {
    throw unprocessable("Could not resolve to a node with the global id of 'T_kwDOAB'.");
  }
  pull.reviewers = [...new Set([...pull.reviewers, ...known])];
  pull.teams = [...new Set([...pull.teams, ...teams])];
}

export const pullHandlers: Handlers = {
  "pulls/create": async (call) => created(await fullPullJson(call, await openPull(call))),
  "pulls/get": async (call) => {
    const pull = pullOf(call);
    if (call.accept.includes("diff")) {
      const text = await call.world.git.run(["diff", "--no-ext-diff", await mergeBase(call, pull), pull.headSha]);
      return {
        status: 200,
        body: `${text}\n`,
        headers: { "content-type": "application/vnd.github.diff; charset=utf-8" },
      };
    }
    const answer = ok(await fullPullJson(call, pull));
    // The first look starts the attempt to merge, the next one knows how it ended.
    if (pull.issue.state === "open" && pull.mergeable === null) {
      pull.mergeable = (await mergeCommitOf(call.world, pull)) !== null;
    }
    return answer;
  },
  "pulls/update": async (call) => {
    const pull = pullOf(call);
    const base = textIn(call, "base");
    const state = textIn(call, "state");
    if (pull.mergedAt !== null && state === "open") {
      throw invalid({ resource: "PullRequest", code: "invalid", field: "state" });
    }
    if (base !== undefined && (await call.world.git.tipOf(base)) === null) {
      throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
    }
    if (state === "open" && (await call.world.git.tipOf(pull.headRef)) === null) {
      throw invalid({ resource: "PullRequest", code: "invalid", field: "state" });
    }
    editIssue(call, pull.issue);
    if (base !== undefined) pull.baseRef = base;
    return ok(await fullPullJson(call, pull));
  },
  "pulls/list": (call) => {
    const {
      state = "open",
      head,
      base,
      sort = "created",
      direction = sort === "created" ? "desc" : "asc",
    } = call.query;
    const found = [...call.world.pulls.values()].filter(
      ({ issue, headRef, baseRef }) =>
        (state === "all" || issue.state === state) &&
        // Without its owner the original does not filter at all.
        (head === undefined || !head.includes(":") || head === `${call.world.owner}:${headRef}`) &&
        (base === undefined || base === baseRef),
    );
    const at = ({ issue }: Pull): string => (sort === "updated" ? issue.updatedAt : issue.createdAt);
    found.sort((a, b) => at(a).localeCompare(at(b)) || a.issue.number - b.issue.number);
    if (direction === "desc") found.reverse();
    return listed(found.map((pull) => pullJson(call, pull)));
  },
  "pulls/list-files": async (call) => {
    const pull = pullOf(call);
    const files = await diffFiles(call.world.git, await mergeBase(call, pull), pull.headSha);
    return listed(files.map((file) => fileDiffJson(call, file, pull.headSha)));
  },
  "pulls/list-commits": async (call) => {
    const pull = pullOf(call);
    const range = `${await mergeBase(call, pull)}..${pull.headSha}`;
    const commits = await readCommits(call.world.git, ["--reverse", "--topo-order", range]);
    return listed(commits.map((commit) => commitJson(call, commit)));
  },
  "pulls/request-reviewers": (call) => {
    const pull = pullOf(call);
    requestReviewers(call, pull);
    return created(pullJson(call, pull));
  },
  "pulls/list-requested-reviewers": (call) => {
    const pull = pullOf(call);
    const users = pull.reviewers.map((account) => simpleUser(account, call.api));
    return ok({ users, teams: (pullJson(call, pull)["requested_teams"] as readonly unknown[]) ?? [] });
  },
  "pulls/check-if-merged": (call) => {
    const pull = pullOf(call);
    if (pull.mergedAt === null) throw notFound();
    return { status: 204 };
  },
  "pulls/merge": async (call) => {
    const pull = pullOf(call);
    const { merge_method: method = "merge", sha } = call.body;
    const title = textIn(call, "commit_title");
    const message = textIn(call, "commit_message");
    if (sha !== undefined && sha !== pull.headSha) {
      throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
    }
    const commit = await mergePull(call.world, pull, {
      method: method as "merge" | "squash" | "rebase",
      by: signedIn(call),
      ...(title === undefined ? {} : { title }),
      ...(message === undefined ? {} : { message }),
    });
    return ok({ sha: commit, merged: true, message: "Pull Request successfully merged" });
  },
};
