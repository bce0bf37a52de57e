import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/history/repository.ts";
import { aFlagRepository, commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aRepository, gitTestEnvironment } from "../support/repository.ts";

const open = (folder: string) => openRepository(folder, gitTestEnvironment(folder));

/** Two commits; the first has the given ref, the second is `main`. */
function withRef(ref: (second: string) => string) {
  const repository = aRepository();
  const first = repository.commit("first", { allowEmpty: true });
  const second = repository.commit("second", { allowEmpty: true });
  const name = ref(second);
  repository.git("update-ref", name, first);
  return { repository, first, second, name };
}

describe("a name that could mean two things is refused, with the full names", () => {
  test.each([
    ["main", "refs/tags/main", "the tag refs/tags/main and the branch refs/heads/main"],
    ["main", "refs/remotes/main/HEAD", "the branch refs/heads/main and the remote branch refs/remotes/main/HEAD"],
    ["main", "refs/main", "the ref refs/main and the branch refs/heads/main"],
    ["main~1", "refs/tags/main", "the tag refs/tags/main and the branch refs/heads/main"],
    ["main^{commit}", "refs/tags/main", "the tag refs/tags/main and the branch refs/heads/main"],
  ])("%s with %s", async (ref, other, listed) => {
    const { repository } = withRef(() => other);
    const name = ref.slice(0, 4);
    await expect((await open(repository.folder)).resolve(ref)).rejects.toMatchObject({
      code: "UNKNOWN_COMMIT",
      message: `"${name}" is ambiguous: it names ${listed}`,
      hint: `write the full name: ${listed
        .split(" ")
        .filter((word) => word.startsWith("refs/"))
        .map((full) => full + ref.slice(4))
        .join(", or ")}`,
    });
  });

  test("a branch of a remote with a local branch of the same name", async () => {
    const { repository, first } = withRef(() => "refs/heads/origin/main");
    repository.git("update-ref", "refs/remotes/origin/main", first);
    await expect((await open(repository.folder)).resolve("origin/main")).rejects.toMatchObject({
      message: expect.stringContaining('"origin/main" is ambiguous'),
    });
  });

  test("a branch with the name of a short id", async () => {
    const { repository, first, second, name } = withRef((id) => `refs/heads/${id.slice(0, 8)}`);
    const { resolve } = await open(repository.folder);
    await expect(resolve(second.slice(0, 8))).rejects.toMatchObject({
      message: `"${second.slice(0, 8)}" is ambiguous: it names the branch ${name} and the commit ${second}`,
    });
    expect(await resolve(name)).toBe(first);
    expect(await resolve(second.slice(0, 9))).toBe(second);
  });
});

describe("what git takes for one thing only", () => {
  test.each([
    ["HEAD", "refs/tags/HEAD"],
    ["HEAD", "refs/heads/HEAD"],
    ["refs/heads/main", "refs/tags/refs/heads/main"],
    ["main", "refs/tags/main/other"],
  ])("%s with %s", async (ref, other) => {
    const { repository, second } = withRef(() => other);
    expect(await (await open(repository.folder)).resolve(ref)).toBe(second);
  });

  test("the upstream of a branch", async () => {
    const { repository, second } = withRef(() => "refs/heads/other");
    repository.bareRemote();
    repository.git("branch", "--quiet", "--set-upstream-to=origin/main");
    expect(await (await open(repository.folder)).resolve("main@{upstream}")).toBe(second);
  });

  test("a full id, although a branch has it as its name", async () => {
    const { repository, second } = withRef((id) => `refs/heads/${id}`);
    expect(await (await open(repository.folder)).resolve(second)).toBe(second);
  });

  test("a file or a folder with the name of the branch", async () => {
    const { repository, second } = withRef(() => "refs/heads/other");
    repository.write("main", "");
    repository.write("other/x", "");
    expect(await (await open(repository.folder)).resolve("main")).toBe(second);
  });

  test("a branch, although a file in .git has its name", async () => {
    const { repository, first, second } = withRef(() => "refs/heads/other");
    repository.write(".git/main", `${first}\n`);
    expect(await (await open(repository.folder)).resolve("main")).toBe(second);
  });

  test("a name below refs/ that does not exist is not looked up elsewhere", async () => {
    const { repository } = withRef(() => "refs/tags/refs/heads/gone");
    await expect((await open(repository.folder)).resolve("refs/heads/gone")).rejects.toMatchObject({
      message: 'commit "refs/heads/gone" does not exist in this repository',
    });
  });
});

test("every option that takes a commit refuses an ambiguous name", async () => {
  const repository = aFlagRepository({ one: flagText() });
  repository.git("tag", "main");
  commitFlags(repository, "Off", { one: flagText({ enabled: false }) });
  const database = `file:${repository.folder}/flags.db`;
  const hoist = hoistIn(repository.folder, { FLAGS_DATABASE_URL: database, FLAGS_ENV: "production" });
  await hoist("sync");
  for (const args of [
    ["sync", "--commit", "main"],
    ["plan", "--commit", "main"],
    ["plan", "--base", "main"],
    ["validate", "--commit", "main"],
    ["validate", "--base", "main"],
    ["describe", "one", "--commit", "main"],
    ["log", "--commit", "main"],
    ["rollback", "one", "--to", "main"],
    ["github", "comment", "--base", "main"],
    ["suspects", "--since", "2h", "--commit", "main"],
  ]) {
    const { code, err } = await hoist(...args);
    expect({ args, code, err }).toMatchObject({ code: 7, err: expect.stringContaining('"main" is ambiguous') });
  }
});

test("a step before the first commit has its own sentence, without advice of git", async () => {
  const repository = aFlagRepository({ one: flagText() });
  const hoist = hoistIn(repository.folder);
  expect((await hoist("validate", "--base", "HEAD~1")).err).toBe(
    `error  "HEAD~1" does not exist: HEAD is the first commit, and nothing comes before it
       to check the flags without a comparison, leave out --base
       exit 7 (UNKNOWN_COMMIT)`,
  );
  commitFlags(repository, "Off", { one: flagText({ enabled: false }) });
  expect((await hoist("validate", "--base", "main~5")).err).toContain(
    '"main~5" does not exist: the history of main does not go back that far',
  );
  expect((await hoist("validate", "--base", "main:flags")).err).not.toMatch(/hint:|warning:/);
});
