import { expect, test } from "vitest";
import { SQLITE } from "../support/flag-database.ts";
import { CONFIG, flagPath, flagText, writeFlags } from "../support/flag-tree.ts";
import { aFakeGitHub, type FakeGitHub } from "../support/github/start.ts";
import { hoistIn, type HoistResult } from "../support/hoist.ts";
import { aRepository, LEE, type TestRepository } from "../support/repository.ts";
import { bodies, jobOf, openPull } from "../github/commenting.ts";

const KEY = "checkout_button";
const METHODS = process.env["FULL"] === "1" ? (["squash", "merge", "rebase"] as const) : (["squash"] as const);

/** Staging is ahead, as it has to be; production has a share. */
function routed(production: string, more = ""): Readonly<Record<string, string>> {
  const overlays = `environments:\n  staging: { rollout: all }\n  production: { rollout: ${production} }`;
  return { [KEY]: flagText({ lines: `rollout: none\n${overlays}${more}` }) };
}

type Hoist = (...args: readonly string[]) => Promise<HoistResult>;

/** Runs, and has to end as it says. */
async function ends(code: number, run: Promise<HoistResult>): Promise<string> {
  const result = await run;
  expect(result, result.out + result.err).toMatchObject({ code });
  return result.out;
}

async function published(): Promise<{ readonly fake: FakeGitHub; readonly clone: TestRepository }> {
  const fake = await aFakeGitHub({ teams: ["checkout"] });
  const clone = aRepository();
  clone.write("flags/_config.yaml", CONFIG.replace("maxFlags: 25", "maxFlags: 25, stagingFirst: true"));
  writeFlags(clone, { ...routed("10%"), voice_logging: flagText() });
  clone.commit("First flags");
  clone.git("remote", "add", "origin", fake.gitUrl);
  clone.git("push", "--quiet", "--set-upstream", "origin", "main");
  clone.git("fetch", "--quiet", "origin");
  return { fake, clone };
}

function pull(clone: TestRepository): void {
  clone.checkout("main");
  clone.git("pull", "--quiet", "--ff-only", "origin", "main");
}

/** The line that a screen says to type, as arguments. */
function printed(out: string, start: string): readonly string[] {
  const line = out.split("\n").find((each) => each.trimStart().startsWith(start));
  return (line ?? "").trim().split(/ {2,}/)[0]?.split(" ").slice(1) ?? [];
}

