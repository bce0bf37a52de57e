import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A person who commits. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

export const DANA: Person = { name: "Dana", email: "dana@acme.dev" };
export const LEE: Person = { name: "Lee", email: "lee@acme.dev" };

/** A real git repository in a temporary folder. Every commit is one minute newer than the previous one. */
export interface TestRepository {
  readonly folder: string;
  /** Runs a git command and returns its output without the last line feed. */
  git(...args: readonly string[]): string;
  write(path: string, content: string | Uint8Array): void;
  remove(path: string): void;
  link(path: string, target: string): void;
  /** Commits all changes and returns the full id. */
  commit(subject: string, options?: { readonly by?: Person; readonly allowEmpty?: boolean }): string;
  /** Imports many commits or files in the format of `git fast-import`, without changing the work tree. */
  import(stream: string): void;
  /** Creates a branch at HEAD and checks it out. */
  branch(name: string): void;
  checkout(ref: string): void;
  /** Creates a merge commit, never a fast-forward, and returns its full id. */
  merge(branch: string, subject: string, ...options: readonly string[]): string;
  /** Creates one commit with all changes of a branch, like a squash on GitHub, and returns its full id. */
  squash(branch: string, subject: string, options?: { readonly by?: Person }): string;
  revert(commit: string): string;
  /** Creates a bare repository as `origin`, pushes everything to it, and returns its path. */
  bareRemote(): string;
  /** Creates a clone of this repository with only the newest commits. */
  shallowClone(depth: number): TestRepository;
}

/** Returns the environment variables of git in a test, without the machine's configuration. */
export function gitTestEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
}

/** Creates an empty temporary folder, which is removed after the test. Its path contains no links. */
export function aFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "flaghoist-test-")));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Creates a repository without a commit, on branch `main`. It is removed after the test. */
export function aRepository(): TestRepository {
  const folder = aFolder();
  const repository = repositoryIn(folder);
  repository.git("init", "--quiet", "--initial-branch=main");
  return repository;
}

function repositoryIn(folder: string): TestRepository {
  let minutes = 0;

  function runAs(by: Person, ...args: readonly string[]): string {
    const at = new Date(Date.UTC(2026, 0, 1, 9, minutes)).toISOString();
    const identity = {
      GIT_AUTHOR_NAME: by.name,
      GIT_AUTHOR_EMAIL: by.email,
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_NAME: by.name,
      GIT_COMMITTER_EMAIL: by.email,
      GIT_COMMITTER_DATE: at,
    };
    const options = ["-c", "protocol.file.allow=always", "-c", "gc.auto=0"];
    const output = execFileSync("git", [...options, ...args], {
      cwd: folder,
      env: { ...gitTestEnvironment(folder), ...identity },
      encoding: "utf8",
      maxBuffer: 100_000_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return output.replace(/\n$/, "");
  }
  const git = (...args: readonly string[]) => runAs(DANA, ...args);

  const repository: TestRepository = {
    folder,
    git,
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    remove: (path) => unlinkSync(join(folder, path)),
    link(path, target) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(target, join(folder, path));
    },
    commit(subject, { by = DANA, allowEmpty = false } = {}) {
      minutes += 1;
      git("add", "--all");
      runAs(
        by,
        "commit",
        "--quiet",
        "--allow-empty-message",
        `--message=${subject}`,
        ...(allowEmpty ? ["--allow-empty"] : []),
      );
      return git("rev-parse", "HEAD");
    },
    import: (stream) =>
      void execFileSync("git", ["fast-import", "--quiet"], {
        cwd: folder,
        env: gitTestEnvironment(folder),
        input: stream,
      }),
    branch: (name) => void git("checkout", "--quiet", "-b", name),
    checkout: (ref) => void git("checkout", "--quiet", ref),
    merge(branch, subject, ...options) {
      minutes += 1;
      git("merge", "--quiet", "--no-ff", `--message=${subject}`, ...options, branch);
      return git("rev-parse", "HEAD");
    },
    squash(branch, subject, options) {
      git("merge", "--quiet", "--squash", branch);
      return repository.commit(subject, options);
    },
    revert(commit) {
      minutes += 1;
      git("revert", "--no-edit", commit);
      return git("rev-parse", "HEAD");
    },
    bareRemote() {
      const remote = aFolder();
      git("clone", "--quiet", "--bare", folder, join(remote, "origin.git"));
      git("remote", "add", "origin", join(remote, "origin.git"));
      git("fetch", "--quiet", "origin");
      return join(remote, "origin.git");
    },
    shallowClone(depth) {
      const clone = join(aFolder(), "clone");
      git("clone", "--quiet", `--depth=${depth}`, `file://${folder}`, clone);
      return repositoryIn(clone);
    },
  };
  return repository;
}

/** Writes an executable shell script and returns its path. */
export function aScript(folder: string, name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
