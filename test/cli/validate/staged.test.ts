import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { preCommitHook } from "../../../src/cli/init/install-hook.ts";
import { aFlagRepository, flagPath, flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aScript, gitTestEnvironment, type TestRepository } from "../../support/repository.ts";

const GOOD = flagText();
const BAD = flagText({ lines: "rollout: 5" });
const NOTHING_STAGED = { code: 0, out: "", err: "nothing under flags/ is staged" };

function hoist(repository: TestRepository, folder = repository.folder) {
  return hoistIn(folder, gitTestEnvironment(repository.folder));
}

describe("hoist validate --staged", () => {
  test("reports that nothing under flags/ is staged, regardless of other staged files or the work tree", async () => {
    const repository = aFlagRepository({ one: GOOD });
    repository.write("README.md", "Read me.");
    writeFlags(repository, { one: BAD });
    repository.git("add", "README.md");
    expect(await hoist(repository)("validate", "--staged")).toEqual(NOTHING_STAGED);
    expect(JSON.parse((await hoist(repository)("validate", "--staged", "--format", "json")).out)).toMatchObject({
      valid: true,
    });
  });

  test("of a partly staged file, it checks the staged part", async () => {
    const repository = aFlagRepository({ one: GOOD });
    writeFlags(repository, { one: BAD });
    repository.git("add", "flags");
    writeFlags(repository, { one: GOOD });
    const refused = await hoist(repository)("validate", "--staged");
    expect(refused.code).toBe(3);
    expect(refused.out).toContain("flags/one.yaml:6:10  error  wrong-type");

    repository.git("add", "flags");
    writeFlags(repository, { one: flagText({ description: "Another." }) });
    repository.git("add", "flags");
    writeFlags(repository, { one: BAD });
    expect(await hoist(repository)("validate", "--staged")).toMatchObject({
      code: 0,
      out: "✓ 1 flag valid, 0 tests passed",
    });
  });

  test("staged deletions and renames are checked", async () => {
    const repository = aFlagRepository({
      one: GOOD,
      two: flagText({ lines: "rollout: all\nrequires: { one: true }" }),
    });
    repository.git("rm", "--quiet", flagPath("one"));
    writeFlags(repository, { one: GOOD });
    expect((await hoist(repository)("validate", "--staged")).out).toContain("unknown-flag");
    repository.git("add", "flags");
    repository.git("mv", flagPath("one"), flagPath("three"));
    expect((await hoist(repository)("validate", "--staged")).out).toContain(
      'flags/two.yaml:7:13  error  unknown-flag  requires names flag "one", which does not exist',
    );
  });

  test("files added with --intent-to-add are not part of the next commit", async () => {
    const repository = aFlagRepository({ one: GOOD });
    writeFlags(repository, { one: flagText({ description: "Another." }), later: BAD });
    repository.git("add", flagPath("one"));
    repository.git("add", "--intent-to-add", flagPath("later"));
    expect(await hoist(repository)("validate", "--staged")).toMatchObject({ code: 0 });
  });

  test("an empty flags/ and an unresolved merge are refused, each with its own message", async () => {
    const repository = aFlagRepository({ one: GOOD });
    repository.branch("other");
    writeFlags(repository, { one: flagText({ description: "Theirs." }) });
    repository.commit("Theirs");
    repository.checkout("main");
    writeFlags(repository, { one: flagText({ description: "Ours." }) });
    repository.commit("Ours");
    expect(() => repository.merge("other", "Both")).toThrow(/merge --quiet/);
    expect(await hoist(repository)("validate", "--staged")).toMatchObject({
      code: 3,
      err: expect.stringContaining("flags/one.yaml has unresolved merge conflicts"),
    });
    repository.git("reset", "--quiet", "--hard");
    repository.git("rm", "--quiet", "-r", "flags");
    expect(await hoist(repository)("validate", "--staged")).toMatchObject({
      code: 3,
      err: expect.stringContaining("the next commit would leave no files under flags/"),
    });
  });

  test("works before the first commit, below the top of the repository, and in a second work tree", async () => {
    const repository = aFlagRepository({ one: GOOD });
    const worktree = join(aFolder(), "second");
    repository.git("worktree", "add", "--quiet", worktree);
    writeFileSync(join(worktree, flagPath("one")), BAD);
    expect(await hoist(repository, worktree)("validate", "--staged")).toEqual(NOTHING_STAGED);
    execFileSync("git", ["add", "flags"], { cwd: worktree, env: gitTestEnvironment(worktree) });
    expect((await hoist(repository, worktree)("validate", "--staged")).code).toBe(3);
    expect(await hoist(repository)("validate", "--staged")).toEqual(NOTHING_STAGED);

    const nested = aFlagRepository({});
    nested.write(
      "apps/shop/flags/_config.yaml",
      "environments: { production: {} }\nowners: { team-checkout: '@acme/c' }\n",
    );
    nested.write("apps/shop/flags/one.yaml", BAD);
    nested.git("add", "apps");
    const found = await hoist(nested, join(nested.folder, "apps/shop"))("validate", "--staged");
    expect(found.out).toContain("flags/one.yaml:6:10  error  wrong-type");
  });

  test("--staged and --commit exclude each other", async () => {
    const repository = aFlagRepository({ one: GOOD });
    expect((await hoist(repository)("validate", "--staged", "--commit", "HEAD")).code).toBe(9);
  });
});

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Installs the hook, and this command line where the hook looks for it. */
function withHook(repository: TestRepository, folder = ""): void {
  const bin = join(repository.folder, folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
  aScript(
    bin,
    "hoist",
    `echo started >> "${repository.folder}/started"\nexec "${process.execPath}" "${tsx}" "${ROOT}/src/cli/bin.js" "$@"`,
  );
  writeFileSync(join(repository.folder, ".git/info/exclude"), "node_modules\nstarted\n");
  const hook = join(repository.folder, ".git/hooks/pre-commit");
  mkdirSync(join(repository.folder, ".git/hooks"), { recursive: true });
  writeFileSync(hook, preCommitHook(folder));
  chmodSync(hook, 0o755);
}

describe("the pre-commit hook", () => {
  test("stops a commit with invalid flags and allows a valid one, for every form of git commit", () => {
    const repository = aFlagRepository({ one: GOOD, two: GOOD });
    withHook(repository);
    writeFlags(repository, { one: BAD, two: flagText({ description: "Another." }) });
    const commit = (...args: readonly string[]) => repository.git("commit", "--quiet", "--message=Change", ...args);
    expect(() => commit("--all")).toThrow(/flags\/one\.yaml:6:10 {2}error {2}wrong-type/);
    expect(() => commit("--only", flagPath("one"))).toThrow(/wrong-type/);
    commit("--only", flagPath("two"));
    expect(repository.git("show", "--name-only", "--format=")).toBe(flagPath("two"));
    expect(() => commit("--all")).toThrow(/1 error in 1 file of/);
    commit("--all", "--no-verify");
  });

  test("does not start hoist when no flag is staged", () => {
    const repository = aFlagRepository({ one: GOOD });
    withHook(repository);
    repository.write("README.md", "Read me.");
    repository.commit("Read me");
    expect(() => repository.git("hash-object", "started")).toThrow(/started/);
  });

  test("works in a folder whose name needs quotes, and says what to do if hoist is not installed", () => {
    const repository = aFlagRepository({});
    const folder = "apps/it's ours";
    withHook(repository, folder);
    repository.write(
      `${folder}/flags/_config.yaml`,
      "environments: { production: {} }\nowners: { team-checkout: '@acme/c' }\n",
    );
    repository.write(`${folder}/flags/one.yaml`, BAD);
    expect(() => repository.commit("Bad")).toThrow(/flags\/one\.yaml:6:10/);
    execFileSync("rm", ["-r", join(repository.folder, folder, "node_modules")]);
    const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    const path = aFolder();
    execFileSync("ln", ["-s", git, join(path, "git")]);
    const found = () =>
      execFileSync("/bin/sh", [".git/hooks/pre-commit"], {
        cwd: repository.folder,
        env: { ...gitTestEnvironment(repository.folder), PATH: path },
        stdio: "pipe",
      });
    expect(found).toThrow(/hoist is not installed, so the staged flags were not validated: run npm install/);
  });
});
