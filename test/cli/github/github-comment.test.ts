import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COMMENT_MARKER } from "../../../src/github/report/live-line.ts";
import { openStore } from "../../../src/store/open.ts";
import { aScene, bodies, ROUTING, writes, type Scene } from "../../github/commenting.ts";
import { flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { parseMarkdown, readText } from "../../support/markdown.ts";
import { fileUrl, freshFile, typeInSqlite } from "../../support/sqlite.ts";

const JSON_FORMAT = ["--format", "json"] as const;

interface Said {
  readonly pullRequest: number | null;
  readonly comment: { readonly action: string; readonly url: string | null };
  readonly check: {
    readonly conclusion: string;
    readonly title: string;
    readonly written: string;
    readonly url: string | null;
  };
  readonly summary: boolean;
}

async function commented(
  scene: Scene,
  env: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<Said> {
  const { code, out, err } = await scene.comment(env, ...args, ...JSON_FORMAT);
  expect({ code, out, err }, out + err).toMatchObject({ code: 0 });
  return JSON.parse(out) as Said;
}

/** Somebody writes a comment under the pull request. */
async function write({ fake, number }: Scene, token: string, body: string): Promise<void> {
  const answer = await fetch(`${fake.apiUrl}/repos/${fake.repository}/issues/${number}/comments`, {
    method: "POST",
    headers: { authorization: `token ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ body }),
  });
  expect(answer.status).toBe(201);
}

describe("one comment per pull request", () => {
  test("the comment is created, left alone while it is up to date, and updated in place after a push", async () => {
    const scene = await aScene();
    const first = await scene.comment();
    expect(first.out).toMatch(
      /^✓ commented on #1 {2}https:\/\/github\.com\/acme\/flags\/pull\/1#issuecomment-\d+\n✓ check: 1 flag changes {2}https:\S+\n✓ the job summary contains the whole report$/,
    );
    expect(bodies(scene)).toEqual([
      expect.stringMatching(/^<!-- flaghoist:report:1 -->\n### Flags: 1 change in production/),
    ]);
    expect(bodies(scene)[0]).toMatch(/\b10\.0\s%/);
    expect(await commented(scene)).toMatchObject({ comment: { action: "unchanged" } });

    scene.push("Routing for more still", { [ROUTING]: flagText({ lines: "rollout: 30%" }) });
    const third = await commented(scene);
    expect(third).toMatchObject({ pullRequest: 1, comment: { action: "updated" }, summary: true });
    expect(bodies(scene)).toEqual([expect.stringMatching(/\b20\.0\s%/)]);
  });

  test("no comment is created when no flag changes; an existing comment is updated", async () => {
    const quiet = await aScene({});
    expect(await commented(quiet)).toMatchObject({
      comment: { action: "none", url: null },
      check: { conclusion: "success", title: "no flag changes" },
    });
    expect(bodies(quiet)).toEqual([]);

    const scene = await aScene();
    await commented(scene);
    scene.push("Back again", { [ROUTING]: flagText({ lines: "rollout: 10%" }) });
    expect(await commented(scene)).toMatchObject({ comment: { action: "updated" } });
    expect(bodies(scene)).toEqual([expect.stringMatching(/^<!-- flaghoist:report:1 -->\nNo flag changes:/)]);
  });

  test("a comment by another author is left alone, even if it begins with the marker", async () => {
    const scene = await aScene();
    const forged = `${COMMENT_MARKER}\n### Flags: nothing to see here`;
    await write(scene, scene.fake.userToken, forged);
    await write(scene, scene.fake.tokenFor("renovate[bot]"), forged);
    expect(await commented(scene)).toMatchObject({ comment: { action: "created" } });
    expect(bodies(scene)).toEqual([forged, forged, expect.stringContaining("1 change in production")]);
    expect(await commented(scene)).toMatchObject({ comment: { action: "unchanged" } });
  });

  test("with a person's token, that person is the author of the comment", async () => {
    const scene = await aScene();
    const token = { GITHUB_TOKEN: scene.fake.userToken };
    expect(await commented(scene, token)).toMatchObject({
      comment: { action: "created" },
      // Checks are for apps.
      check: { written: "none", url: null },
    });
    await write(scene, scene.fake.userToken, `I quote:\n${COMMENT_MARKER}\nwhat does it mean?`);
    expect(await commented(scene, token)).toMatchObject({ comment: { action: "unchanged" } });
    expect(bodies(scene)).toHaveLength(2);
  });

  test("an app that cannot query its own name finds its comment by the author name in GitHub's answer", async () => {
    const scene = await aScene();
    const token = { GITHUB_TOKEN: scene.fake.tokenFor("flags-bot[bot]") };
    expect(await commented(scene, token)).toMatchObject({ comment: { action: "created" } });
    scene.push("More", { [ROUTING]: flagText({ lines: "rollout: 30%" }) });
    expect(await commented(scene, token)).toMatchObject({ comment: { action: "updated" } });
    expect(bodies(scene)).toEqual([expect.stringMatching(/\b20\.0\s%/)]);
  });

  test("the comment is found after more than a hundred other comments", async () => {
    const scene = await aScene();
    for (let n = 0; n < 130; n++) {
      const at = new Date().toISOString();
      const id = scene.fake.world.nextId();
      const user = scene.fake.world.accounts.accountOf("dana");
      scene.fake.world.comments.set(id, {
        id,
        issue: scene.number,
        user,
        createdAt: at,
        updatedAt: at,
        body: `No. ${n}`,
      });
    }
    expect(await commented(scene)).toMatchObject({ comment: { action: "created" } });
    expect(await commented(scene)).toMatchObject({ comment: { action: "unchanged" } });
    expect(bodies(scene)).toHaveLength(131);
  });

  test("two runs at the same time leave one comment", async () => {
    const scene = await aScene();
    const both = await Promise.all([commented(scene), commented(scene)]);
    expect(bodies(scene)).toHaveLength(1);
    expect(both.map(({ comment }) => comment.url)).toEqual([both[0].comment.url, both[0].comment.url]);
  });

  test("if the answer to the creation is lost, one comment is left", async () => {
    const scene = await aScene();
    scene.fake.fail({ method: "POST", path: /comments$/, kind: "reset", times: 1, isAnswerLost: true });
    const { code, err } = await scene.comment({ FLAGS_GITHUB_RETRIES: "1" });
    expect({ code, err }, err).toMatchObject({ code: 0 });
    expect(err).toContain("no response to POST /repos/acme/flags/issues/1/comments");
    expect(bodies(scene)).toHaveLength(1);
  });

  test("a report that exceeds GitHub's limit is shortened in the comment and complete in the summary", async () => {
    const names = Array.from({ length: 60 }, (_, n) => `somebody-with-a-long-name-${n}`).join(", ");
    const lines = `rules: [{ name: by name, if: { userId: [${names}] }, serve: true }]\nrollout: 10%`;
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`flag_${n}`, flagText({ lines })]));
    const scene = await aScene(many);
    const env = scene.job();
    const { code } = await hoistIn(scene.clone.folder, env)("github", "comment", "--base", "origin/main");
    expect(code).toBe(0);
    const [body = ""] = bodies(scene);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain("the summary of the job");
    const summary = readFileSync(env["GITHUB_STEP_SUMMARY"] ?? "", "utf8");
    expect(summary.length).toBeGreaterThan(body.length);
    expect(summary).toContain("`flag_129`");
  });

  test("GitHub Enterprise has its API under /api/v3", async () => {
    const scene = await aScene();
    expect(await commented(scene, { GITHUB_API_URL: scene.fake.enterpriseUrl })).toMatchObject({
      comment: { action: "created" },
    });
    expect(bodies(scene)).toHaveLength(1);
  });
});

