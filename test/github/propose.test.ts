import { describe, expect, test } from "vitest";
import { FlagError } from "../../src/core/errors.ts";
import type { Proposal } from "../../src/github/proposal.ts";
import { propose } from "../../src/github/propose.ts";
import type { FakeGitHub } from "../support/github/start.ts";
import {
  aGitHubOfFlags,
  aProposal,
  BOOKING,
  branches,
  connected,
  fileAt,
  FILES,
  proposed,
  PROPOSED_CONFIG,
} from "./proposing.ts";

const PATH = "flags/workshop/workshop_routing.yaml";

/** The error, for its code, message and hint. */
async function failure(promise: Promise<unknown>): Promise<FlagError> {
  const error: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof FlagError) return error;
  throw new Error(`expected a FlagError, found ${String(error)}`);
}

function pulls(fake: FakeGitHub) {
  return [...fake.world.pulls.values()].map(({ issue, headRef, baseRef, reviewers, teams }) => ({
    number: issue.number,
    state: issue.state,
    title: issue.title,
    labels: issue.labels,
    headRef,
    baseRef,
    asked: [...reviewers.map(({ login }) => login), ...teams],
  }));
}

describe("a proposal", () => {
  test("is a branch with one commit, and a labelled pull request that describes the change and requests review from the owners", async () => {
    const fake = await aGitHubOfFlags();
    const made = await proposed(connected(fake), ["rollout=20%"], { note: "Week two.\nAll quiet." });
    expect(made).toEqual({
      number: 1,
      url: expect.stringContaining("/acme/flags/pull/1"),
      action: "opened",
      branch: expect.stringMatching(/^hoist\/workshop_routing-production-[0-9a-f]{8}$/),
      warnings: [],
    });
    const title = "workshop_routing: 10 % → 20 % of everyone in production";
    expect(pulls(fake)).toEqual([
      {
        number: 1,
        state: "open",
        title,
        labels: ["feature-flags", "production"],
        headRef: made.branch,
        baseRef: "main",
        asked: ["workshops"],
      },
    ]);
    const [, ...rest] = (await fake.world.git.run(["log", "--format=%B", `main..${made.branch}`])).split("\n");
    expect(rest.join("\n").trim()).toBe("Why: Week two. All quiet.");
    expect(await fake.world.git.run(["diff", "--stat=100", `main...${made.branch}`])).toContain("1 file changed");
    expect(await fileAt(fake, made.branch, PATH)).toBe(`${FILES[PATH]}environments:\n  production: { rollout: 20% }\n`);
    const body = fake.world.issues.get(1)?.body ?? "";
    expect(body).toMatch(/^Week two\.\nAll quiet\.\n\n/);
    expect(body).toMatch(/On for 20\s%\sof\severyone\./);
    expect(body).toContain("from `main` at");
  });

  test("needs rights to its own branch only: main may be protected and does not move", async () => {
    const fake = await aGitHubOfFlags();
    fake.protect("main");
    const before = await fake.world.git.tipOf("main");
    expect((await proposed(connected(fake))).action).toBe("opened");
    expect(await fake.world.git.tipOf("main")).toBe(before);
  });

  test("is opened once when requested twice, even after main has moved on", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const first = await proposed(github);
    expect(await proposed(github)).toEqual({ ...first, action: "found" });
    const other = await proposed(github, ["description=Else."], { key: "checkout", environment: null });
    await fake.merge(other.number, { method: "squash" });
    expect(await proposed(github)).toEqual({ ...first, action: "found" });
    expect(await branches(fake)).toContain(first.branch);
    expect(fake.world.pulls.size).toBe(2);
  });

  test("is opened again from a numbered branch if the first one was closed", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const first = await proposed(github);
    const { owner, repo } = github;
    await github.octokit.rest.pulls.update({ owner, repo, pull_number: first.number, state: "closed" });
    const second = await proposed(github);
    expect(second).toMatchObject({ number: 2, action: "opened", branch: `${first.branch}-2` });
    await github.octokit.rest.pulls.update({ owner, repo, pull_number: 2, state: "closed" });
    await github.octokit.rest.git.deleteRef({ owner, repo, ref: `heads/${second.branch}` });
    expect(await proposed(github)).toMatchObject({ number: 3, branch: `${first.branch}-3` });
  });

  test("does not touch a branch of the same name with other content", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const proposal = await aProposal(github);
    const base = await fake.world.git.tipOf("main");
    await fake.world.git.run(["update-ref", `refs/heads/${proposal.branch}`, base ?? ""]);
    expect(await propose(github, proposal)).toMatchObject({ action: "opened", branch: `${proposal.branch}-2` });
    expect(await fake.world.git.tipOf(proposal.branch)).toBe(base);
  });

  test("continues with a branch that an interrupted run left", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const proposal = await aProposal(github);
    fake.fail({ method: "POST", path: /\/pulls$/, kind: 502 });
    fake.fail({ method: "DELETE", kind: 502 });
    await failure(propose(github, proposal));
    fake.heal();
    expect(await branches(fake)).toEqual([proposal.branch]);
    expect(await propose(github, proposal)).toMatchObject({ action: "opened", branch: proposal.branch });
  });

  test("is found, with a warning, after somebody has pushed to it", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const first = await proposed(github);
    const { owner, repo } = github;
    await github.octokit.rest.repos.createOrUpdateFileContents({
      owner,
      repo,
      path: "flags/README.md",
      message: "More",
      content: "TW9yZQ==",
      branch: first.branch,
    });
    expect(await proposed(github)).toEqual({
      ...first,
      action: "found",
      warnings: ["#1 was changed after it was opened: review it before you merge it"],
    });
  });

  test("is found, with a warning, after somebody has deleted or renamed another file on it", async () => {
    const other = "flags/checkout.yaml";
    for (const isRenamed of [false, true]) {
      const fake = await aGitHubOfFlags();
      const github = connected(fake);
      const first = await proposed(github);
      const { octokit, owner, repo } = github;
      const at = await fake.world.git.tipOf(first.branch);
      const text = FILES[other] ?? "";
      const gone = { path: other, mode: "100644", type: "blob", sha: null } as const;
      const moved = { path: "docs/checkout.yaml", mode: "100644", type: "blob", content: text } as const;
      const tree = isRenamed ? [gone, moved] : [gone];
      const made = await octokit.rest.git.createTree({ owner, repo, base_tree: at ?? "", tree });
      const commit = { owner, repo, message: "More", tree: made.data.sha, parents: [at ?? ""] };
      const { data } = await octokit.rest.git.createCommit(commit);
      await octokit.rest.git.updateRef({ owner, repo, ref: `heads/${first.branch}`, sha: data.sha });
      const { action, warnings } = await proposed(github);
      expect([action, warnings]).toEqual([
        "found",
        ["#1 was changed after it was opened: review it before you merge it"],
      ]);
    }
  });

  test("is opened once by two runs at the same time, and both return it", async () => {
    const fake = await aGitHubOfFlags();
    const answers = await Promise.all([1, 2, 3].map(() => proposed(connected(fake))));
    expect(new Set(answers.map(({ number }) => number)).size).toBe(1);
    expect(answers.filter(({ action }) => action === "opened")).toHaveLength(1);
    expect(await branches(fake)).toEqual([answers[0]?.branch]);
    expect(fake.world.pulls.size).toBe(1);
  });

  test("requests reviews from people and teams with access, and names those without", async () => {
    const owned = (owner: string) => ({
      ...FILES,
      "flags/checkout.yaml": (FILES["flags/checkout.yaml"] ?? "").replace("team-checkout", owner),
    });
    const change = ["description=Else."];
    const wish = { key: "checkout", environment: null };
    const own = await aGitHubOfFlags({ files: owned("dana") });
    expect((await proposed(connected(own), change, wish)).warnings).toEqual([]);
    expect(pulls(own)[0]?.asked).toEqual([]);
    const person = await aGitHubOfFlags({ files: owned("dana") });
    await proposed(connected(person, person.token), change, wish);
    expect(pulls(person)[0]).toMatchObject({
      asked: ["dana"],
      labels: ["feature-flags", "development", "staging", "production"],
    });
    const gone = await aGitHubOfFlags({ teams: [] });
    const refused = await proposed(connected(gone), change, wish);
    expect(refused).toMatchObject({ action: "opened", number: 1 });
    expect(refused.warnings).toEqual([
      expect.stringMatching(/^could not request a review of #1 from acme\/workshops: /),
    ]);
  });

  test("is opened even if its labels are refused", async () => {
    const fake = await aGitHubOfFlags();
    fake.fail({ method: "POST", path: /\/labels$/, kind: 403 });
    const made = await proposed(connected(fake));
    expect(made.warnings).toEqual([expect.stringMatching(/^could not label #1 feature-flags, production: /)]);
    expect(pulls(fake)[0]).toMatchObject({ state: "open", labels: [], asked: ["workshops"] });
  });

  test("reads only the files that the edit needs", async () => {
    const many = Array.from({ length: 60 }, (_, at) => [
      `flags/many/flag_${at}.yaml`,
      FILES["flags/checkout.yaml"] ?? "",
    ]);
    const fake = await aGitHubOfFlags({ files: { ...FILES, ...BOOKING, ...Object.fromEntries(many) } });
    const github = connected(fake);
    const made = await proposed(github, ["description=Else."], { key: "booking", environment: null });
    expect(made.action).toBe("opened");
    // The configuration, the flag, and what it requires.
    expect(fake.requests.filter(({ method, path }) => method === "GET" && /\/git\/blobs\//.test(path))).toHaveLength(3);
    expect(fake.world.issues.get(1)?.body).toContain("flags that require this one are not covered by this report");
  });

  test("is refused if GitHub lists only a part of the flags", async () => {
    const fake = await aGitHubOfFlags();
    fake.world.treeLimit = 2;
    const error = await failure(proposed(connected(fake)));
    expect(error).toMatchObject({
      code: "USAGE",
      message: "acme/flags has too many files: GitHub lists only a part of them",
    });
    expect(error.hint).toContain("git fetch");
  });
});

describe("when GitHub fails", () => {
  /** Each step, and beside an error of GitHub's own one other kind of failure; FULL=1 tries every kind at every step. */
  const STEPS = [
    ["GET", /^\/repos\/acme\/flags$/, 401],
    ["GET", /\/git\/ref\//, "primary-limit"],
    ["GET", /\/git\/trees\//, "reset"],
    ["GET", /\/git\/blobs\//, "secondary-limit"],
    ["GET", /\/pulls$/, 403],
    ["POST", /\/git\/trees$/, "secondary-limit"],
    ["POST", /\/git\/commits$/, "primary-limit"],
    ["POST", /\/git\/refs$/, "reset"],
    ["POST", /\/pulls$/, 403],
  ] as const;
  const CODES = {
    500: "GITHUB_UNREACHABLE",
    reset: "GITHUB_UNREACHABLE",
    401: "GITHUB_REFUSED",
    403: "GITHUB_REFUSED",
    "primary-limit": "GITHUB_RATE_LIMITED",
    "secondary-limit": "GITHUB_RATE_LIMITED",
  } as const;
  const KINDS = [500, "reset", 401, 403, "primary-limit", "secondary-limit"] as const;

  test("at any step, an error is reported and nothing is left behind", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const proposal = await aProposal(github);
    for (const [method, path, other] of STEPS) {
      const isReading = method === "GET" && !path.source.includes("pulls");
      for (const kind of process.env["FULL"] === "1" ? KINDS : ([500, other] as const)) {
        fake.fail({ method, path, kind, times: 1 });
        const error = await failure(isReading ? proposed(github) : propose(github, proposal));
        expect([String(path), kind, error.code]).toEqual([String(path), kind, CODES[kind]]);
        expect(error.hint).not.toBe("");
        expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain(fake.userToken);
        expect([String(path), kind, await branches(fake), fake.world.pulls.size]).toEqual([String(path), kind, [], 0]);
        fake.heal();
      }
    }
    expect((await propose(github, proposal)).action).toBe("opened");
  });

  test("after a step whose answer is lost, nothing is left incomplete", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const proposal = await aProposal(github);
    for (const [method, path] of STEPS.filter(([method]) => method === "POST")) {
      fake.fail({ method, path, kind: "reset", isAnswerLost: true, times: 1 });
      const answer = await propose(github, proposal).catch((error: unknown) => error);
      // The pull request that was opened is found again; whatever else was made is taken away.
      const isThere = path.source.includes("pulls");
      expect(answer).toMatchObject(isThere ? { action: "found", number: 1 } : { code: "GITHUB_UNREACHABLE" });
      expect(fake.world.pulls.size).toBe(isThere ? 1 : 0);
      expect(await branches(fake)).toHaveLength(isThere ? 1 : 0);
    }
  });

  test("a branch that somebody has pushed to in the meantime is not deleted", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const proposal = await aProposal(github);
    const theirs = (await fake.world.git.tipOf("main")) ?? "";
    github.octokit.hook.before("request", async ({ method, url }) => {
      if (method !== "POST" || !url.endsWith("/pulls")) return;
      await fake.world.git.run(["update-ref", `refs/heads/${proposal.branch}`, theirs]);
    });
    fake.fail({ method: "POST", path: /\/pulls$/, kind: 403 });
    expect(await failure(propose(github, proposal))).toMatchObject({ code: "GITHUB_REFUSED" });
    expect(await fake.world.git.tipOf(proposal.branch)).toBe(theirs);
  });

  test("to delete the branch, the error names the branch", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const { branch } = await aProposal(github);
    fake.fail({ method: "POST", path: /\/pulls$/, kind: 503 });
    fake.fail({ method: "DELETE", kind: 503 });
    const error = await failure(proposed(github));
    expect(error.code).toBe("GITHUB_UNREACHABLE");
    expect(error.message).toContain(`the branch ${branch} may remain there`);
    expect(error.hint).toContain(`git push origin --delete ${branch}`);
  });

  test("for a token with read access only, the error names the missing right and nothing is created", async () => {
    const fake = await aGitHubOfFlags();
    const error = await failure(proposed(connected(fake, fake.readToken)));
    expect(error).toMatchObject({ code: "GITHUB_REFUSED" });
    expect(error.hint).toContain("contents: write");
    expect(await branches(fake)).toEqual([]);
    const half = await failure(proposed(connected(fake, fake.tokenFor("lee", { pull_requests: "read" }))));
    expect(half.hint).toContain("pull-requests: write");
    expect(await branches(fake)).toEqual([]);
  });

  test("and a request hangs, the wait is limited", async () => {
    const fake = await aGitHubOfFlags();
    fake.fail({ method: "POST", path: /\/git\/trees$/, kind: "hang" });
    expect(await failure(proposed(connected(fake)))).toMatchObject({ code: "GITHUB_UNREACHABLE" });
    expect(await branches(fake)).toEqual([]);
  });
});

describe("the text of a proposal", () => {
  const asked = async (wish: Parameters<typeof aProposal>[2], changes?: readonly string[]): Promise<Proposal> =>
    aProposal(connected(await aGitHubOfFlags()), changes, wish);

  test("no line becomes a trailer, a command or a mention through a name in a flag", async () => {
    const nasty =
      "Quiet.\n\nskip-checks: true\nCo-authored-by: LEE <lee@acme.dev>\nfixes #12 @acme/workshops [skip ci]";
    const { message, body } = await asked({ note: nasty, requestedBy: `user-42\nSigned-off-by: LEE @lee` });
    const [, why, by, ...more] = message.split("\n\n");
    expect(more).toEqual([]);
    expect(why).toBe(
      "Why: Quiet. skip-checks: true Co-authored-by: LEE <lee@ acme.dev> fixes # 12 @ acme/workshops (skip ci)",
    );
    expect(by).toBe("Requested-by: user-42 Signed-off-by: LEE @ lee");
    expect(body).toContain("Requested by `user-42 Signed-off-by: LEE @lee`.");
    expect(body).not.toMatch(/#12|@acme\/workshops(?!`)/);
  });

  test("the title names one change if it fits, and counts the others", async () => {
    const wide = "rollout={ whitelist: { workshopId: [workshop-1, workshop-2, workshop-3, workshop-4, workshop-5] } }";
    const { title } = await asked({ environment: "production" }, [wide, "enabled=false"]);
    expect(title.length).toBeLessThanOrEqual(100);
    expect(title).toMatch(/^workshop_routing: enabled → disabled in production and 1 more$/);
  });

  test("the text states that an edit changes no answer", async () => {
    const { title, labels } = await asked({ key: "checkout", environment: null }, ["metadata.ticket=ACME-1"]);
    expect(title).toBe("checkout: metadata edited");
    expect(labels).toEqual(["feature-flags", "development", "staging", "production"]);
  });

  test("the text shows a needed acknowledgement with its line, and later that it is acknowledged", async () => {
    const fake = await aGitHubOfFlags();
    const github = connected(fake);
    const first = await aProposal(github, ["rollout=90%"]);
    const [, id] = /acknowledge: \{ production: "(\w{8})", reason: "…" \}/.exec(first.body) ?? [];
    expect(first.body).toContain("Needs acknowledgement");
    // An id stands for everything that evaluation reads; the acknowledgement itself is not part of that.
    const files = { ...FILES, [PATH]: `${FILES[PATH]}acknowledge: { production: "${id}", reason: "Meant." }\n` };
    const meant = await aGitHubOfFlags({ files: { ...files, "flags/_config.yaml": PROPOSED_CONFIG } });
    const tip = connected(meant);
    const voided = await aProposal(tip, ["rollout=30%"]);
    expect(voided.body).toContain(
      "the acknowledgement for `production` was removed, because it confirmed a different change",
    );
  });

  test("a flag's file keeps its line endings and characters", async () => {
    const text = (FILES[PATH] ?? "").replace("A flag", "Ein „Schalter“ 🚩").replaceAll("\n", "\r\n");
    const fake = await aGitHubOfFlags({ files: { ...FILES, [PATH]: text } });
    const { branch } = await proposed(connected(fake), ["rollout=20%"], { environment: null });
    expect(await fileAt(fake, branch, PATH)).toBe(text.replace("10%", "20%"));
  });
});
