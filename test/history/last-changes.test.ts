import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/history/repository.ts";
import { pullRequestOf } from "../../src/history/commit-info.ts";
import { aRepository, DANA, gitTestEnvironment, LEE, type TestRepository } from "../support/repository.ts";

const A = "flags/a.yaml";
const B = "flags/b.yaml";

async function lastChanges(folder: string, paths: readonly string[], from: string | null = null, to = "HEAD") {
  const repository = await openRepository(folder, gitTestEnvironment(folder));
  return repository.lastChanges(paths, { from, to });
}

/** Path → `author subject #number`. */
async function attribution(folder: string, paths: readonly string[], from: string | null = null, to = "HEAD") {
  const changes = await lastChanges(folder, paths, from, to);
  return Object.fromEntries(
    [...changes].map(([path, { authorName, subject, pullRequest }]) => [
      path,
      `${authorName}: ${subject} → ${pullRequest}`,
    ]),
  );
}

function twoFlags(): TestRepository {
  const repository = aRepository();
  repository.write(A, "rollout: none\n");
  repository.write(B, "rollout: none\n");
  repository.commit("Two flags (#1)");
  return repository;
}

describe("the last change of a path", () => {
  test("has all fields of the commit", async () => {
    const repository = twoFlags();
    repository.write(A, "rollout: all\n");
    const sha = repository.commit("A for all (#412)", { by: LEE });
    expect((await lastChanges(repository.folder, [A])).get(A)).toEqual({
      sha,
      authorName: LEE.name,
      authorEmail: LEE.email,
      date: "2026-01-01T09:02:00+00:00",
      subject: "A for all (#412)",
      pullRequest: 412,
    });
  });

  test("of a squashed branch is the squash commit, with its author and number", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.write(A, "rollout: 10%\n");
    repository.commit("wip", { by: LEE });
    repository.checkout("main");
    repository.squash("feature", "A for 10 % (#9)", { by: LEE });
    expect(await attribution(repository.folder, [A, B])).toEqual({
      [A]: "Lee: A for 10 % (#9) → 9",
      [B]: "Dana: Two flags (#1) → 1",
    });
  });

  test("on a merged branch is the branch's commit, with the number of the merge", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.write(A, "rollout: 10%\n");
    repository.commit("A for 10 %", { by: LEE });
    repository.write("README.md", "more\n");
    repository.commit("Say so", { by: DANA });
    repository.checkout("main");
    repository.write("other.txt", "1\n");
    repository.commit("Meanwhile (#8)");
    repository.merge("feature", "Merge pull request #412 from acme/feature");
    repository.commit("Later (#500)", { allowEmpty: true });
    expect(await attribution(repository.folder, [A, B])).toEqual({
      [A]: "Lee: A for 10 % → 412",
      [B]: "Dana: Two flags (#1) → 1",
    });
  });

  test("is a mainline commit after the merge, even if the branch's commit is younger", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.checkout("main");
    repository.write(A, "rollout: 20%\n");
    repository.commit("A on main (#2)");
    repository.checkout("feature");
    repository.write(B, "rollout: 30%\n");
    repository.commit("B on the branch", { by: LEE });
    repository.checkout("main");
    repository.merge("feature", "Merge pull request #3 from acme/feature");
    expect(await attribution(repository.folder, [A, B])).toEqual({
      [A]: "Dana: A on main (#2) → 2",
      [B]: "Lee: B on the branch → 3",
    });
  });

  test("on a branch of a branch has the number of the merge that brought it in", async () => {
    const repository = twoFlags();
    repository.branch("one");
    repository.write(A, "rollout: 10%\n");
    repository.commit("A", { by: LEE });
    repository.branch("two");
    repository.write(B, "rollout: 10%\n");
    repository.commit("B", { by: LEE });
    repository.checkout("main");
    repository.merge("one", "Merge pull request #21 from acme/one");
    repository.merge("two", "Merge pull request #22 from acme/two");
    expect(await attribution(repository.folder, [A, B])).toEqual({ [A]: "Lee: A → 21", [B]: "Lee: B → 22" });
  });

  test("keeps its own number after main was merged into a branch", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.write(B, "rollout: 10%\n");
    repository.commit("B", { by: LEE });
    repository.checkout("main");
    repository.write(A, "rollout: 10%\n");
    repository.commit("A (#30)");
    repository.checkout("feature");
    repository.merge("main", "Merge branch 'main' into feature");
    repository.checkout("main");
    repository.merge("feature", "Merge pull request #31 from acme/feature");
    expect(await attribution(repository.folder, [A, B])).toEqual({ [A]: "Dana: A (#30) → 30", [B]: "Lee: B → 31" });
  });

  test("is not a merge that takes nothing from its branch", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.write(A, "rollout: 10%\n");
    repository.commit("A", { by: LEE });
    repository.checkout("main");
    repository.merge("feature", "Merge pull request #40 from acme/feature", "--strategy=ours");
    expect(await attribution(repository.folder, [A])).toEqual({ [A]: "Dana: Two flags (#1) → 1" });
  });

  test("is the merge if the merge itself changed the path", async () => {
    const repository = twoFlags();
    repository.branch("feature");
    repository.commit("nothing", { allowEmpty: true, by: LEE });
    repository.checkout("main");
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "feature");
    repository.write(A, "rollout: 99%\n");
    repository.commit("Merge pull request #50 from acme/feature");
    expect(await attribution(repository.folder, [A, B])).toEqual({
      [A]: "Dana: Merge pull request #50 from acme/feature → 50",
      [B]: "Dana: Two flags (#1) → 1",
    });
  });

  test("is the revert, with its own number, if there is one", async () => {
    const repository = twoFlags();
    repository.write(A, "rollout: all\n");
    const change = repository.commit("A for all (#412)", { by: LEE });
    repository.revert(change);
    repository.git("commit", "--quiet", "--amend", '--message=Revert "A for all (#412)" (#415)');
    expect(await attribution(repository.folder, [A])).toEqual({
      [A]: 'Dana: Revert "A for all (#412)" (#415) → 415',
    });
  });

  test("of a removed file is its removal, of a moved file its move", async () => {
    const repository = twoFlags();
    repository.remove(A);
    repository.commit("Clean up (#60)", { by: LEE });
    repository.write("flags/shop/.keep", "");
    repository.git("mv", B, "flags/shop/b.yaml");
    repository.commit("Sort (#61)", { by: LEE });
    expect(await attribution(repository.folder, [A, B, "flags/shop/b.yaml"])).toEqual({
      [A]: "Lee: Clean up (#60) → 60",
      [B]: "Lee: Sort (#61) → 61",
      "flags/shop/b.yaml": "Lee: Sort (#61) → 61",
    });
  });

  test("in a range is one of the commits in the range", async () => {
    const repository = twoFlags();
    repository.write(A, "rollout: 5%\n");
    const live = repository.commit("A for 5 % (#70)");
    repository.write(B, "rollout: 5%\n");
    repository.commit("B for 5 % (#71)");
    repository.write(B, "rollout: 6%\n");
    repository.commit("B for 6 % (#72)");
    expect(await attribution(repository.folder, [A, B], live)).toEqual({ [B]: "Dana: B for 6 % (#72) → 72" });
    expect(await attribution(repository.folder, [A, B], live, "HEAD~1")).toEqual({ [B]: "Dana: B for 5 % (#71) → 71" });
    expect(await attribution(repository.folder, [A, B], "HEAD")).toEqual({});
  });

  test("flags/ below the top, names beyond ASCII, an empty subject and a comma in a name", async () => {
    const repository = aRepository();
    repository.write("apps/shop/flags/größe [x].yaml", "1\n");
    repository.write("apps/shop/flags/_segments/staff.yaml", "1\n");
    repository.commit("", { by: { name: "Lee, Ünal <x>", email: "lee@acme.dev" } });
    const changes = await lastChanges(join(repository.folder, "apps/shop"), [
      "flags/größe [x].yaml",
      "flags/_segments/staff.yaml",
      "flags/never.yaml",
    ]);
    expect([...changes.keys()].sort()).toEqual(["flags/_segments/staff.yaml", "flags/größe [x].yaml"]);
    expect(changes.get("flags/größe [x].yaml")).toMatchObject({
      authorName: "Lee, Ünal x",
      subject: "",
      pullRequest: null,
    });
  });

  test("is found in ten thousand commits with one walk", async () => {
    const repository = aRepository();
    const count = 10_000;
    const commits = Array.from({ length: count }, (_, n) => {
      const path = n === 0 ? "flags/oldest.yaml" : `flags/flag-${n % 50}.yaml`;
      return [
        `commit refs/heads/main`,
        `committer Dana <dana@acme.dev> ${1_767_258_000 + n} +0000`,
        `data ${Buffer.byteLength(`Change ${n} (#${n})`)}`,
        `Change ${n} (#${n})`,
        `M 100644 inline ${path}`,
        `data ${String(n).length}`,
        `${n}`,
        "",
      ].join("\n");
    });
    repository.import(commits.join("\n"));
    const paths = [...Array.from({ length: 50 }, (_, n) => `flags/flag-${n}.yaml`), "flags/oldest.yaml"];
    const changes = await lastChanges(repository.folder, paths);
    expect(changes.size).toBe(51);
    expect(changes.get("flags/oldest.yaml")?.pullRequest).toBe(0);
    for (let n = 0; n < 50; n += 1) expect(changes.get(`flags/flag-${n}.yaml`)?.pullRequest).toBe(count - 50 + n);
  });
});

describe("the number of a pull request", () => {
  test.each([
    ["New limit (#412)", 412],
    ["Merge pull request #412 from acme/limit", 412],
    ["Merged in limit (pull request #12)", 12],
    ['Revert "New limit (#412)" (#415)', 415],
    ['Revert "New limit (#412)"', null],
    ["Fixes #412", null],
    ["See (#12) for more", null],
    ["Merge branch 'main' into feature", null],
    ["(#99999999999999999999)", null],
    ["", null],
  ])("in %j is %j", (subject, number) => {
    expect(pullRequestOf(subject)).toBe(number);
  });
});