describe("annotations, checks and summaries", () => {
  const annotationsOf = ({ fake }: Scene) => [...fake.world.checks.values()].map(({ annotations }) => annotations);

  test("for files with errors, the comment lists them, the check fails, and annotations mark the lines", async () => {
    const scene = await aScene({
      [ROUTING]: flagText({ lines: "rollout: 120%" }),
      checkout: "name: <img src=x>\nowner: nobody\n",
    });
    const said = await commented(scene);
    expect(said.comment.action).toBe("created");
    expect(said.check).toMatchObject({
      conclusion: "failure",
      title: expect.stringMatching(/^\d+ errors in 2 files$/),
    });
    const [body = ""] = bodies(scene);
    expect(body).toMatch(
      /^<!-- flaghoist:report:1 -->\n### Flags: \d+ errors in 2 files, so the changes cannot be reported\n\n- `flags\/checkout\.yaml:1:1` `/,
    );
    expect(body).toContain("- `flags/workshop_routing.yaml:6:10` `");
    const [annotations = []] = annotationsOf(scene);
    expect(annotations).toContainEqual(
      expect.objectContaining({ path: "flags/workshop_routing.yaml", start_line: 6, annotation_level: "failure" }),
    );
    // Mended: the comment is the report again.
    scene.push("Mended", { [ROUTING]: flagText({ lines: "rollout: 20%" }), checkout: flagText() });
    expect(await commented(scene)).toMatchObject({ comment: { action: "updated" }, check: { conclusion: "success" } });
    expect(bodies(scene)).toEqual([expect.stringContaining("### Flags: 1 change in production")]);
  });

  test("the check reports policy violations, and the comment shows needed acknowledgements with their lines", async () => {
    const scene = await aScene({ [ROUTING]: flagText({ lines: "rollout: 60%" }) });
    expect((await commented(scene)).check).toMatchObject({
      conclusion: "failure",
      title: "1 change to be acknowledged",
    });
    const [body = ""] = bodies(scene);
    expect(body).toMatch(/acknowledge: \{ production: "[0-9a-f]{8}"/);
    const [annotations = []] = annotationsOf(scene);
    expect(annotations).toEqual([
      expect.objectContaining({
        path: "flags/workshop_routing.yaml",
        title: "step-too-large",
        annotation_level: "failure",
      }),
    ]);
  });

  test("annotations are sent in several requests if they exceed the limit, with paths from the top of the repository", async () => {
    const broken = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`flag_${n}`, `nonsense: ${n}\n`]));
    const scene = await aScene(broken);
    const { clone } = scene;
    const said = await commented(scene);
    expect(said.check).toMatchObject({ conclusion: "failure", written: "run" });
    const [annotations = []] = annotationsOf(scene);
    expect(annotations.length).toBeGreaterThan(100);
    expect(new Set(annotations.map((each) => JSON.stringify(each))).size).toBe(annotations.length);
    expect(writes(scene.fake).filter((line) => line.includes("/check-runs"))).toEqual([
      "POST /repos/acme/flags/check-runs 201",
      ...Array(Math.ceil(annotations.length / 50) - 1).fill(expect.stringMatching(/^PATCH .*\/check-runs\/\d+ 200$/)),
    ]);

    clone.git("checkout", "--quiet", "-b", "moved");
    clone.git("rm", "-r", "--quiet", "flags");
    clone.write("apps/shop/flags/_config.yaml", "environments: { production: {} }\n");
    clone.write("apps/shop/flags/checkout.yaml", "nonsense: 1\n");
    clone.commit("Moved");
    clone.git("push", "--quiet", "origin", "HEAD:change");
    await hoistIn(`${clone.folder}/apps/shop`, scene.job())("github", "comment", "--base", "origin/main");
    expect(annotationsOf(scene).at(-1)).toContainEqual(
      expect.objectContaining({ path: "apps/shop/flags/checkout.yaml" }),
    );
  });

  test("without the right to write checks, annotations go to the job's log, or to stderr with JSON", async () => {
    const scene = await aScene({ [ROUTING]: flagText({ lines: "rollout: 60%" }) });
    const token = { GITHUB_TOKEN: scene.fake.tokenFor("github-actions[bot]", { checks: "none" }) };
    const text = await scene.comment(token);
    expect(text.out).toMatch(/^::error file=flags\/workshop_routing\.yaml,line=\d+,/);
    expect(text.err).toContain(
      "note  no check was written, because that needs the token of a workflow with checks: write",
    );
    const json = await scene.comment(token, ...JSON_FORMAT);
    expect(JSON.parse(json.out)).toMatchObject({ check: { written: "annotations", url: null } });
    expect(json.err).toMatch(/^::error file=/m);
    expect((await scene.comment({ ...token, GITHUB_ACTIONS: "" })).out).not.toContain("::error");
  });
});

