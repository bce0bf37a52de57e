import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aFlagRepository, commitFlags, flagPath, flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aScript, type TestRepository } from "../../support/repository.ts";

const ONE = flagText({ lines: "rollout: 10%" });
const TWO = flagText({ lines: "rollout: 20%" });
const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 120\n";

/** A repository whose program of `filter=lfs` stores a pointer and checks the content out again, as Git LFS does. */
function withPointers(repository: TestRepository): void {
  const clean = aScript(aFolder(), "clean", `cat > /dev/null; printf '${POINTER.replaceAll("\n", "\\n")}'`);
  repository.git("config", "filter.lfs.clean", clean);
  repository.git("config", "filter.lfs.required", "true");
  repository.write(".gitattributes", "*.yaml filter=lfs\nflags/_config.yaml !filter\n");
}

async function errorsOf(repository: TestRepository) {
  const { code, out, err } = await hoistIn(repository.folder)("validate", "--format", "json");
  const found: { diagnostics: { code: string; severity: string; file: string; message: string }[] } = JSON.parse(out);
  const diagnostics = found.diagnostics.map(({ code: name, file, message }) => [name, file, message]);
  return { code, err, diagnostics };
}

describe("a comparison with a base reads what a sync reads", () => {
  test("changes that are not committed are named and left out, until --work-tree asks for them", async () => {
    const repository = aFlagRepository({ one: ONE, two: TWO });
    const hoist = hoistIn(repository.folder);
    commitFlags(repository, "Raise one", { one: flagText({ lines: "rollout: 15%" }) });
    writeFlags(repository, { one: "not valid", three: ONE });
    for (const command of ["validate", "plan"]) {
      const compared = await hoist(command, "--base", "HEAD~1");
      expect(compared.code).toBe(command === "plan" ? 2 : 0);
      expect(compared.out).toContain("10 % → 15 %");
      expect(compared.out).not.toContain("three");
      expect(compared.err).toBe(
        "note  2 files differ from HEAD: flags/one.yaml and flags/three.yaml; they are not part of this comparison (to include changes, commit first, or add --work-tree)",
      );
    }
    const json = JSON.parse((await hoist("validate", "--base", "HEAD~1", "--format", "json")).out);
    expect(json).toMatchObject({ valid: true, uncommitted: ["flags/one.yaml", "flags/three.yaml"] });
    expect((await hoist("validate", "--base", "HEAD~1", "--work-tree")).code).toBe(3);
    writeFlags(repository, { one: flagText({ lines: "rollout: 16%" }) });
    const tried = await hoist("validate", "--base", "HEAD", "--work-tree");
    expect(tried).toMatchObject({ code: 0, out: expect.stringContaining("15 % → 16 %") });
    expect(tried.out).toContain("+ three");
  });

  test("errors of the commit stay errors although the work tree corrects them, and the note says so", async () => {
    const repository = aFlagRepository({ one: ONE });
    commitFlags(repository, "Break one", { one: "rollout: 5" });
    writeFlags(repository, { one: TWO });
    const compared = await hoistIn(repository.folder)("validate", "--base", "HEAD~1");
    expect(compared).toMatchObject({
      code: 3,
      err: expect.stringContaining("1 file differs from HEAD: flags/one.yaml"),
    });
  });

  test("a branch whose first flags are not committed is asked to commit them", async () => {
    const repository = aFlagRepository({});
    repository.git("rm", "--quiet", "-r", "flags");
    repository.commit("None", { allowEmpty: true });
    writeFlags(repository, { one: ONE });
    expect(await hoistIn(repository.folder)("validate", "--base", "HEAD")).toMatchObject({
      code: 3,
      err: expect.stringContaining("flags/ has changes that are not committed: commit them first"),
    });
  });

  test.each(["filter", "submodule"])(
    "flags behind a %s are refused by the comparison, the check and the sync",
    async (how) => {
      const repository = aFlagRepository({ one: ONE });
      const folder = repository.folder;
      if (how === "filter") {
        withPointers(repository);
        repository.git("add", "--renormalize", "flags");
      } else {
        repository.git("rm", "--quiet", "-r", "--cached", "flags");
        execFileSync("git", ["init", "--quiet", "flags"], { cwd: folder });
        const inside = ["-C", "flags", "-c", "user.name=Dana", "-c", "user.email=dana@acme.dev"];
        execFileSync("git", [...inside, "add", "."], { cwd: folder });
        execFileSync("git", [...inside, "commit", "--quiet", "--message=Flags"], { cwd: folder });
      }
      repository.commit("Move the flags");
      const hoist = hoistIn(folder, { FLAGS_DATABASE_URL: `file:${join(folder, "flags.db")}` });
      const named = how === "filter" ? "the file is a Git LFS pointer" : "the path is a submodule";
      for (const args of [
        ["validate", "--base", "HEAD~1"],
        ["plan", "--base", "HEAD~1"],
        ["sync", "--env", "production"],
      ]) {
        expect(await hoist(...args)).toMatchObject({ code: 3, out: expect.stringContaining(named) });
      }
      const { code, diagnostics } = await errorsOf(repository);
      expect(code).toBe(3);
      expect(diagnostics).toEqual([
        how === "filter"
          ? [
              "committed-differently",
              flagPath("one"),
              "git converts the file (filter=lfs in .gitattributes), so a sync would read different content",
            ]
          : [
              "not-committed",
              "flags",
              "flags/ has its own git repository, so a commit leaves its files out and a sync does not read them",
            ],
      ]);
    },
  );
});

