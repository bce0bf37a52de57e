import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onEveryEngine } from "../../support/flag-database.ts";
import { aFlagRepository, commitFlags, CONFIG, flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, LEE, type TestRepository } from "../../support/repository.ts";

/** A flag whose production overlay is what a test is about. */
function routing(production: string, rest = "rollout: all"): string {
  return flagText({ lines: `${rest}\nenvironments:\n  production: ${production}` });
}

interface Told {
  readonly source: string;
  readonly keys: readonly string[];
  readonly by: string | null;
  readonly pullRequest: number | null;
  readonly commit: string | null;
  readonly meanings: readonly { readonly environments: readonly string[]; readonly text: string }[];
  readonly revisions: readonly { readonly environment: string; readonly revision: number }[];
}

async function told(repository: Pick<TestRepository, "folder">, ...args: readonly string[]): Promise<readonly Told[]> {
  const { code, out, err } = await hoistIn(repository.folder)("log", ...args, "--format", "json");
  expect(code, err).toBe(0);
  return (JSON.parse(out) as { entries: Told[] }).entries;
}

/** The texts of the entries, newest first, each with where it holds. */
function texts(entries: readonly Told[]): readonly string[] {
  return entries.map(({ meanings }) =>
    meanings.map(({ environments, text }) => [environments.join(","), text].filter(Boolean).join(": ")).join(" | "),
  );
}

test("the log of a flag shows the meaning of each change, newest first", async () => {
  const repository = aFlagRepository({ routing: routing("{ enabled: false }") });
  commitFlags(repository, "Beta (#398)", {
    routing: routing("{ rollout: { whitelist: { userId: [user-1, user-2] } } }"),
  });
  commitFlags(repository, "10 % (#401)", { routing: routing("{ rollout: 10% }") }, { by: LEE });
  commitFlags(repository, "50 %", { routing: routing("{ rollout: 50% }") });
  const { code, out, err } = await hoistIn(repository.folder)("log", "routing");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const commits = repository.git("log", "--format=%h", "--abbrev=7").split("\n");
  expect(out).toBe(
    [
      `2026-01-01 09:04  dana@acme.dev  –     production: 10 % → 50 % of everyone                      ${commits[0]}  git`,
      `2026-01-01 09:03  lee@acme.dev   #401  production: userId user-1, user-2 → 10 % of everyone     ${commits[1]}  git`,
      `2026-01-01 09:02  dana@acme.dev  #398  production: disabled → enabled                           ${commits[2]}  git`,
      "                                       production: everyone → userId user-1, user-2",
      `2026-01-01 09:01  dana@acme.dev  #1    created: on in development, staging; off in production   ${commits[3]}  git`,
    ].join("\n"),
  );
});

test("a merge is one entry with its pull request and the author of the change, and so is a squash", async () => {
  const repository = aFlagRepository({ routing: flagText() });
  repository.branch("limit");
  commitFlags(repository, "First try", { routing: flagText({ lines: "rollout: 5%" }) }, { by: LEE });
  commitFlags(repository, "Second try", { routing: flagText({ lines: "rollout: 10%" }) }, { by: LEE });
  repository.checkout("main");
  const merge = repository.merge("limit", "Merge pull request #412 from acme/limit");
  repository.branch("more");
  commitFlags(repository, "More", { routing: flagText({ lines: "rollout: 20%" }) }, { by: LEE });
  repository.checkout("main");
  const squash = repository.squash("more", "More of it (#413)", { by: LEE });
  const entries = await told(repository, "routing");
  expect(texts(entries)).toEqual(["10 % → 20 % of everyone", "everyone → 10 % of everyone", "created: on everywhere"]);
  expect(entries.map(({ by, pullRequest, commit }) => ({ by, pullRequest, commit }))).toEqual([
    { by: LEE.email, pullRequest: 413, commit: squash },
    { by: LEE.email, pullRequest: 412, commit: merge },
    { by: "dana@acme.dev", pullRequest: 1, commit: expect.any(String) },
  ]);
});

