import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aGitHubOfFlags, BOOKING, branches, fileAt, FILES } from "../../github/proposing.ts";
import { flagText } from "../../support/flag-tree.ts";
import type { FakeGitHub } from "../../support/github/start.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aRepository, LEE, type TestRepository } from "../../support/repository.ts";
import { fileUrl, freshFile } from "../../support/sqlite.ts";

const PATH = "flags/workshop/workshop_routing.yaml";
const WIDER = ["rollout", "workshop_routing", "20%", "--env", "production", "--pr"] as const;

/** A clone of what the server has, on main. */
function aClone(fake: FakeGitHub): TestRepository {
  const clone = aRepository();
  clone.git("remote", "add", "origin", fake.gitUrl);
  clone.git("fetch", "--quiet", "origin");
  clone.git("checkout", "--quiet", "-B", "main", "--track", "origin/main");
  return clone;
}

function hoistWith(fake: FakeGitHub, folder: string, env: Readonly<Record<string, string>> = {}) {
  return hoistIn(folder, {
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_REPOSITORY: fake.repository,
    FLAGS_GITHUB_TOKEN: fake.userToken,
    FLAGS_GITHUB_RETRIES: "0",
    ...env,
  });
}

function writes(fake: FakeGitHub): readonly string[] {
  return fake.requests.filter(({ method }) => method !== "GET").map(({ path }) => path);
}

/** Somebody merges a change to the flag on GitHub. */
function merged(fake: FakeGitHub, text: string, path: string = PATH): void {
  const other = aClone(fake);
  other.write(path, text);
  other.commit("Wider (#7)", { by: LEE });
  other.git("push", "--quiet", "origin", "main");
}

