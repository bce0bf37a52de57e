import { describe, expect, test } from "vitest";
import { aScene, bodies, jobOf, openPull, ROUTING, writes, type Scene } from "../../github/commenting.ts";
import { flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn, type HoistResult } from "../../support/hoist.ts";
import { aFolder } from "../../support/repository.ts";
import { typeInSqlite } from "../../support/sqlite.ts";

interface Sync {
  (environment: string, more?: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<HoistResult>;
  /** Of its database. */
  fileOf(environment: string): string;
}

/** `hoist sync --comment` of `main` as GitHub has it; each environment has a database of its own. */
function syncing(scene: Scene): Sync {
  const folder = aFolder();
  const fileOf = (environment: string) => `${folder}/${environment}.db`;
  const sync = async (environment: string, more: Readonly<Record<string, string>> = {}, ...args: readonly string[]) => {
    scene.clone.git("fetch", "--quiet", "origin");
    scene.clone.checkout("origin/main");
    const env = { ...scene.job(), FLAGS_DATABASE_URL: `file:${fileOf(environment)}`, ...more };
    const result = await hoistIn(scene.clone.folder, env)("sync", "--comment", "--env", environment, ...args);
    expect(result, result.out + result.err).toMatchObject({ code: 0 });
    return result;
  };
  return Object.assign(sync, { fileOf });
}

/** A commented pull request over an environment that has been synced once. */
async function aCommentedScene(...environments: readonly string[]): Promise<{ scene: Scene; sync: Sync }> {
  const scene = await aScene();
  const sync = syncing(scene);
  for (const environment of environments) await sync(environment);
  scene.clone.checkout("change");
  expect(await scene.comment()).toMatchObject({ code: 0 });
  return { scene, sync };
}

describe("after a sync", () => {
  test("the comment states in which environments a pull request is live", async () => {
    const { scene, sync } = await aCommentedScene("staging", "production");
    await scene.fake.merge(scene.number, { method: "merge" });
    const staging = await sync("staging");
    expect(staging.out).toMatch(
      /^✓ [0-9a-f]{7} follows [0-9a-f]{7}\n(✓ .*\n)+✓ announced on #1 {2}https:\/\/github\.com\/acme\/flags\/pull\/1#issuecomment-\d+$/,
    );
    const production = await sync("production", {}, "--format", "json");
    const { comments, revision } = JSON.parse(production.out) as { comments: unknown; revision: number };
    expect(comments).toEqual([
      { number: 1, url: expect.stringContaining("#issuecomment-"), seconds: expect.any(Number) },
    ]);
    const [body = "", ...others] = bodies(scene);
    expect(others).toEqual([]);
    expect(body).toContain("\n### Flags: 1 change in production");
    expect(body).toMatch(/\n- Live in \*\*staging\*\* at revision \d+, \d+ s after the merge \(`[0-9a-f]{7}`\)/);
    expect(body).toMatch(
      new RegExp(`\n- Live in \\*\\*production\\*\\* at revision ${revision}, \\d+ s after the merge`),
    );
  });

  test("pull requests without a comment get none, and the same commit again changes nothing", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake, clone } = scene;
    clone.git("checkout", "--quiet", "-b", "quiet", "origin/main");
    writeFlags(clone, { checkout: flagText({ lines: "rollout: 90%" }) });
    clone.commit("Less checkout");
    clone.git("push", "--quiet", "origin", "HEAD:quiet");
    const quiet = await openPull(fake, "quiet", "Less checkout");
    await fake.merge(scene.number, { method: "squash" });
    await fake.merge(quiet, { method: "squash" });
    const { out } = await sync("production");
    expect(out).toContain("✓ announced on #1");
    expect(out).not.toContain(`#${quiet}`);
    expect(bodies({ fake, number: quiet })).toEqual([]);
    const [before, said] = [writes(fake), bodies(scene)];
    expect((await sync("production")).out).toContain("✓ announced on #1");
    expect([writes(fake), bodies(scene)]).toEqual([before, said]);
  });