test("moves and renames are followed; a renamed flag is known by its salt", async () => {
  const repository = aFlagRepository({ banner: flagText({ lines: "rollout: 5%" }), other: flagText() });
  repository.remove("flags/banner.yaml");
  repository.write("flags/shop/banner.yaml", flagText({ lines: "rollout: 5%" }));
  repository.commit("Into a folder");
  repository.remove("flags/shop/banner.yaml");
  writeFlags(repository, { header: flagText({ lines: "rollout: 7%\nsalt: banner" }), newcomer: flagText() });
  repository.commit("Another name (#9)");
  const expected = [
    "renamed: banner → header | 5 % → 7 % of everyone",
    "moved: flags/banner.yaml → flags/shop/banner.yaml",
    "created: 5 % everywhere",
  ];
  expect(texts(await told(repository, "header"))).toEqual(expected);
  expect(texts(await told(repository, "banner")), "by its old name").toEqual(expected);
  expect(texts(await told(repository))[0], "among all flags").toContain("renamed: banner → header");
});

test("a rename without the salt is shown as a reshuffle", async () => {
  const repository = aFlagRepository({ banner: flagText({ lines: "rollout: 5%" }) });
  repository.git("mv", "flags/banner.yaml", "flags/header.yaml");
  repository.commit("Renamed by hand");
  expect(texts(await told(repository, "header"))).toEqual([
    "renamed: banner → header | salt banner → header",
    "created: 5 % everywhere",
  ]);
});

test("a flag that was removed, brought back and reverted keeps its whole history", async () => {
  const repository = aFlagRepository({ banner: flagText(), other: flagText() });
  const narrower = commitFlags(repository, "Less", { banner: flagText({ lines: "rollout: 5%" }) });
  repository.revert(narrower);
  repository.remove("flags/banner.yaml");
  repository.commit("Gone");
  commitFlags(repository, "Back", { banner: flagText({ lines: "rollout: 1%" }) });
  repository.remove("flags/banner.yaml");
  repository.commit("Gone again");
  expect(texts(await told(repository, "banner"))).toEqual([
    "removed: its file was deleted",
    "created: 1 % everywhere",
    "removed: its file was deleted",
    "5 % of everyone → everyone",
    "everyone → 5 % of everyone",
    "created: on everywhere",
  ]);
});

test("a changed segment is shown with every flag that uses it, directly or through another segment", async () => {
  const rule = (segment: string) =>
    flagText({ lines: `rules:\n  - { name: first, if: { segment: ${segment} }, serve: true }\nrollout: none` });
  const repository = aFlagRepository({ direct: rule("staff"), indirect: rule("crew"), aside: flagText() });
  repository.write("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: admin }\n");
  repository.write(
    "flags/_segments/crew.yaml",
    "description: Crew.\nif: { any: [{ segment: staff }, { userRole: pilot }] }\n",
  );
  repository.commit("Segments");
  repository.write("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: [admin, owner] }\n");
  repository.commit("Owners are staff (#20)", { by: LEE });
  const [newest] = await told(repository, "indirect");
  expect(newest).toMatchObject({ by: LEE.email, pullRequest: 20, keys: ["indirect"] });
  expect(texts([newest!])).toEqual(["rule first: segment crew changed"]);
  const all = await told(repository);
  expect(all.slice(0, 2).map(({ keys }) => keys)).toEqual([["direct"], ["indirect"]]);
  expect(texts(await told(repository, "aside"))).toEqual(["created: on everywhere"]);
});

test("flags that a segment changes in the same way share one line", async () => {
  const rule = flagText({ lines: "rules:\n  - { name: first, if: { segment: staff }, serve: true }\nrollout: none" });
  const repository = aFlagRepository({ one: rule, two: rule, three: rule });
  repository.write("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: admin }\n");
  repository.commit("Staff");
  repository.write("flags/_segments/staff.yaml", "description: Staff.\nif: { userRole: owner }\n");
  repository.commit("Owners");
  const [newest] = await told(repository);
  expect(newest).toMatchObject({ keys: ["one", "three", "two"] });
  expect((await hoistIn(repository.folder)("log", "--limit", "1")).out).toContain(
    "one and 2 more  rule first: segment staff changed",
  );
});

test("unreadable versions are marked and do not stop the log", async () => {
  const repository = aFlagRepository({ banner: flagText() });
  commitFlags(repository, "Broken YAML", { banner: "name: [\n" });
  commitFlags(repository, "An older format", { banner: "flag: banner\npercentage: 20\n" });
  commitFlags(repository, "Names a segment that is nowhere", {
    banner: flagText({
      lines: "rules:\n  - { name: first, if: { segment: nobody_knows }, serve: true }\nrollout: none",
    }),
  });
  commitFlags(repository, "Mended", { banner: flagText({ lines: "rollout: 3%" }) });
  repository.write("flags/_config.yaml", "environments: [\n");
  repository.commit("Broken configuration");
  commitFlags(repository, "Meanwhile", { banner: flagText({ lines: "rollout: 4%" }) });
  repository.write("flags/_config.yaml", CONFIG);
  repository.commit("Mended configuration");
  expect(texts(await told(repository, "banner"))).toEqual([
    "3 % → 4 % of everyone",
    "can be read again: 3 % everywhere",
    'could not be read: segment "nobody_knows" does not exist or cannot be read',
    expect.stringMatching(/^could not be read: line 1: /),
    expect.stringMatching(/^could not be read: line \d: the YAML is not valid here/),
    "created: on everywhere",
  ]);
});