describe("--pr", () => {
  test("opens a pull request, prints its address first, and leaves the work tree as it is", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const hoist = hoistWith(fake, clone.folder);
    const before = clone.git("rev-parse", "HEAD");
    clone.write("flags/checkout.yaml", `${FILES["flags/checkout.yaml"]}# mine, not committed\n`);
    const { code, out, err } = await hoist(...WIDER, "--note", "Week two.");
    expect([code, err]).toEqual([0, ""]);
    const [branch = ""] = await branches(fake);
    expect(out.split("\n").slice(0, 5)).toEqual([
      expect.stringMatching(/^https?:\/\/\S+\/acme\/flags\/pull\/1$/),
      `✓ opened #1 into main from ${branch}`,
      "  workshop_routing: 10 % → 20 % of everyone in production",
      "",
      "production  10 % → 20 % of everyone",
    ]);
    expect(await fileAt(fake, branch, PATH)).toContain("production: { rollout: 20% }");
    // What somebody has in hand in another file stays with them.
    expect(await fileAt(fake, branch, "flags/checkout.yaml")).toBe(FILES["flags/checkout.yaml"]);
    expect(clone.git("rev-parse", "HEAD")).toBe(before);
    expect(clone.git("status", "--porcelain")).toBe(" M flags/checkout.yaml");
    expect(fake.world.issues.get(1)?.body).toMatch(/^Week two\.\n/);
    // Read from the clone, which has the commit: nothing of it is asked for.
    expect(fake.requests.filter(({ path }) => /\/git\/(?:trees|blobs)\//.test(path))).toEqual([]);

    const again = await hoist(...WIDER, "--format", "json");
    expect(JSON.parse(again.out)).toMatchObject({
      key: "workshop_routing",
      pullRequest: { number: 1, action: "found" },
      base: "main",
      branch,
      title: "workshop_routing: 10 % → 20 % of everyone in production",
      labels: ["feature-flags", "production"],
      reviewers: [{ kind: "team", name: "workshops" }],
      files: [{ from: PATH, to: PATH }],
    });
    expect((await hoist(...WIDER)).out).toContain(`#1 is already open, from ${branch}: nothing was sent`);
    expect(fake.world.pulls.size).toBe(1);
  });

  test("with --dry-run, shows the proposal and sends nothing", async () => {
    const fake = await aGitHubOfFlags();
    const { code, out } = await hoistWith(fake, aClone(fake).folder)(...WIDER, "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Would open a pull request into main \(\w{7}\) from hoist\/workshop_routing-production-\w{8}\n {2}workshop_routing: 10 % → 20 %/,
    );
    expect(out).toContain("  labels feature-flags, production, review by workshops");
    expect(out).toContain("+   production: { rollout: 20% }");
    expect(writes(fake)).toEqual([]);
  });

  test("the command that hoist kill prints opens a pull request that disables the flag", async () => {
    const fake = await aGitHubOfFlags();
    const hoist = hoistWith(fake, aClone(fake).folder);
    const [line = ""] =
      /hoist set workshop_routing .*--pr/.exec((await hoist("kill", "workshop_routing", "--env", "production")).out) ??
      [];
    const { code, out } = await hoist(...line.split(" ").slice(1));
    expect(code, out).toBe(0);
    expect(out).toContain("workshop_routing: enabled → disabled in production");
  });

  test("prints the acknowledgement that is needed, and accepts it in the next request", async () => {
    const fake = await aGitHubOfFlags();
    const hoist = hoistWith(fake, aClone(fake).folder);
    const jump = ["set", "workshop_routing", "rollout=90%", "--pr"] as const;
    const { out } = await hoist(...jump);
    const [, id] = /acknowledge: \{ production: "(\w{8})"/.exec(out) ?? [];
    expect(out).toContain(
      `! production needs an acknowledgement: the jump of 80 points exceeds policy maxStep (25); if this is intended, add to ${PATH}:`,
    );
    const second = await hoist(...jump, `acknowledge.production=${id}`, "acknowledge.reason=Meant.");
    expect(second.out).not.toContain("acknowledgement");
    expect(second.out).toContain("/pull/2");
    expect(fake.world.issues.get(2)?.body).toContain("**Acknowledged**");
  });

  test("refuses the same edits as without --pr, and sends nothing", async () => {
    const masked = flagText({ lines: "rollout: all\nenvironments:\n  production: { rollout: none }" });
    const fake = await aGitHubOfFlags({ files: { ...FILES, [PATH]: masked } });
    const hoist = hoistWith(fake, aClone(fake).folder);
    const cases = [
      [["rollout", "workshop_routing", "20%", "--pr"], 9, "production has its own rollout"],
      [["set", "workshop_rooting", "enabled=true", "--pr"], 9, 'did you mean "workshop_routing"?'],
      [["set", "checkout", "enabled=true", "--env", "prod", "--pr"], 6, 'environment "prod" is not declared'],
      [["set", "checkout", "owner=nemo", "--pr"], 3, "nemo"],
      [["set", "checkout", "enabled=false", "--note", "Why."], 9, "--note requires --pr"],
    ] as const;
    for (const [args, code, text] of cases) {
      const result = await hoist(...args);
      expect([result.code, result.err]).toEqual([code, expect.stringContaining(text)]);
    }
    const same = await hoist("set", "workshop_routing", "rollout=none", "--env", "production", "--pr");
    expect(same).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No changes: .* on main \(\w{7}\) already has these values\.$/),
    });
    expect(writes(fake)).toEqual([]);
  });

  test("refuses a flag that has changed on GitHub, and shows the difference, until the change is pulled", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const hoist = hoistWith(fake, clone.folder);
    merged(fake, flagText({ lines: "rollout: 15%" }));
    for (const fetched of [false, true]) {
      if (fetched) clone.git("fetch", "--quiet", "origin");
      const { code, err } = await hoist(...WIDER);
      expect(code).toBe(10);
      expect(err).toContain(
        "workshop_routing was changed on main on GitHub, and the local main does not have that change yet",
      );
      expect(err).toContain("6 - rollout: 10%");
      expect(err).toContain("6 + rollout: 15%");
      expect(err).toContain("git pull");
    }
    expect(writes(fake)).toEqual([]);
    // Another flag is none of it, whether the clone has the commit or not.
    expect(await hoist("set", "checkout", "enabled=false", "--pr")).toMatchObject({ code: 0 });
    clone.git("pull", "--quiet");
    expect((await hoist(...WIDER)).out).toContain("workshop_routing: 15 % → 20 % of everyone in production");
  });

  test("refuses a flag with local changes, committed or not", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const hoist = hoistWith(fake, clone.folder);
    clone.write(PATH, flagText({ lines: "rollout: 15%" }));
    expect(await hoist(...WIDER)).toMatchObject({
      code: 9,
      err: expect.stringContaining(`${PATH} has uncommitted changes, which --pr would leave out`),
    });
    clone.git("checkout", "--quiet", "-b", "wider");
    clone.commit("Wider");
    const { code, err } = await hoist(...WIDER);
    expect(code).toBe(10);
    expect(err).toContain(
      "the local wider changes workshop_routing, and a pull request based on main would not contain that change",
    );
    expect(err).toContain("omit --pr to edit it on wider");
    expect(writes(fake)).toEqual([]);
  });

  test("needs no clone: in an empty folder everything is read and written through the API", async () => {
    const fake = await aGitHubOfFlags();
    const { code, out } = await hoistWith(fake, aFolder())(...WIDER);
    expect([code, out]).toEqual([0, expect.stringContaining("/pull/1")]);
  });

  test("edits the flags of the current folder if a repository has several flag folders", async () => {
    const files = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`apps/shop/${path}`, text]));
    const fake = await aGitHubOfFlags({ files });
    const clone = aClone(fake);
    const run = hoistWith(fake, join(clone.folder, "apps/shop/flags/workshop"));
    expect(await run(...WIDER)).toMatchObject({ code: 0 });
    const [branch = ""] = await branches(fake);
    expect(await fileAt(fake, branch, `apps/shop/${PATH}`)).toContain("production: { rollout: 20% }");
    // The same without the commit in the clone.
    merged(fake, "More.\n", "README.md");
    expect((await run(...WIDER)).out).toContain("#1 is already open");
    expect(fake.requests.some(({ path }) => path.includes("/git/trees/"))).toBe(true);
  });

  test("names the token variables if no token is set, exits 10 at a rate limit, and never shows a token", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const none = await hoistWith(fake, clone.folder, { FLAGS_GITHUB_TOKEN: "" })(...WIDER);
    expect(none).toMatchObject({ code: 9, err: expect.stringContaining("GITHUB_TOKEN") });
    fake.fail({ kind: "primary-limit", times: 1 });
    const limited = await hoistWith(fake, clone.folder)(...WIDER);
    expect(limited).toMatchObject({ code: 10, err: expect.stringContaining("GITHUB_RATE_LIMITED") });
    const wrong = await hoistWith(fake, clone.folder, { FLAGS_GITHUB_TOKEN: "ghp_recognisable" })(...WIDER);
    expect(wrong).toMatchObject({ code: 10, err: expect.stringContaining("the token is invalid or has expired") });
    const reading = await hoistWith(fake, clone.folder, { FLAGS_GITHUB_TOKEN: fake.readToken })(...WIDER);
    expect(reading).toMatchObject({ code: 10, err: expect.stringContaining("contents: write") });
    const told = JSON.stringify([none, limited, wrong, reading]);
    for (const token of ["ghp_recognisable", fake.userToken, fake.readToken]) expect(told).not.toContain(token);
  });
});

