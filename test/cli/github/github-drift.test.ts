import { describe, expect, test } from "vitest";
import { aClone, ROUTING, writes } from "../../github/commenting.ts";
import { findDrift } from "../../../src/cli/github/find-drift.ts";
import { openStore } from "../../../src/store/open.ts";
import type { SyncOptions } from "../../../src/sync/sync.ts";
import type { FakeGitHub } from "../../support/github/start.ts";
import { onEveryEngine, SQLITE, type FlagDatabase, type FlagDatabaseEngine } from "../../support/flag-database.ts";
import { commitFlags, flagText } from "../../support/flag-tree.ts";
import { hoistIn, type HoistResult } from "../../support/hoist.ts";
import { aRepository, type TestRepository } from "../../support/repository.ts";

interface Watched {
  readonly fake: FakeGitHub;
  readonly clone: TestRepository;
  readonly database: FlagDatabase;
  readonly env: Readonly<Record<string, string>>;
  readonly hoist: (...args: readonly string[]) => Promise<HoistResult>;
  /** `hoist github drift`, without a pause between its two looks. */
  readonly drift: (...args: readonly string[]) => Promise<HoistResult>;
}

async function aWatchedEnvironment(engine: FlagDatabaseEngine = SQLITE): Promise<Watched> {
  const { fake, clone } = await aClone();
  const database = await engine.fresh();
  const env = {
    PATH: process.env["PATH"] ?? "",
    FLAGS_ENV: "production",
    FLAGS_DATABASE_URL: database.url,
    GITHUB_REPOSITORY: fake.repository,
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_TOKEN: fake.token,
    FLAGS_GITHUB_RETRIES: "0",
    FLAGS_GITHUB_TIMEOUT: "2",
  };
  const hoist = hoistIn(clone.folder, env);
  expect(await hoist("sync")).toMatchObject({ code: 0 });
  return { fake, clone, database, env, hoist, drift: (...args) => hoist("github", "drift", "--settle", "0s", ...args) };
}

const KILL = `UPDATE feature_toggles SET enabled = false WHERE feature_key = '${ROUTING}'`;

function issues({ fake }: Watched) {
  return [...fake.world.issues.values()].map(({ number, title, state, labels, body }) => ({
    number,
    title,
    state,
    labels,
    body,
  }));
}

onEveryEngine((engine) => {
  test("the issue for a manually disabled flag is created, left alone, updated, and closed", async () => {
    const watched = await aWatchedEnvironment(engine);
    const { database, drift, hoist, fake } = watched;
    expect(await drift()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^✓ production agrees with [0-9a-f]{7}$/),
    });
    expect(issues(watched)).toEqual([]);

    await database.type(KILL);
    const first = await drift();
    expect(first, first.err).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(
      /^production differs from [0-9a-f]{7}: 1 manual change\ndatabase .*\n\n! workshop_routing {2}disabled manually .* by .*: stays disabled until released\n\n✓ issue #1 opened {2}https:\S+\/issues\/1$/,
    );
    expect(issues(watched)).toEqual([
      expect.objectContaining({
        title: "Flags: production differs from the branch: 1 manual change",
        state: "open",
        labels: ["flaghoist-drift"],
        body: expect.stringMatching(
          /^<!-- flaghoist:drift:v1 production -->\n[^]*\| `workshop_routing` \| disabled manually: stays disabled until released \| [^]*hoist adopt workshop_routing --env production --pr\nhoist sync --env production --release workshop_routing\n/,
        ),
      }),
    ]);
    const before = writes(fake).length;
    expect((await drift()).out).toContain("✓ issue #1 is up to date");
    expect(writes(fake)).toHaveLength(before);

    await database.type(
      "UPDATE feature_toggles SET rollout_percentage = 50, rollout_strategy = 'percentage' WHERE feature_key = 'checkout'",
    );
    expect((await drift()).out).toContain("✓ issue #1 updated");
    expect(issues(watched)).toEqual([
      expect.objectContaining({ title: expect.stringContaining("2 manual changes"), state: "open" }),
    ]);

    expect(await hoist("sync", "--release", ROUTING, "--release", "checkout")).toMatchObject({ code: 0 });
    expect((await drift()).out).toMatch(/^✓ production agrees with [0-9a-f]{7}\n\n✓ issue #1 closed {2}https/);
    expect(issues(watched)).toEqual([expect.objectContaining({ state: "closed" })]);
    expect([...fake.world.comments.values()].map(({ body }) => body)).toEqual([
      expect.stringMatching(/^The table of \*\*production\*\* agrees with `[0-9a-f]{7}` again\.$/),
    ]);
    expect((await drift()).out).toMatch(/^✓ production agrees with [0-9a-f]{7}$/);
  });

  test("a manually deleted row is reported, and the table is only read", async () => {
    const { database, drift } = await aWatchedEnvironment(engine);
    await database.type("DELETE FROM feature_toggles WHERE feature_key = 'checkout'");
    const before = await database.writeMark();
    const mark = await before();
    const { out } = await drift("--format", "json");
    const told = JSON.parse(out) as { outcome: string; byHand: readonly object[]; pending: unknown; issue: object };
    expect(told).toMatchObject({
      outcome: "differs",
      byHand: [{ key: "checkout", what: "deleted manually", fate: "the next sync restores it" }],
      pending: null,
      issue: { action: "opened", number: 1 },
    });
    expect(await before()).toEqual(mark);
  });
});