test("uncommitted changes come first, and only for HEAD", async () => {
  const repository = aFlagRepository({ banner: flagText(), other: flagText() });
  writeFlags(repository, { banner: flagText({ lines: "rollout: 5%" }), draft: flagText() });
  repository.remove("flags/other.yaml");
  const { out } = await hoistIn(repository.folder)("log", "banner");
  expect(out.split("\n")[0]).toMatch(/^not committed +– +– +everyone → 5 % of everyone +–$/);
  expect(texts(await told(repository)).slice(0, 3)).toEqual([
    "everyone → 5 % of everyone",
    "created: on everywhere",
    "removed: its file was deleted",
  ]);
  expect(texts(await told(repository, "banner", "--commit", "main"))).toEqual(["created: on everywhere"]);
});

test("edits that change no answer are shown as such", async () => {
  const repository = aFlagRepository({ banner: flagText() });
  commitFlags(repository, "Words", { banner: flagText({ description: "Better words." }) });
  commitFlags(repository, "A comment", { banner: `# why\n${flagText({ description: "Better words." })}` });
  commitFlags(repository, "A test", {
    banner: flagText({ description: "Better words.", lines: "rollout: all\ntests: [{ given: {}, expect: true }]" }),
  });
  repository.write("flags/_config.yaml", CONFIG.replace("staging: {},", "staging: {}, qa: {},"));
  repository.commit("Another environment");
  expect(texts(await told(repository, "banner"))).toEqual([
    "qa: new environment: on",
    "tests edited",
    "comments or layout only",
    "description edited",
    "created: on everywhere",
  ]);
});

test("--env, --limit and --since restrict the log, and the text states that there is more", async () => {
  const repository = aFlagRepository({ banner: routing("{ rollout: 1% }") });
  commitFlags(repository, "Two", { banner: routing("{ rollout: 2% }") });
  commitFlags(repository, "Three", { banner: routing("{ rollout: 2% }", "rollout: 50%") });
  commitFlags(repository, "Four", { banner: routing("{ rollout: 4% }", "rollout: 50%") });
  expect(texts(await told(repository, "banner", "--env", "production"))).toEqual([
    "production: 2 % → 4 % of everyone",
    "production: 1 % → 2 % of everyone",
    expect.stringContaining("created"),
  ]);
  const hoist = hoistIn(repository.folder);
  const two = await hoist("log", "banner", "--limit", "2");
  expect(two.out.split("\n")).toHaveLength(3);
  expect(two.out).toContain("older entries were left out; --limit 0 shows all");
  expect((await hoist("log", "banner", "--limit", "4")).out).not.toContain("older entries");
  expect(texts(await told(repository, "banner", "--since", "2026-01-01T09:03:30Z"))).toEqual([
    "production: 2 % → 4 % of everyone",
  ]);
  expect(await hoist("log", "--since", "yesterday")).toMatchObject({ code: 9, err: expect.stringContaining("14d") });
  expect(await hoist("log", "--limit", "-1")).toMatchObject({ code: 9 });
  expect(await hoist("log", "--env", "prod")).toMatchObject({ code: 6 });
  expect(await hoist("log", "baner")).toMatchObject({ code: 9, err: expect.stringContaining("hoist list") });
});

test("without a repository only the table is shown; without both the command fails", async () => {
  const repository = aFlagRepository({ banner: flagText() }, CONFIG.replaceAll("{}", "{ workTree: true }"));
  const database = `file:${join(aFolder(), "staging.db")}`;
  const hoist = hoistIn(repository.folder, { FLAGS_DATABASE_URL_STAGING: database });
  expect((await hoist("sync", "--env", "staging")).code).toBe(0);
  rmSync(join(repository.folder, ".git"), { recursive: true });
  const { code, out, err } = await hoist("log", "banner");
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("only the tables are reported") });
  expect(out).toMatch(
    /dana@acme\.dev +– +staging: created: on \(First flags \(#1\)\) +[0-9a-f]{7} +table +staging revision 1$/,
  );
  expect(await hoist("log", "banner", "--no-table")).toMatchObject({ code: 9 });
});