describe("rollback --pr", () => {
  test("opens the pull request that undoes the last change on main", async () => {
    const fake = await aGitHubOfFlags();
    const hoist = hoistWith(fake, aFolder());
    await hoist(...WIDER);
    const merged = await fake.merge(1, { method: "squash" });
    const clone = aClone(fake);
    const { code, out, err } = await hoistWith(fake, clone.folder)(
      "rollback",
      "workshop_routing",
      "--env",
      "production",
      "--pr",
    );
    expect(code, err).toBe(0);
    expect(out).toContain("workshop_routing: 20 % → 10 % of everyone in production");
    expect(out).toMatch(new RegExp(`! undoes ${merged.slice(0, 7)} by .*\\(#1\\)`));
    const [branch = ""] = (await branches(fake)).filter((name) => fake.world.pulls.get(2)?.headRef === name);
    expect(await fileAt(fake, branch, PATH)).toBe(FILES[PATH]);
  });

  test("needs the history of the flag", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    merged(fake, "More.\n", "README.md");
    const { code, err } = await hoistWith(fake, clone.folder)("rollback", "workshop_routing", "--pr");
    expect(code).toBe(10);
    expect(err).toContain("this clone does not have");
    expect(err).toContain("git pull");
  });
});

describe("rename --pr", () => {
  test("moves the file and updates requirements on it in one commit", async () => {
    const fake = await aGitHubOfFlags({ files: { ...FILES, ...BOOKING } });
    const { code, out, err } = await hoistWith(fake, aFolder())("rename", "workshop_routing", "smart_routing", "--pr");
    expect(code, err).toBe(0);
    expect(out).toContain("workshop_routing → smart_routing: renamed, with the same answers");
    const [branch = ""] = await branches(fake);
    const changes = await fake.world.git.run(["diff", "--no-renames", "--name-status", `main...${branch}`]);
    expect(changes.split("\n")).toEqual([
      "M\tflags/booking.yaml",
      "A\tflags/workshop/smart_routing.yaml",
      "D\tflags/workshop/workshop_routing.yaml",
    ]);
    expect(await fileAt(fake, branch, "flags/workshop/smart_routing.yaml")).toContain("salt: workshop_routing");
  });
});

