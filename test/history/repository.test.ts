import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/history/repository.ts";
import { aFolder, aRepository, gitTestEnvironment } from "../support/repository.ts";

const open = (folder: string) => openRepository(folder, gitTestEnvironment(folder));

describe("opening a repository", () => {
  test("a folder below the top opens the repository around it", async () => {
    const { folder, write, commit } = aRepository();
    write("apps/shop/flags/a.yaml", "rollout: all\n");
    commit("first");
    expect((await open(join(folder, "apps/shop"))).root).toBe(realpathSync(folder));
  });

  test("a folder outside a repository is refused with a hint", async () => {
    const folder = aFolder();
    await expect(open(folder)).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
      message: `${folder} is not in a git repository`,
      hint: expect.stringContaining("git init"),
    });
  });

  test("a folder that does not exist is refused with its name", async () => {
    await expect(open("/nowhere/at/all")).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
      message: "folder /nowhere/at/all does not exist",
    });
  });

  test("a bare repository is refused: it has no work tree", async () => {
    const repository = aRepository();
    repository.commit("first", { allowEmpty: true });
    await expect(open(repository.bareRemote())).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
      message: expect.stringContaining("bare repository"),
    });
  });

  test("a second work tree has its own head", async () => {
    const repository = aRepository();
    repository.write("flags/a.yaml", "rollout: all\n");
    const first = repository.commit("first");
    repository.write("flags/a.yaml", "rollout: none\n");
    const second = repository.commit("second");
    const other = join(aFolder(), "other");
    repository.git("worktree", "add", "--quiet", "-b", "older", other, first);

    const opened = await open(other);
    expect(await opened.describeHead()).toEqual({ commit: first, branch: "older" });
    expect(await opened.isAncestor(first, second)).toBe("yes");
    const [file] = await opened.readFiles("main", "flags");
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe("rollout: none\n");
  });
});

describe("naming a commit", () => {
  test("branches, tags, short ids and relative names resolve to the full id", async () => {
    const repository = aRepository();
    const first = repository.commit("first", { allowEmpty: true });
    repository.git("tag", "--annotate", "v1", "--message=one");
    const second = repository.commit("second", { allowEmpty: true });
    const { resolve } = await open(repository.folder);
    expect(await Promise.all(["main", "HEAD", second.slice(0, 10), "v1", "HEAD~1"].map(resolve))).toEqual([
      second,
      second,
      second,
      first,
      first,
    ]);
  });

  test.each(["--upload-pack=touch /tmp/x", "-h", "", "main\n", "main\0"])(
    "%j is refused before git sees it",
    async (ref) => {
      const repository = aRepository();
      repository.commit("first", { allowEmpty: true });
      await expect((await open(repository.folder)).resolve(ref)).rejects.toMatchObject({
        code: "UNKNOWN_COMMIT",
        message: `${JSON.stringify(ref)} is not the name of a commit`,
      });
    },
  );

  test.each(["mian", "f".repeat(40), "HEAD~5", "main:flags", "main@{upstream}"])(
    "%j, which is not a commit, is an error with a hint",
    async (ref) => {
      const repository = aRepository();
      repository.write("flags/a.yaml", "");
      repository.commit("first");
      await expect((await open(repository.folder)).resolve(ref)).rejects.toMatchObject({
        code: "UNKNOWN_COMMIT",
        message: expect.stringContaining(`"${ref}"`),
        hint: expect.stringMatching(/./),
      });
    },
  );

  test("a repository without a commit causes an error that says so", async () => {
    const { folder } = aRepository();
    const repository = await open(folder);
    await expect(repository.resolve("HEAD")).rejects.toMatchObject({
      code: "UNKNOWN_COMMIT",
      hint: "the repository has no commits yet: commit flags/ first",
    });
    expect(await repository.describeHead()).toEqual({ commit: null, branch: "main" });
    expect(await repository.isShallow()).toBe(false);
    expect(await repository.changedFiles("flags")).toEqual([]);
  });

  test("a detached head has a commit and no branch", async () => {
    const repository = aRepository();
    const first = repository.commit("first", { allowEmpty: true });
    repository.git("checkout", "--quiet", "--detach");
    expect(await (await open(repository.folder)).describeHead()).toEqual({ commit: first, branch: null });
  });
});