test("a named database that cannot be read causes a note, not a failure", async () => {
  const repository = aFlagRepository({ banner: flagText() });
  const missing = `file:${join(aFolder(), "none.db")}`;
  const { code, out, err } = await hoistIn(repository.folder, { FLAGS_DATABASE_URL_STAGING: missing })("log", "banner");
  expect({ code, out, err }).toEqual({
    code: 0,
    out: expect.stringContaining("created: on everywhere"),
    err: expect.stringContaining("note  the table of staging: "),
  });
});

test("a shallow clone shows its part of the history and states that there is more", async () => {
  const repository = aFlagRepository({ banner: flagText() });
  commitFlags(repository, "Less", { banner: flagText({ lines: "rollout: 5%" }) });
  const clone = repository.shallowClone(1);
  const { code, err } = await hoistIn(clone.folder)("log", "banner");
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("git fetch --unshallow") });
});

test("flags/ below the top of a repository has the same history", async () => {
  const repository = aFlagRepository({ banner: flagText() });
  repository.git("mv", "flags", "flags.tmp");
  repository.write("apps/shop/flags/_config.yaml", CONFIG);
  repository.write("apps/shop/flags/banner.yaml", flagText());
  repository.commit("Into the shop");
  repository.write("apps/shop/flags/banner.yaml", flagText({ lines: "rollout: 5%" }));
  repository.commit("Less (#5)");
  expect(texts(await told({ folder: join(repository.folder, "apps/shop") }, "banner"))).toEqual([
    "everyone → 5 % of everyone",
    "created: on everywhere",
  ]);
});

onEveryEngine(({ fresh, byHand }) => {
  test("git and the audit form one history, with live changes and manual changes", async () => {
    const repository = aFlagRepository({ routing: routing("{ rollout: 5% }"), other: flagText() });
    const database = await fresh();
    const hoist = hoistIn(repository.folder, { FLAGS_DATABASE_URL_PRODUCTION: database.url });
    const log = async (...args: readonly string[]) => {
      const { code, out, err } = await hoist("log", ...args, "--format", "json");
      expect({ code, err }).toEqual({ code: 0, err: "" });
      return (JSON.parse(out) as { entries: Told[] }).entries;
    };
    const sync = async (...args: readonly string[]) => {
      const result = await hoist("sync", "--env", "production", ...args);
      expect(result.code, result.out + result.err).toBe(0);
    };
    await sync();
    // Two steps, the first of which is synced together with the second; one that is nothing to production; one not synced.
    commitFlags(repository, "10 %", { routing: routing("{ rollout: 10% }") });
    commitFlags(repository, "20 %", { routing: routing("{ rollout: 20% }") });
    await sync();
    commitFlags(repository, "Staging", { routing: routing("{ rollout: 20% }", "rollout: 50%") });
    await sync();
    await database.type("UPDATE feature_toggles SET enabled = false WHERE feature_key = 'routing'");
    await sync("--release", "routing");
    commitFlags(repository, "25 %", { routing: routing("{ rollout: 25% }", "rollout: 50%") });

    const entries = await log("routing");
    // A first sync of two rows is one revision here and two there.
    const first = entries.findLast(({ source }) => source === "git")?.revisions[0]?.revision ?? 0;
    const told = entries.map((entry) => {
      const [live] = entry.revisions;
      return [entry.source, ...texts([entry]), live === undefined ? null : `+${live.revision - first}`];
    });
    expect(new Set(told.filter(([source]) => source === "table"))).toEqual(
      new Set([
        ["table", "production: disabled manually", "+2"],
        ["table", "production: enabled", "+3"],
      ]),
    );
    expect(told.filter(([source]) => source === "git")).toEqual([
      ["git", "production: 20 % → 25 % of everyone", null],
      ["git", "development,staging: everyone → 50 % of everyone", null],
      ["git", "production: 10 % → 20 % of everyone", "+1"],
      ["git", "production: 5 % → 10 % of everyone", "+1"],
      ["git", "created: on in development, staging; 5 % in production", "+0"],
    ]);
    expect(entries.find(({ meanings }) => meanings[0]?.text === "disabled manually")).toMatchObject({ by: byHand });
    const text = await hoist("log", "routing", "--env", "production");
    expect(text.out).toMatch(/production: 10 % → 20 % of everyone +[0-9a-f]{7} +git +live at production revision \d/);
  });
});
