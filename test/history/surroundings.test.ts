import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitFailure, withoutCredentials } from "../../src/history/git-failure.ts";
import { openRepository } from "../../src/history/repository.ts";
import { aFolder, aRepository, aScript, gitTestEnvironment, LEE } from "../support/repository.ts";

const A = "flags/größe.yaml";

/** Every question once. */
async function everyAnswer(folder: string, environment: Record<string, string>) {
  const repository = await openRepository(folder, environment);
  const files = await repository.readFiles("main", "flags");
  return {
    files: files.map(({ path, kind, bytes }) => [path, kind, Buffer.from(bytes).toString()]),
    changed: await repository.changedFiles("flags"),
    head: await repository.describeHead(),
    ancestor: await repository.isAncestor("main~1", "main"),
    shallow: await repository.isShallow(),
    changes: [...(await repository.lastChanges([A, "flags/b.yaml"], { from: null, to: "main" }))],
  };
}

function aBusyRepository() {
  const repository = aRepository();
  repository.write(A, "rollout: none\n");
  repository.write("flags/b.yaml", "rollout: none\n");
  repository.commit("Begin (#1)", { by: { name: "Lée", email: "lee@acme.dev" } });
  repository.branch("feature");
  repository.write(A, "rollout: all\n");
  repository.commit("Größe for all", { by: LEE });
  repository.checkout("main");
  repository.merge("feature", "Merge pull request #2 from acme/feature");
  repository.write("flags/new.yaml", "");
  return repository;
}

describe("git gives the same results in every environment", () => {
  test("a hostile configuration, locale and environment change no answer and start no program", async () => {
    const repository = aBusyRepository();
    const home = aFolder();
    const trace = join(home, "was-started");
    const script = aScript(home, "spy", `echo "$0 $*" >> '${trace}'; exit 1`);
    const plain = await everyAnswer(repository.folder, gitTestEnvironment(home));
    const config = `
[core]
  quotePath = true
  pager = ${script}
  hooksPath = ${home}
  fsmonitor = ${script}
  editor = ${script}
  askPass = ${script}
[color]
  ui = always
[pager]
  log = ${script}
[log]
  showSignature = true
  follow = true
  showRoot = false
  date = relative
  decorate = full
  diffMerges = off
  mailmap = true
[gpg]
  program = ${script}
[diff]
  external = ${script}
  renames = copies
  noprefix = true
  relative = true
  orderFile = ${home}/order
[format]
  pretty = oneline
[i18n]
  logOutputEncoding = ISO-8859-1
[status]
  showUntrackedFiles = no
  relativePaths = true
  short = true
  branch = true
[alias]
  log = !${script}
  ls-tree = !${script}
`;
    writeFileSync(join(home, ".gitconfig"), config);
    writeFileSync(join(home, "order"), "flags/b.yaml\n");
    repository.write(".git/hooks/post-index-change", `#!/bin/sh\nexec ${script}\n`);
    const hostile = {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      LANG: "de_DE.UTF-8",
      LC_ALL: "de_DE.UTF-8",
      LANGUAGE: "de",
      PAGER: script,
      EDITOR: script,
      GIT_PAGER: script,
      GIT_EXTERNAL_DIFF: script,
      GIT_ASKPASS: script,
      GIT_SSH_COMMAND: script,
      GIT_DIR: "/nowhere",
      GIT_INDEX_FILE: join(home, "index"),
      GIT_OBJECT_DIRECTORY: "/nowhere",
      GIT_NAMESPACE: "other",
      GIT_TRACE: "1",
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "core.quotePath",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_KEY_1: "safe.directory",
      GIT_CONFIG_VALUE_1: "*",
    };
    expect(await everyAnswer(repository.folder, hostile)).toEqual(plain);
    repository.git("config", "include.path", join(home, ".gitconfig"));
    expect(await everyAnswer(repository.folder, hostile)).toEqual(plain);
    expect(existsSync(trace)).toBe(false);
    expect(plain.changes).toMatchObject([
      [A, { authorName: "Lee", subject: "Größe for all", pullRequest: 2 }],
      ["flags/b.yaml", { authorName: "Lée", subject: "Begin (#1)", pullRequest: 1 }],
    ]);
    expect(plain.changed).toEqual(["flags/new.yaml"]);
  });

  test("replaced and grafted commits are ignored", async () => {
    const repository = aBusyRepository();
    const environment = gitTestEnvironment(repository.folder);
    const plain = await everyAnswer(repository.folder, environment);
    const tip = repository.git("rev-parse", "main");
    const root = repository.git("rev-parse", "main~1");
    repository.git("replace", tip, root);
    repository.write(".git/info/grafts", `${tip}\n`);
    expect(await everyAnswer(repository.folder, environment)).toEqual(plain);
  });

  test("listing changes does not write the index", async () => {
    const repository = aBusyRepository();
    repository.write(".git/index.lock", "");
    const opened = await openRepository(repository.folder, gitTestEnvironment(repository.folder));
    expect(await opened.changedFiles("flags")).toEqual(["flags/new.yaml"]);
  });
});

describe("when git fails", () => {
  test("without git, the error says to install it", async () => {
    const { folder } = aRepository();
    await expect(openRepository(folder, { PATH: aFolder() })).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: "the program `git` is not on the PATH",
      hint: expect.stringContaining("install git"),
    });
  });

  test("for a repository of another user, the error shows the command that trusts it, and that command works", async () => {
    const repository = aBusyRepository();
    const environment = { ...gitTestEnvironment(repository.folder), GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
    const bin = aFolder();
    // The switch of git's own tests, set behind our back: our environment would drop it.
    aScript(bin, "git", `export GIT_TEST_ASSUME_DIFFERENT_OWNER=1 PATH='${process.env["PATH"]}'; exec git "$@"`);
    const distrusting = { ...environment, PATH: `${bin}:${process.env["PATH"]}` };
    await expect(openRepository(repository.folder, distrusting)).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringContaining("belongs to another user"),
      hint: `if you trust it: git config --global --add safe.directory ${repository.folder}`,
    });
    const trusting = {
      ...distrusting,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: repository.folder,
    };
    expect((await openRepository(repository.folder, trusting)).root).toBe(repository.folder);
  });

  test("no message contains credentials from an address", () => {
    const said =
      "fatal: unable to access 'https://dana:s3cret@git.acme.dev/x.git/': https://t0ken@git.acme.dev refused";
    const failure = gitFailure(new Error(said), "/somewhere");
    const everything = `${failure.message} ${failure.hint} ${String(failure.cause)}`;
    expect(everything).toContain("https://***@git.acme.dev/x.git/");
    expect(everything).not.toMatch(/s3cret|t0ken|dana/);
    expect(withoutCredentials("ssh://git@host/x and dana@acme.dev")).toBe("ssh://***@host/x and dana@acme.dev");
    expect(withoutCredentials("https://dana:p/ss@word@host/x")).toBe("https://***@host/x");
  });
});
