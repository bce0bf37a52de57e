import { shellWord } from "../core/text.ts";
import { FlagError } from "../core/errors.ts";

/** Converts a failure of git to an error with a hint. Removes credentials from git's output. */
export function gitFailure(cause: unknown, folder: string): FlagError {
  if (cause instanceof FlagError) return cause;
  const said = withoutCredentials(cause instanceof Error ? cause.message : String(cause));
  const failure = (code: "GIT_FAILED" | "NOT_A_REPOSITORY", message: string, hint: string) =>
    // The original cause may contain an address with a password.
    new FlagError(code, message, { hint, cause: new Error(said) });

  if (/spawn \S*git\S* ENOENT/.test(said)) {
    return failure("GIT_FAILED", "the program `git` is not on the PATH", "install git 2.31 or newer");
  }
  if (said.includes("dubious ownership")) {
    return failure(
      "GIT_FAILED",
      `git does not trust the repository that contains ${folder}: it belongs to another user`,
      `if you trust it: git config --global --add safe.directory ${shellWord(ownedByOthers(said) ?? folder)}`,
    );
  }
  if (said.includes("not a git repository")) {
    return failure(
      "NOT_A_REPOSITORY",
      `${folder} is not in a git repository`,
      "run this inside a clone, or create a repository with: git init",
    );
  }
  if (said.includes("must be run in a work tree")) {
    return failure(
      "NOT_A_REPOSITORY",
      `${folder} is in a bare repository, which has no work tree`,
      "run this inside a clone of it",
    );
  }
  if (said.includes("promisor remote")) return partialClone(new Error(said));
  return failure("GIT_FAILED", `git failed: ${firstComplaint(said)}`, "check the repository with: git fsck");
}

/** Returns the error about a clone that was made without all files, when git cannot fetch the files that are needed. */
export function partialClone(cause: unknown): FlagError {
  const message =
    "this clone is partial: it lacks some files of the history, and git could not fetch them from the remote";
  return new FlagError("PARTIAL_CLONE", message, {
    hint: "where git has access to the remote: git fetch --refetch --no-filter\n(in GitHub Actions: actions/checkout with fetch-depth: 0 and without filter)",
    cause,
  });
}

/** Replaces the credentials in `https://user:token@host` and `https://token@host`. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@/gi, "$1***@");
}

/** Returns the lines of git's output that say what failed: neither advice nor warnings. */
function complaintsIn(said: string): readonly string[] {
  const lines = said.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !/^(?:hint|warning):/.test(line));
}

function firstComplaint(said: string): string {
  const lines = complaintsIn(said);
  return lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? "no message";
}

function ownedByOthers(said: string): string | undefined {
  return /dubious ownership in repository at '([^']+)'/.exec(said)?.[1];
}