describe("ancestry", () => {
  test("a commit is contained in itself and its descendants, but not in other branches", async () => {
    const repository = aRepository();
    const base = repository.commit("base", { allowEmpty: true });
    repository.branch("feature");
    const feature = repository.commit("feature", { allowEmpty: true });
    repository.checkout("main");
    const main = repository.commit("main", { allowEmpty: true });
    const { isAncestor } = await open(repository.folder);
    expect(await isAncestor(base, base)).toBe("yes");
    expect(await isAncestor(base, main)).toBe("yes");
    expect(await isAncestor(main, base)).toBe("no");
    expect(await isAncestor(feature, main)).toBe("no");
    const merged = repository.merge("feature", "Merge pull request #7 from acme/feature");
    expect(await isAncestor(feature, merged)).toBe("yes");
  });

  test("a revert contains the reverted commit", async () => {
    const repository = aRepository();
    repository.write("flags/a.yaml", "rollout: none\n");
    repository.commit("first");
    repository.write("flags/a.yaml", "rollout: all\n");
    const live = repository.commit("second");
    const reverted = repository.revert(live);
    expect(await (await open(repository.folder)).isAncestor(live, reverted)).toBe("yes");
  });

  test("after a force push the live commit is not an ancestor, and unknown in a fresh clone", async () => {
    const repository = aRepository();
    const base = repository.commit("base", { allowEmpty: true });
    const live = repository.commit("live", { allowEmpty: true });
    const remote = repository.bareRemote();
    repository.git("reset", "--quiet", "--hard", base);
    const rewritten = repository.commit("rewritten", { allowEmpty: true });
    repository.git("push", "--quiet", "--force", "origin", "main");
    expect(await (await open(repository.folder)).isAncestor(live, rewritten)).toBe("no");

    const fresh = join(aFolder(), "fresh");
    repository.git("clone", "--quiet", `file://${remote}`, fresh);
    const { isAncestor } = await open(fresh);
    expect(await isAncestor(live, rewritten)).toBe("unknown");
    expect(await isAncestor(base, rewritten)).toBe("yes");
    await expect(isAncestor(base, live)).rejects.toMatchObject({ code: "UNKNOWN_COMMIT" });
  });

  test("a shallow clone causes an error instead of a guess", async () => {
    const repository = aRepository();
    const [first = "", second = ""] = ["first", "second", "third"].map((subject) =>
      repository.commit(subject, { allowEmpty: true }),
    );
    const shallow = await open(repository.shallowClone(2).folder);
    expect(await shallow.isShallow()).toBe(true);
    expect(await shallow.isAncestor(second, "HEAD")).toBe("yes");
    await expect(shallow.isAncestor(first, "HEAD")).rejects.toMatchObject({
      code: "SHALLOW_CLONE",
      hint: expect.stringContaining("git fetch --unshallow"),
    });
    await expect(shallow.resolve(first)).rejects.toMatchObject({
      code: "UNKNOWN_COMMIT",
      hint: expect.stringContaining("git fetch --unshallow"),
    });
    expect(await (await open(repository.folder)).isShallow()).toBe(false);
  });
});

describe("uncommitted changes", () => {
  test("include new, changed, staged, renamed and removed files, but not ignored files and other folders", async () => {
    const repository = aRepository();
    for (const name of ["kept", "changed", "gone", "old-name", "staged"]) {
      repository.write(`apps/shop/flags/${name}.yaml`, `name: ${name}\n`);
    }
    repository.write(".gitignore", "*.tmp\n");
    repository.write("apps/other.txt", "1\n");
    repository.commit("first");
    const opened = await open(join(repository.folder, "apps/shop"));
    expect(await opened.changedFiles("flags")).toEqual([]);

    repository.write("apps/shop/flags/changed.yaml", "name: other\n");
    repository.write("apps/shop/flags/staged.yaml", "name: other\n");
    repository.git("add", "apps/shop/flags/staged.yaml");
    repository.remove("apps/shop/flags/gone.yaml");
    repository.git("mv", "apps/shop/flags/old-name.yaml", "apps/shop/flags/new-name.yaml");
    repository.write("apps/shop/flags/deep/er/größe é.yaml", "");
    repository.write("apps/shop/flags/x.tmp", "");
    repository.write("apps/other.txt", "2\n");
    mkdirSync(join(repository.folder, "apps/shop/flags/empty"));
    expect(await opened.changedFiles("flags")).toEqual([
      "flags/changed.yaml",
      "flags/deep/er/größe é.yaml",
      "flags/gone.yaml",
      "flags/new-name.yaml",
      "flags/old-name.yaml",
      "flags/staged.yaml",
    ]);
  });
});