describe("a check of the work tree names what a commit would not hold", () => {
  test("new files are named in a note and change no exit code", async () => {
    const repository = aFlagRepository({ one: ONE });
    writeFlags(repository, { two: TWO });
    repository.write("flags/notes.txt", "Not a flag.");
    expect(await errorsOf(repository)).toEqual({
      code: 0,
      err: "note  1 file is new: flags/two.yaml; commits leave it out until you run: git add flags",
      diagnostics: [],
    });
  });

  test("ignored files are errors with the pattern that ignores them; other ignored files do not matter", async () => {
    const repository = aFlagRepository({ one: ONE });
    repository.write(".gitignore", "# Local files\n*.local.yaml\nlocal_*\n.DS_Store\n");
    repository.commit("Ignore");
    writeFlags(repository, { local_two: TWO });
    repository.write("flags/.DS_Store", "");
    const { code, diagnostics } = await errorsOf(repository);
    expect(code).toBe(3);
    expect(diagnostics).toEqual([
      [
        "not-committed",
        flagPath("local_two"),
        "git ignores the file (local_* in .gitignore:3), so a commit leaves it out and a sync does not read it",
      ],
    ]);
  });

  test("a folder that git ignores as a whole is for experiments: a note, and no error", async () => {
    const repository = aFlagRepository({ one: ONE });
    repository.git("rm", "--quiet", "-r", "--cached", "flags");
    repository.write(".gitignore", "flags/\n");
    repository.commit("Ignore");
    expect(await errorsOf(repository)).toEqual({
      code: 0,
      err: "note  git ignores flags/ (flags/ in .gitignore:1), so no commit holds these files",
      diagnostics: [],
    });
  });

  test("files that git would convert are errors, but not line endings and filters that change nothing", async () => {
    const repository = aFlagRepository({ one: ONE, two: TWO, three: ONE, four: `# $Id$\n${ONE}` });
    repository.write(
      ".gitattributes",
      "flags/one.yaml filter=upper\nflags/two.yaml filter=absent ident\nflags/three.yaml text eol=crlf\nflags/four.yaml ident\n",
    );
    repository.git("config", "filter.upper.clean", "tr a-z A-Z");
    repository.write(flagPath("three"), ONE.replaceAll("\n", "\r\n"));
    repository.write(flagPath("four"), `# $Id: 1a2b3c4 $\n${ONE}`);
    const { diagnostics } = await errorsOf(repository);
    expect(diagnostics.map(([code, file, message]) => [code, file, /\(.*?\)/.exec(message ?? "")?.[0]])).toEqual([
      ["committed-differently", flagPath("four"), "(ident in .gitattributes)"],
      ["committed-differently", flagPath("one"), "(filter=upper in .gitattributes)"],
    ]);
    repository.git("config", "filter.upper.clean", "false");
    repository.git("config", "filter.upper.required", "true");
    expect((await errorsOf(repository)).diagnostics.map(([, file]) => file)).toContain(flagPath("one"));
  });

  test("changes that git was told to overlook, and files that are not checked out, are errors", async () => {
    const repository = aFlagRepository({ one: ONE, two: TWO, three: ONE });
    repository.git("update-index", "--assume-unchanged", flagPath("one"), flagPath("two"));
    repository.git("update-index", "--skip-worktree", flagPath("three"));
    writeFlags(repository, { one: TWO });
    repository.remove(flagPath("three"));
    const { diagnostics } = await errorsOf(repository);
    expect(diagnostics.map(([code, file]) => [code, file])).toEqual([
      ["not-committed", flagPath("one")],
      ["not-committed", flagPath("three")],
    ]);
  });

  test("outside a repository, and below the top of one, the same check holds", async () => {
    const repository = aFlagRepository({ one: ONE });
    repository.git("mv", "flags", "moved");
    repository.write("apps/shop/x", "");
    repository.git("mv", "moved", "apps/shop/flags");
    repository.write(".gitignore", "local_*\n");
    repository.commit("Move");
    const folder = join(repository.folder, "apps/shop");
    writeFileSync(join(folder, "flags/local_one.yaml"), ONE);
    expect((await hoistIn(folder)("validate")).out).toContain("flags/local_one.yaml:1:1  error  not-committed");
    repository.git("rm", "--quiet", "-r", "--cached", "apps");
    execFileSync("rm", ["-rf", join(repository.folder, ".git")]);
    expect(await hoistIn(folder)("validate")).toMatchObject({ code: 0, err: "" });
  });

  test("a folder Flags/ beside flags/ is an error in the work tree and in a commit", async () => {
    const repository = aFlagRepository({ one: ONE });
    repository.write("Flags/two.yaml", TWO);
    const hoist = hoistIn(repository.folder, { FLAGS_DATABASE_URL: `file:${join(repository.folder, "flags.db")}` });
    const named = "Flags:1:1  error  folder-case  Flags/ is not read: flags are read from flags/, in lower case";
    expect(await hoist("validate")).toMatchObject({ code: 3, out: expect.stringContaining(named) });
    expect((await hoist("validate", "--commit", "HEAD")).code).toBe(0);
    repository.commit("Another folder");
    expect(await hoist("sync", "--env", "production")).toMatchObject({ code: 3, out: expect.stringContaining(named) });
  });
});