describe("the state of the tables", () => {
  test("is reported for every table whose address is set, with its environment", async () => {
    const scene = await aScene();
    const file = freshFile();
    const hoist = hoistIn(scene.clone.folder);
    const url = fileUrl(file);
    expect(await hoist("sync", "--env", "production", "--commit", "main", "--database", url)).toMatchObject({
      code: 0,
    });
    await typeInSqlite(file, `UPDATE feature_toggles SET enabled = 0 WHERE feature_key = '${ROUTING}'`);
    const store = await openStore(url);
    const started = { host: "web-1", pid: 7, epoch: 1, revision: 1, startedAt: "2026-11-21T10:00:00.000Z" };
    const overrides = { [ROUTING]: { variant: "off", via: "FEATURE_WORKSHOP_ROUTING" } };
    await store.heartbeat({ ...started, id: randomUUID(), overrides });
    await store.heartbeat({ ...started, id: randomUUID(), overrides: {} });
    await store.close();
    for (const variable of ["FLAGS_DATABASE_URL_PRODUCTION", "FLAGS_DATABASE_URL"]) {
      const { code, err } = await scene.comment({ [variable]: url });
      expect({ code, err }, err).toEqual({ code: 0, err: "" });
      const body = readText(parseMarkdown(bodies(scene)[0] ?? ""));
      expect(body, variable).toMatch(
        /production: disabled manually \(sql, \d{4}-\d\d-\d\d \d\d:\d\d UTC\); it stays after the merge until it is released: hoist sync --env production --release workshop_routing/,
      );
      expect(body, variable).toContain(
        "overridden to off by FEATURE_WORKSHOP_ROUTING on 1 of 2 instances: it stays overridden after the merge",
      );
      expect(body, variable).not.toContain("staging: disabled manually");
    }
  });

  test("is omitted with a note if the table cannot be read", async () => {
    const scene = await aScene();
    const missing = { FLAGS_DATABASE_URL_STAGING: "file:/nowhere/at/all.db", FLAGS_DATABASE_URL: "mysql://db/flags" };
    const { code, err } = await scene.comment(missing);
    expect({ code, err }, err).toMatchObject({ code: 0 });
    expect(err).toMatch(/^note {2}the table of staging: .*; manual changes are not reported$/m);
    expect(err).toMatch(/^note {2}FLAGS_DATABASE_URL is not a database address.*; manual changes are not reported$/m);
    expect(err.match(/FLAGS_DATABASE_URL is not/g)).toHaveLength(1);
    expect(bodies(scene)[0]).toContain("### Flags: 1 change in production");
    const unnamed = await scene.comment();
    expect(unnamed).toMatchObject({ code: 0, err: "" });
  });
});