test.each(METHODS)(
  "a change is proposed, reported, refused, acknowledged, merged (%s), synced, traced and undone",
  async (method) => {
    const { fake, clone } = await published();
    const database = await SQLITE.fresh();
    const ofProduction = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url };
    const onGitHub = { GITHUB_API_URL: fake.apiUrl, GITHUB_REPOSITORY: fake.repository, FLAGS_GITHUB_RETRIES: "0" };
    const dana: Hoist = hoistIn(clone.folder, { ...onGitHub, GITHUB_TOKEN: fake.userToken });
    const production: Hoist = hoistIn(clone.folder, { ...ofProduction, ...onGitHub, GITHUB_TOKEN: fake.token });
    await ends(0, production("sync"));
    const served = () =>
      database.rows(
        "SELECT feature_key, enabled, rollout_strategy, rollout_percentage FROM feature_toggles ORDER BY 1",
      );
    const atFirst = await served();
    const start = new Date().toISOString();

    // The branch: valid, and the comment says who flips.
    clone.branch("more");
    const push = (subject: string, flags: Readonly<Record<string, string>>) => {
      writeFlags(clone, flags);
      clone.commit(subject, { by: LEE });
      clone.git("push", "--quiet", "origin", "HEAD:more");
    };
    const validate = () => dana("validate", "--base", "origin/main");
    push("A little more", routed("20%"));
    await ends(0, validate());
    const number = await openPull(fake, "more", "More of the checkout button");
    const comment = () =>
      hoistIn(clone.folder, jobOf(fake, clone, number))("github", "comment", "--base", "origin/main");
    await ends(0, comment());
    expect(bodies({ fake, number })).toEqual([expect.stringMatching(/1 change in production.*\b10\.0\s%/)]);

    // Pushed again: a jump. The policy asks, and the same comment says what for.
    push("Much more", routed("60%"));
    const asked = await ends(5, validate());
    expect(asked).toContain("error  step-too-large  production: the jump of 50 points exceeds policy maxStep (25)");
    const [, line = ""] = /if this is intended, add: (acknowledge: .*)/.exec(asked) ?? [];
    await ends(0, comment());
    expect(bodies({ fake, number })).toEqual([expect.stringMatching(/\b50\.0\s%/)]);
    expect(bodies({ fake, number })[0]).toContain(line);

    // Nor may it run ahead of staging, which no line resolves.
    writeFlags(clone, {
      [KEY]: (routed("60%")[KEY] ?? "").replace("staging: { rollout: all }", "staging: { rollout: 20% }"),
    });
    expect(await ends(3, dana("validate", "--base", "origin/main", "--work-tree"))).toContain(
      "error  staging-first  production: the default rollout serves true to people",
    );

    push("Acknowledged", routed("60%", `\n${line}`));
    await ends(0, validate());
    await ends(0, comment());
    expect(bodies({ fake, number })).toHaveLength(1);
    expect([...fake.world.checks.values()].at(-1)).toMatchObject({ conclusion: "success" });

    // Merged, not live yet; then synced, and the comment says so.
    await fake.merge(number, { method, by: "lee" });
    pull(clone);
    const merged = await ends(0, production("suspects", "--since", start, "--env", "production"));
    expect(merged).toContain("Merged but not live yet:");
    await ends(0, production("sync", "--comment"));
    expect(bodies({ fake, number })).toEqual([
      expect.stringMatching(/^- Live in \*\*production\*\* at revision \d+, \d+ s after the merge/m),
    ]);

    // Traced.
    const log = await ends(0, production("log", KEY, "--env", "production"));
    // A rebase lands each commit for itself, and none of them names the pull request.
    const [by, step] = method === "rebase" ? ["–", "20 % → 60 %"] : ["#1", "10 % → 60 %"];
    expect(log).toMatch(new RegExp(`${by} .*${step} of everyone.* live at production revision \\d+`));
    const suspects = await ends(0, production("suspects", "--since", start, "--env", "production"));
    expect(suspects).toMatch(/^1 change in production /);
    expect(suspects).toContain(`  ${by}  checkout_button  10 % → 60 % of everyone  50.0 % off → on  `);

    // Undone by the very line that was printed, which opens the pull request.
    const undo = printed(suspects, "hoist rollback");
    expect(undo).toEqual([
      "rollback",
      KEY,
      "--env",
      "production",
      "--to",
      expect.stringMatching(/^[0-9a-f]{7}$/),
      "--pr",
    ]);
    expect(await ends(0, dana(...undo))).toMatch(/^https?:\/\/\S+\/pull\/2\n✓ opened #2 into main from /);
    const head = fake.world.pulls.get(2)?.headRef;
    expect(head).toBeDefined();
    clone.git("fetch", "--quiet", "origin");
    clone.git("checkout", "--quiet", "--detach", `origin/${head}`);
    expect(clone.git("show", `HEAD:${flagPath(KEY)}`)).toContain("production: { rollout: 10% }");
    // Lowering is never asked about, and nothing is left of the acknowledgement.
    await ends(0, validate());
    expect(clone.git("show", `HEAD:${flagPath(KEY)}`)).not.toContain("acknowledge");

    await fake.merge(2, { method, by: "lee" });
    pull(clone);
    await ends(0, production("sync", "--comment"));
    expect(await served()).toEqual(atFirst);
    await ends(0, production("plan"));
    const after = await ends(0, production("suspects", "--since", start, "--env", "production"));
    expect(after).toContain("checkout_button: 2 changes; combined effect: no answer changes");
    expect(after).toContain("None of these changes has an effect now.");
  },
);
