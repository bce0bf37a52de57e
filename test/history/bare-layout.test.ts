import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { FIXED_CONFIGURATION } from "../../src/history/git-environment.ts";
import { openRepository } from "../../src/history/repository.ts";
import { readStaged } from "../../src/history/staged.ts";
import { CONFIG, flagText } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aFolder, aRepository, aScript, gitTestEnvironment, type TestRepository } from "../support/repository.ts";

/** Files that make git take a folder for a repository, and that a commit can contain. */
const LAYOUTS: Readonly<Record<string, (repository: TestRepository, config: string) => void>> = {
  "a complete repository": (repository, config) => {
    repository.write("app/HEAD", "ref: refs/heads/main\n");
    repository.write("app/objects/keep", "");
    repository.write("app/refs/keep", "");
    repository.write("app/config", config);
  },
  "the commits of the clone, and branches of its own": (repository, config) => {
    const commit = repository.git("rev-parse", "HEAD");
    repository.write("app/HEAD", `${commit}\n`);
    repository.write("app/objects/info/alternates", "../../.git/objects\n");
    repository.write("app/packed-refs", `${commit} refs/heads/main\n`);
    repository.write("app/refs/keep", "");
    repository.write("app/config", config);
  },
  "a folder that refers to another one": (repository, config) => {
    repository.write("app/HEAD", "ref: refs/heads/main\n");
    repository.write("app/commondir", "elsewhere\n");
    repository.write("app/elsewhere/objects/keep", "");
    repository.write("app/elsewhere/refs/keep", "");
    repository.write("app/elsewhere/config", config);
  },
  "links in place of the files": (repository, config) => {
    repository.link("app/HEAD", "refs/heads/main");
    repository.link("app/objects", "parts");
    repository.link("app/refs", "parts");
    repository.write("app/parts/heads/keep", "");
    repository.write("app/config", config);
  },
};

/** A clone whose branch `change` adds one of the layouts around `app/flags`. Its configuration starts a program. */
function aClone(layout: string) {
  const repository = aRepository();
  repository.write("app/flags/_config.yaml", CONFIG);
  repository.write("app/flags/checkout.yaml", flagText());
  repository.commit("First (#1)");
  repository.branch("change");
  const trace = join(aFolder(), "was-started");
  const spy = aScript(aFolder(), "spy", `echo "$0 $*" >> '${trace}'; cat`);
  const outside = aFolder();
  const config = `[core]
  repositoryformatversion = 0
  bare = false
  worktree = .
  hooksPath = ${outside}
  fsmonitor = ${spy}
[filter "x"]
  clean = ${spy}
`;
  const addLayout = (): void => {
    repository.write("app/flags/.gitattributes", "*.yaml filter=x\n");
    LAYOUTS[layout]?.(repository, config);
  };
  return { repository, app: join(repository.folder, "app"), trace, outside, addLayout };
}

describe.each(Object.keys(LAYOUTS))("a branch with %s beside flags/", (layout) => {
  test("would mislead git, but not the program, whatever git's version is", async () => {
    const { repository, app, addLayout } = aClone(layout);
    addLayout();
    repository.commit("Layout");
    const env = gitTestEnvironment(repository.folder);
    const gitDir = (...options: readonly string[]): string =>
      execFileSync("git", [...options, "rev-parse", "--absolute-git-dir"], { cwd: app, env, stdio: "pipe" })
        .toString()
        .trim();
    expect(gitDir()).toBe(app);
    // Newer versions of git refuse it themselves.
    expect(() => gitDir(...FIXED_CONFIGURATION.flatMap((setting) => ["-c", setting]))).toThrow("bare repository");
    const refused = { code: "GIT_FAILED", message: expect.stringContaining(`take ${app} for a repository of its own`) };
    await expect(openRepository(app, env)).rejects.toMatchObject(refused);
    await expect(openRepository(join(app, "flags"), env)).rejects.toMatchObject(refused);
    await expect(readStaged(app, "flags", env)).rejects.toMatchObject(refused);
    // The program notices it before it starts git at all.
    await expect(openRepository(app, { PATH: aFolder() })).rejects.toMatchObject({
      ...refused,
      hint: expect.stringContaining(`git -C ${repository.folder} log -- app/HEAD`),
    });
  });

  test("cannot start a program, choose the base, or move the hook", async () => {
    const { repository, app, trace, outside, addLayout } = aClone(layout);
    addLayout();
    repository.commit("Layout");
    const hoist = hoistIn(app, { FLAGS_ENV: "production" });
    const commands = ["validate", "validate --base main", "validate --staged", "plan --base main", "init --hook"];
    for (const command of commands) {
      const { code, out, err } = await hoist(...command.split(" "));
      expect(code, `${command}\n${out}${err}`).toBe(EXIT.repository);
      expect(err, command).toContain("for a repository of its own, because it contains HEAD");
    }
    expect(existsSync(trace)).toBe(false);
    expect(existsSync(join(outside, "pre-commit"))).toBe(false);
    expect(existsSync(join(repository.folder, ".git/hooks/pre-commit"))).toBe(false);
  });
});

test("a branch cannot start a program through the installed hook", async () => {
  const { repository, app, trace, addLayout } = aClone("a complete repository");
  expect((await hoistIn(app)("init", "--hook")).code).toBe(0);
  const bin = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
  mkdirSync(join(repository.folder, "node_modules/.bin"), { recursive: true });
  aScript(join(repository.folder, "node_modules/.bin"), "hoist", `exec '${process.execPath}' '${bin}' "$@"`);
  repository.write(".git/info/exclude", "node_modules\n");
  repository.write("app/flags/checkout.yaml", flagText({ description: "Changed." }));
  repository.commit("A valid change passes");
  addLayout();
  expect(() => repository.commit("Layout")).toThrow("for a repository of its own");
  expect(existsSync(trace)).toBe(false);
});

test("such files are no obstacle where git uses the clone anyway", async () => {
  const { repository, app } = aClone("a complete repository");
  const env = gitTestEnvironment(repository.folder);
  for (const name of ["HEAD", "config", "objects/keep", "refs/keep"]) repository.write(name, "");
  expect((await openRepository(app, env)).root).toBe(repository.folder);
  repository.write("app/HEAD", "not a repository without objects\n");
  expect((await openRepository(app, env)).root).toBe(repository.folder);
  repository.git("worktree", "add", "--quiet", join(repository.folder, "other"), "main");
  expect((await openRepository(join(repository.folder, "other/app"), env)).root).toBe(join(repository.folder, "other"));
});

test("a folder .git that is no repository does not protect the files beside it", async () => {
  const { repository, app, addLayout } = aClone("a complete repository");
  addLayout();
  mkdirSync(join(app, ".git"));
  await expect(openRepository(app, gitTestEnvironment(repository.folder))).rejects.toMatchObject({
    code: "GIT_FAILED",
  });
  rmSync(join(app, ".git"), { recursive: true });
  writeFileSync(join(app, ".git"), `gitdir: ${repository.folder}/.git\n`);
  expect((await openRepository(app, gitTestEnvironment(repository.folder))).root).toBe(app);
});