describe("adopt --pr", () => {
  test("proposes a manual change to the table as a change in git", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const file = freshFile("production.db");
    const hoist = hoistWith(fake, clone.folder, { FLAGS_ENV: "production", FLAGS_DATABASE_URL: fileUrl(file) });
    expect(await hoist("sync")).toMatchObject({ code: 0 });
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(file);
    database.exec("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'workshop_routing'");
    database.close();
    const { code, out, err } = await hoist("adopt", "workshop_routing", "--pr");
    expect(code, err).toBe(0);
    expect(out).toContain("workshop_routing: enabled → disabled in production");
    expect(out).toContain("! disabled manually");
    expect(readFileSync(join(clone.folder, PATH), "utf8")).toBe(FILES[PATH]);
    const [branch = ""] = await branches(fake);
    expect(await fileAt(fake, branch, PATH)).toContain("production: { enabled: false }");
    expect(fake.world.issues.get(1)?.body).toContain("disabled manually");
  });
});

describe("new --pr", () => {
  const SAID = [
    "--owner",
    "team-checkout",
    "--kind",
    "ops",
    "--name",
    "Express",
    "--description",
    "One page.",
  ] as const;

  test("opens a pull request with the new flag's file, and finds that pull request when run again", async () => {
    const fake = await aGitHubOfFlags();
    const clone = aClone(fake);
    const hoist = hoistWith(fake, clone.folder);
    const { code, out, err } = await hoist("new", "express_checkout", "--pr", "--note", "Asked for by sales.", ...SAID);
    expect([code, err]).toEqual([0, ""]);
    const [branch = ""] = await branches(fake);
    const { title, body } = fake.world.issues.get(1) ?? {};
    expect(title).toBe("express_checkout: new flag");
    expect(out).toContain(`✓ opened #1 into main from ${branch}\n  ${title}`);
    expect(body).toMatch(/^Asked for by sales\.\n\n### Flags: 1 change/);
    const files = fake.world.git.folder;
    expect(clone.git("--git-dir", files, "diff", "--name-status", `main...${branch}`)).toMatch(
      /^A\tflags\/(?:\w+\/)?express_checkout\.yaml$/,
    );
    expect(clone.git("status", "--porcelain")).toBe("");
    const again = await hoist("new", "express_checkout", "--pr", ...SAID);
    expect(again.out).toContain("#1 is already open");
  });

  test("never prompts: missing options are listed, and an existing key is refused", async () => {
    const fake = await aGitHubOfFlags();
    const hoist = hoistWith(fake, aClone(fake).folder);
    expect(await hoist("new", "--pr")).toMatchObject({ code: 9, err: expect.stringContaining("needs a key") });
    const bare = await hoist("new", "express_checkout", "--pr");
    expect(bare).toMatchObject({ code: 9 });
    expect(bare.err).toContain("missing for a new flag: name, description, owner, kind, expires");
    expect(bare.err).toContain("--kind release");
    expect((await hoist("new", "checkout", "--pr", ...SAID)).code).not.toBe(0);
    const noted = await hoist("new", "express_checkout", "--note", "Why.", ...SAID);
    expect(noted).toMatchObject({ code: 9, err: expect.stringContaining("--note requires --pr") });
    expect(writes(fake)).toEqual([]);
  });
});

test("printed commands keep the option --pr", async () => {
  const lines = "rollout: 10%\nenvironments: { production: { enabled: false, rollout: 5% } }";
  const fake = await aGitHubOfFlags({ files: { ...FILES, [PATH]: flagText({ lines }) } });
  const hoist = hoistWith(fake, aClone(fake).folder);
  const { code, err } = await hoist("rollout", "workshop_routing", "20%", "--pr");
  expect(code).toBe(9);
  expect(err).toContain("hoist set workshop_routing rollout=20% --env production --pr");
  expect(err).toContain("hoist set workshop_routing rollout=20% --base --pr  ");
  const idle = await hoist("set", "workshop_routing", "rollout=20%", "--env", "production", "--pr");
  expect(idle.out).toContain("hoist set workshop_routing enabled=true --env production --pr");
});