describe("a token without the right to comment", () => {
  test("puts the report of a fork's pull request into the job's summary, which is not a failure", async () => {
    const scene = await aScene();
    const head = { sha: scene.clone.git("rev-parse", "HEAD"), repo: { full_name: "lee/flags" } };
    const event = { pull_request: { number: scene.number, head, base: { repo: { full_name: "acme/flags" } } } };
    const env = scene.job({ GITHUB_TOKEN: scene.fake.readToken }, event);
    const { code, out, err } = await hoistIn(scene.clone.folder, env)("github", "comment", "--base", "origin/main");
    expect({ code, err }, err).toMatchObject({ code: 0 });
    expect(out).toContain("! no comment on #1: the token lacks the permission");
    expect(err).toContain(
      "note  #1 comes from a fork, so a workflow may not comment on it; the report is in the job summary",
    );
    expect(readFileSync(env["GITHUB_STEP_SUMMARY"] ?? "", "utf8")).toMatch(/^### Flags: 1 change in production/);
    expect(bodies(scene)).toEqual([]);
  });

  test("asks GitHub whether a pull request comes from a fork if the event does not say so", async () => {
    const scene = await aScene();
    const env = scene.job({ GITHUB_TOKEN: scene.fake.readToken, GITHUB_EVENT_PATH: "" });
    const hoist = hoistIn(scene.clone.folder, env);
    expect(await hoist("github", "comment", "--base", "origin/main")).toMatchObject({ code: 10 });
    scene.fake.fromFork(scene.number, "lee");
    const { code, err } = await hoist("github", "comment", "--base", "origin/main");
    expect({ code, err }, err).toMatchObject({ code: 0 });
    expect(err).toContain("note  #1 comes from a fork, so a workflow may not comment on it");
    expect(bodies(scene)).toEqual([]);
  });

  test("fails a workflow of the repository itself, but still writes the summary", async () => {
    const scene = await aScene();
    const env = scene.job({ GITHUB_TOKEN: scene.fake.readToken });
    const { code, err } = await hoistIn(scene.clone.folder, env)("github", "comment", "--base", "origin/main");
    expect({ code, err }).toMatchObject({ code: 10 });
    expect(err).toContain('could not comment on #1: GitHub says "Resource not accessible by integration" (403)');
    expect(err).toMatch(/the token needs (issues: write, or )?pull-requests: write/);
    expect(readFileSync(env["GITHUB_STEP_SUMMARY"] ?? "", "utf8")).toMatch(/^### Flags:/);
    const dependabot = await scene.comment({ GITHUB_TOKEN: scene.fake.readToken, GITHUB_ACTOR: "dependabot[bot]" });
    expect(dependabot).toMatchObject({ code: 0 });
  });

  test("writes only the summary in a merge queue, without any request", async () => {
    const scene = await aScene();
    const env: Record<string, string> = {
      ...scene.job({ GITHUB_EVENT_NAME: "merge_group", GITHUB_REF: "refs/heads/gh-readonly-queue/main/pr-1-0" }, {}),
      GITHUB_TOKEN: "",
    };
    const before = scene.fake.requests.length;
    const { code, err } = await hoistIn(scene.clone.folder, env)("github", "comment", "--base", "origin/main");
    expect({ code, err }, err).toMatchObject({
      code: 0,
      err: expect.stringContaining("this run has no pull request"),
    });
    expect(existsSync(env["GITHUB_STEP_SUMMARY"] ?? "")).toBe(true);
    expect(scene.fake.requests).toHaveLength(before);
  });
});

describe("the reported commit", () => {
  test("an outdated run leaves the comment to the newer run", async () => {
    const scene = await aScene();
    const old = scene.clone.git("rev-parse", "HEAD");
    const env = scene.job();
    scene.push("More", { [ROUTING]: flagText({ lines: "rollout: 30%" }) });
    await commented(scene);
    const before = bodies(scene);
    scene.clone.checkout(old);
    const late = await hoistIn(scene.clone.folder, env)("github", "comment", "--base", "origin/main");
    expect(late).toMatchObject({ code: 0, out: expect.stringContaining("! comment on #1 left unchanged") });
    expect(late.err).toContain("#1 is now at");
    expect(bodies(scene)).toEqual(before);
  });

  test("outside of a workflow, the commit must be the head of the pull request, or its merge into the base", async () => {
    const scene = await aScene();
    const { clone } = scene;
    const env = { ...scene.job(), GITHUB_EVENT_PATH: "", GITHUB_REF: "", GITHUB_ACTIONS: "" };
    const hoist = hoistIn(clone.folder, env);
    const comment = async () => hoist("github", "comment", "--base", "origin/main", "--pr", "1");
    expect(await comment()).toMatchObject({ code: 0, out: expect.stringContaining("✓ commented on #1") });
    clone.checkout("main");
    const other = await comment();
    expect(other).toMatchObject({ code: 9 });
    expect(other.err).toMatch(/#1 is at [0-9a-f]{7}, but the report would be for [0-9a-f]{7}/);
    clone.merge("change", "Merge change into main");
    expect(await comment()).toMatchObject({ code: 0, out: expect.stringContaining("✓ comment updated on #1") });
  });

  test("a merged pull request keeps its comment", async () => {
    const scene = await aScene();
    await commented(scene);
    await scene.fake.merge(scene.number, { method: "squash" });
    expect(await commented(scene)).toMatchObject({ comment: { action: "left" } });
  });

  test("without a pull request, a base or a readable event, an error names the missing part", async () => {
    const scene = await aScene();
    const bare = {
      PATH: process.env["PATH"] ?? "",
      GITHUB_TOKEN: scene.fake.token,
      GITHUB_REPOSITORY: "acme/flags",
      GITHUB_API_URL: scene.fake.apiUrl,
    };
    const hoist = hoistIn(scene.clone.folder, bare);
    expect(await hoist("github", "comment")).toMatchObject({
      code: 9,
      err: expect.stringContaining("--base is missing, and GITHUB_BASE_REF is not set"),
    });
    expect(await hoist("github", "comment", "--base", "main")).toMatchObject({
      code: 9,
      err: expect.stringContaining("no pull request is given"),
    });
    const missing = hoistIn(scene.clone.folder, { ...bare, GITHUB_EVENT_PATH: "/nowhere/event.json" });
    expect(await missing("github", "comment", "--base", "main")).toMatchObject({
      code: 9,
      err: expect.stringContaining("(GITHUB_EVENT_PATH) cannot be read"),
    });
    expect(await hoist("github", "comment", "--base", "main", "--pr", "x")).toMatchObject({
      code: 9,
      err: expect.stringContaining("Write the number of a pull request"),
    });
    expect(await hoist("github", "comment", "--base", "main", "--pr", "77")).toMatchObject({
      code: 10,
      err: expect.stringContaining("could not read pull request #77 of acme/flags"),
    });
    const { GITHUB_TOKEN: _, ...tokenless } = bare;
    expect(
      await hoistIn(scene.clone.folder, tokenless)("github", "comment", "--base", "main", "--pr", "1"),
    ).toMatchObject({ code: 9, err: expect.stringContaining("no GitHub token") });
  });
});

test("every failure of GitHub exits with code 10 and says what to do, never prints the token, and a second run succeeds", async () => {
  const scene = await aScene();
  const { fake } = scene;
  const kinds = [502, 401, 403, "primary-limit", "secondary-limit", "hang", "reset"] as const;
  const said = new Map<unknown, string>();
  for (const kind of kinds) {
    fake.fail({ method: "POST", path: /issues/, kind, times: 1 });
    const { code, out, err } = await scene.comment({ FLAGS_GITHUB_TIMEOUT: "0.3" });
    expect({ kind, code, out }, err).toEqual({ kind, code: 10, out: "" });
    expect(out + err).not.toContain(fake.token);
    said.set(kind, err);
    fake.heal();
  }
  expect(bodies(scene)).toEqual([]);
  expect(said.get(401)).toContain("the token is invalid or has expired");
  expect(said.get(502)).toContain("GitHub failed with a server error");
  expect(said.get("primary-limit")).toMatch(/wait until \d\d:\d\d:\d\d UTC/);
  expect(said.get("secondary-limit")).toContain("wait 60 s");
  expect(said.get("hang")).toContain("no response within 0.3 s");
  expect(said.get("reset")).toContain("GitHub did not respond");
  expect(await commented(scene)).toMatchObject({ comment: { action: "created" } });
});