  test("an update that failed is sent by the next sync of the same commit, with the time of the first", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake } = scene;
    await fake.merge(scene.number, { method: "squash" });
    fake.fail({ kind: "hang" });
    const unheard = await sync("production", { FLAGS_GITHUB_TIMEOUT: "0.3" });
    expect(unheard.err).toMatch(/^warning {2}synced, but not announced on GitHub: /);
    expect(unheard.err).toContain("hoist sync --env production --comment");
    expect(bodies(scene)[0]).not.toContain("Live in");
    fake.heal();
    await typeInSqlite(
      sync.fileOf("production"),
      "UPDATE feature_toggles SET enabled = 0 WHERE feature_key = 'workshop_routing'",
    );
    const { out, err } = await sync("production");
    expect(err).toBe("");
    expect(out).toContain("✓ announced on #1");
    const [revision] = /at revision (\d+)/.exec(unheard.out)?.slice(1) ?? [];
    expect(bodies(scene)[0]).toMatch(
      new RegExp(
        `^- Live in \\*\\*production\\*\\* at revision ${revision}, \\d+ s .*, but .workshop_routing. stays disabled`,
        "m",
      ),
    );
  });

  test("a change that a manual change masks is reported only in the comment of its pull request", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake, clone } = scene;
    clone.git("checkout", "--quiet", "-b", "other", "origin/main");
    writeFlags(clone, { checkout: flagText({ lines: "rollout: 90%" }) });
    clone.commit("Less checkout");
    clone.git("push", "--quiet", "origin", "HEAD:other");
    const other = await openPull(fake, "other", "Less checkout");
    const job = jobOf(fake, clone, other);
    expect(await hoistIn(clone.folder, job)("github", "comment", "--base", "origin/main")).toMatchObject({ code: 0 });
    await typeInSqlite(
      sync.fileOf("production"),
      `UPDATE feature_toggles SET enabled = 0 WHERE feature_key = '${ROUTING}'`,
    );
    await fake.merge(scene.number, { method: "squash" });
    await fake.merge(other, { method: "squash" });
    await sync("production");
    expect(bodies(scene)[0]).toMatch(
      /^- Live in \*\*production\*\* .*, but `workshop_routing` stays disabled manually \(sql, .* UTC\) <!--/m,
    );
    const [told] = bodies({ fake, number: other });
    expect(told).toContain("- Live in **production**");
    expect(told).not.toContain("manually");
  });

  test("a forged comment and a number that is an issue's are left alone", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake, clone } = scene;
    const forged = `${bodies(scene)[0]?.split("\n")[0] ?? ""}\n### Flags: nothing`;
    const post = async (path: string, body: object) => {
      const headers = { authorization: `token ${fake.userToken}`, "content-type": "application/json" };
      const answer = await fetch(`${fake.apiUrl}/repos/acme/flags/${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { readonly number: number };
    };
    const issue = await post("issues", { title: "A question" });
    await post(`issues/${issue.number}/comments`, { body: forged });
    clone.git("checkout", "--quiet", "-b", "direct", "origin/main");
    writeFlags(clone, { [ROUTING]: flagText({ lines: "rollout: 5%" }) });
    clone.commit(`As asked (#${issue.number})`);
    clone.git("push", "--quiet", "origin", "HEAD:main");
    const { err } = await sync("production");
    expect(err).toBe("");
    expect(bodies({ fake, number: issue.number })).toEqual([forged]);
    expect(writes(fake).filter((line) => line.startsWith("PATCH"))).toEqual([]);
  });

  test("a pull request that was merged earlier is not updated for a commit that only mentions it", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake, clone } = scene;
    await fake.merge(scene.number, { method: "squash" });
    await sync("production");
    const told = bodies(scene);
    expect(told[0]).toContain("- Live in **production**");
    clone.git("checkout", "--quiet", "-b", "direct", "origin/main");
    writeFlags(clone, { [ROUTING]: flagText({ lines: "rollout: 5%" }) });
    clone.commit(`Less than asked (#${scene.number})`);
    clone.git("push", "--quiet", "origin", "HEAD:main");
    const { out, err } = await sync("production");
    expect(err).toBe("");
    expect(out).not.toContain("says so");
    expect(bodies(scene)).toEqual(told);
  });

  test("a failure of GitHub does not fail the sync: exit 0, a warning, and no token in the output", async () => {
    const { scene, sync } = await aCommentedScene("production");
    const { fake } = scene;
    await fake.merge(scene.number, { method: "rebase" });
    fake.fail({ kind: "hang" });
    const hung = await sync("production", { FLAGS_GITHUB_TIMEOUT: "0.3" });
    expect(hung.out).toContain("✓ production is at revision");
    expect(hung.err).toMatch(
      /^warning {2}synced, but not announced on GitHub: could not .*: GitHub did not respond \(no response within 0\.3 s\)/,
    );
    fake.heal();
    for (const [environment, kind] of [
      ["staging", 403],
      ["development", "primary-limit"],
    ] as const) {
      fake.fail({ method: "PATCH", kind, times: 1 });
      const { err, out } = await sync(environment);
      expect(err).toMatch(/^warning {2}synced, but not announced on GitHub: could not update the comment on #1: /);
      expect(out + err).not.toContain(fake.token);
      fake.heal();
    }
    const tokenless = syncing(scene);
    expect((await tokenless("production", { GITHUB_TOKEN: "" })).err).toContain(
      "synced, but not announced on GitHub: no GitHub token",
    );
  });
});
