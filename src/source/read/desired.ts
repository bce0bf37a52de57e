import type { DesiredFlag } from "../../core/plan/change.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { unknownEnvironmentError } from "../../core/diagnostic/unknown-name.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import type { Policies } from "../shape/policies.ts";
import { desiredFlags } from "../load/desired-flags.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { loadFlags, type LoadedFlags } from "../load/load.ts";
import { readWorkTree } from "../load/work-tree.ts";
import type { Progress } from "./progress.ts";

/** Where the files are taken from: a commit of the repository around `folder`, or the folder as it stands. */
export interface Origin {
  /** The folder that holds `flags/`. */
  readonly folder: string;
  /** A commit, branch or tag; null for the work tree. */
  readonly ref: string | null;
  /** Read already, as from git's index; then neither a commit nor the folder is looked at. */
  readonly files?: readonly SourceFile[] | undefined;
}

/** What the files say, before anybody asked for an environment. */
export interface Files {
  readonly loaded: LoadedFlags;
  /** What those flags were read from. */
  readonly sources: readonly SourceFile[];
  /** The full id; null for the work tree. */
  readonly commit: string | null;
  readonly repository: Repository | null;
  /** Files under `flags/` whose changes no commit has: they are not part of what is synced. */
  readonly uncommitted: readonly string[];
}

/** What the files say about one environment; every check and every inline test passed. */
export interface Desired extends Files {
  readonly environment: { readonly name: string; readonly protected: boolean };
  readonly policies: Policies;
  readonly flags: ReadonlyMap<FlagKey, DesiredFlag>;
  /** The files that a flag is made of: its own and those of its segments. */
  readonly pathsOf: (key: FlagKey) => readonly string[];
  readonly testsPassed: number;
  readonly warnings: readonly Diagnostic[];
}

export type DesiredResult =
  | { readonly ok: true; readonly desired: Desired }
  | { readonly ok: false; readonly files: Files; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads and checks everything under `flags/`.
 *
 * @throws FlagError NOT_A_REPOSITORY, SHALLOW_CLONE, UNKNOWN_COMMIT, NO_FLAGS
 */
export async function readFiles(
  { folder, ref, files: given }: Origin,
  progress: Progress,
  today?: string,
): Promise<Files> {
  progress("reading flags");
  const repository = ref === null ? null : await openRepository(folder);
  if (repository !== null) await refuseShallow(repository);
  const commit = repository === null || ref === null ? null : await repository.resolve(ref);
  const read = () =>
    repository === null || commit === null ? readWorkTree(folder) : repository.readFiles(commit, "flags");
  const files = given ?? (await read());
  if (!files.some(isFlagFile)) throw noFlags(files, commit, folder);
  progress("checking flags", files.length);
  // Git looks for uncommitted changes while the files are checked here.
  const uncommitted = repository === null ? [] : repository.changedFiles("flags");
  const loaded = loadFlags(files, today === undefined ? {} : { today });
  return { loaded, sources: files, commit, repository, uncommitted: await uncommitted };
}

/** @throws FlagError SHALLOW_CLONE */
export async function refuseShallow(repository: Repository): Promise<void> {
  if (!(await repository.isShallow())) return;
  throw new FlagError("SHALLOW_CLONE", "this clone has only part of the history, so no commit can be compared", {
    hint: "git fetch --unshallow        (in GitHub Actions: actions/checkout with fetch-depth: 0)",
  });
}

/** Names that begin with _ are never flags, nor are their folders. */
export function isFlagFile({ path }: SourceFile): boolean {
  return !path.split("/").some((part) => part.startsWith("_"));
}

/** An empty folder is refused: a half-finished checkout must not archive every flag. */
function noFlags(files: readonly SourceFile[], commit: string | null, folder: string): FlagError {
  const where = commit === null ? `${folder}/flags` : `flags/ of commit ${commit.slice(0, 7)}`;
  const found = files.length === 0 ? "is missing or empty" : "has no flag in it";
  return new FlagError("NO_FLAGS", `${where} ${found}`, {
    hint: "run hoist in the folder that holds flags/, or name it with --cwd",
  });
}

/** Narrows the files to one environment. Problems of files and tests are an answer; a wrong environment is not. */
export function desiredOf(files: Files, environment: string, progress: Progress): DesiredResult {
  const { loaded } = files;
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || loaded.config === null) return { ok: false, files, diagnostics: loaded.diagnostics };
  const declared = loaded.config.environments;
  const found = declared.find(({ name }) => name === environment);
  if (found === undefined)
    throw unknownEnvironmentError(
      environment,
      declared.map(({ name }) => name),
    );
  if (files.commit === null && !found.workTree) throw workTreeRefused(environment);
  progress("running tests", loaded.testCount);
  const tests = runInlineTests(loaded);
  if (tests.failures.length > 0) {
    return { ok: false, files, diagnostics: [...loaded.diagnostics, ...tests.failures] };
  }
  const infos = new Map(loaded.flags.map((info) => [info.key, info]));
  const desired: Desired = {
    ...files,
    environment: { name: environment, protected: found.protected },
    policies: loaded.config.policies,
    flags: desiredFlags(loaded, environment),
    pathsOf: (key) => {
      const info = infos.get(key);
      return info === undefined ? [] : [info.path, ...info.segmentPaths];
    },
    testsPassed: tests.passed,
    warnings: loaded.diagnostics,
  };
  return { ok: true, desired };
}

function workTreeRefused(environment: string): FlagError {
  const message = `${environment} is synced from commits: flags/_config.yaml does not say workTree: true for it`;
  return new FlagError("USAGE", message, {
    hint: "commit the change, or leave out --work-tree",
  });
}