describe("a merged change that is not live", () => {
  test("is reported once it is older than --after, with its pull request", async () => {
    const watched = await aWatchedEnvironment();
    const { clone, drift, hoist } = watched;
    // Commits of these repositories are of last January.
    const sha = commitFlags(clone, "Less routing (#7)", { [ROUTING]: flagText({ lines: "rollout: 5%" }) });
    const old = await drift("--after", "15m");
    expect(old.out).toMatch(/^production differs from [0-9a-f]{7}: 1 merged change not live\n/);
    expect(old.out).toMatch(/\n~ workshop_routing {2}10.% → 5.% of everyone\n/);
    expect(old.out).toContain(`#7 (${sha.slice(0, 7)})`);
    expect(issues(watched)[0]?.body).toContain(`- \`${sha.slice(0, 7)}\` #7 Less routing`);
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    expect((await drift()).out).toContain("✓ issue #1 closed");
  });

  test("is not reported if it is recent or changes no flag", async () => {
    const watched = await aWatchedEnvironment();
    const { clone, drift } = watched;
    clone.write("README.md", "x");
    clone.commit("Words");
    expect((await drift()).out).toMatch(/^✓ production agrees/);
    commitFlags(clone, "Less routing", { [ROUTING]: flagText({ lines: "rollout: 5%" }) });
    const days = Math.ceil((Date.now() - Date.UTC(2026, 0, 1)) / 86_400_000) + 1;
    expect((await drift("--after", `${days}d`)).out).toMatch(/^✓ production agrees/);
    expect(issues(watched)).toEqual([]);
  });

  test("is left to the next run if the table is newer than the clone; a table synced from another branch is reported", async () => {
    const watched = await aWatchedEnvironment();
    const { fake, clone, drift, hoist } = watched;
    const first = clone.git("rev-parse", "HEAD");
    const other = aRepository();
    other.git("remote", "add", "origin", fake.gitUrl);
    other.git("fetch", "--quiet", "origin");
    other.checkout("origin/main");
    commitFlags(clone, "Less routing", { [ROUTING]: flagText({ lines: "rollout: 5%" }) });
    clone.git("push", "--quiet", "origin", "main");
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    clone.git("checkout", "--quiet", "--detach", first);
    const newer = await drift();
    expect(newer).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringContaining("which is newer than this clone: nothing was compared"),
    });
    // A clone that has never heard of the live commit asks GitHub.
    const unheard = await hoistIn(other.folder, watched.env)("github", "drift", "--settle", "0s");
    expect(unheard, unheard.err).toMatchObject({ code: 0, out: "" });
    expect(unheard.err).toContain("which is newer than this clone");

    commitFlags(clone, "Beside it", { [ROUTING]: flagText({ lines: "rollout: 7%" }) });
    const beside = await drift();
    expect(beside).toMatchObject({ code: 0 });
    expect(beside.out).toMatch(/^! production is at [0-9a-f]{7}, which is not in the history of [0-9a-f]{7}\n/);
    expect(issues(watched)).toEqual([
      expect.objectContaining({
        title: "Flags: production differs from the branch: it was synced from another branch",
      }),
    ]);
  });
});

test("is ignored if only the first of two checks sees it, because a sync was running", async () => {
  const { clone, database, hoist } = await aWatchedEnvironment();
  await database.type(KILL);
  let looks = 0;
  const sync: SyncOptions = {
    origin: { folder: clone.folder, ref: "HEAD" },
    environment: "production",
    startedBy: "watch@ci",
    openStore: async () => {
      looks += 1;
      if (looks === 2) expect(await hoist("sync", "--release", ROUTING)).toMatchObject({ code: 0 });
      return openStore(database.url, { readOnly: true });
    },
    database: "the table",
    progress: () => {},
    today: "2026-01-01",
    release: new Set(),
    onDrift: "keep",
    acknowledgedPlan: null,
    acceptLive: null,
    newEpoch: false,
  };
  const github = () => Promise.reject(new Error("nobody asks GitHub"));
  const outcome = await findDrift({ sync, now: new Date(), afterMs: 0, settleMs: 0, github });
  expect(outcome).toMatchObject({ kind: "agrees", drift: { manualChanges: [], pending: null } });
  expect(looks).toBe(2);
});

describe("the issue", () => {
  test("is recognized by its author: an issue with the same marker by another author is left alone", async () => {
    const watched = await aWatchedEnvironment();
    const { fake, database, drift } = watched;
    const forged = "<!-- flaghoist:drift:v1 production -->\nall is well";
    const headers = { authorization: `token ${fake.userToken}`, "content-type": "application/json" };
    const body = JSON.stringify({ title: "x", body: forged, labels: ["flaghoist-drift"] });
    await fetch(`${fake.apiUrl}/repos/acme/flags/issues`, { method: "POST", headers, body });
    await database.type(KILL);
    expect((await drift()).out).toContain("✓ issue #2 opened");
    expect(issues(watched)[0]).toMatchObject({ body: forged, state: "open" });
  });

  test("stays open once after two runs at the same time", async () => {
    const watched = await aWatchedEnvironment();
    await watched.database.type(KILL);
    const both = await Promise.all([watched.drift(), watched.drift()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(issues(watched).filter(({ state }) => state === "open")).toHaveLength(1);
  });

  test("the drift is printed even when GitHub refuses, and --no-issue sends no request", async () => {
    const { fake, database, drift } = await aWatchedEnvironment();
    await database.type(KILL);
    fake.fail({ kind: 403, method: "POST" });
    const refused = await drift();
    expect(refused).toMatchObject({ code: 10, out: expect.stringContaining("! workshop_routing  disabled manually") });
    expect(refused.err).toContain("could not open the issue: GitHub says");
    expect(refused.err).toContain("issues: write");
    expect(refused.out + refused.err).not.toContain(fake.token);
    const before = fake.requests.length;
    expect(await drift("--no-issue")).toMatchObject({ code: 0, err: "" });
    expect(fake.requests).toHaveLength(before);
  });
});
