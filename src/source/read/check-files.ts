import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { unknownFlagError } from "../../core/diagnostic/unknown-name.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { newestChange, type CommitInfo } from "../../history/commit-info.ts";
import type { DiagnosticCode } from "../check/codes.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { checkCodeOwnersFile } from "./linked-codeowners.ts";
import { readFiles, type Files, type Origin, type Progress } from "./read-files.ts";
import { repositoryAround } from "./repository-around.ts";

/** Files with the results of all checks and tests. */
export interface Checked {
  readonly files: Files;
  /** The diagnostics of the checks, then those of failed tests; each in file order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly testsPassed: number;
}

/** The options of {@link checkFiles}. */
export interface CheckOptions {
  readonly progress: Progress;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Runs only the tests of these flags; all tests if the list is empty. */
  readonly onlyTestsOf?: readonly FlagKey[];
}

/**
 * Reads the files, checks them and runs their inline tests, as `hoist validate` does. Tests run only if the files have no
 * errors: every test of a broken file would fail.
 */
export async function checkFiles(
  origin: Origin,
  { progress, today, onlyTestsOf = [] }: CheckOptions,
): Promise<Checked> {
  const files = await readFiles(origin, progress, today);
  const { loaded } = files;
  const git = files.repository ?? (await repositoryAround(origin.folder));
  const around = git === null ? [] : await checkCodeOwnersFile(origin.folder, git, files.commit);
  const keys = loaded.flags.map(({ key }) => key);
  const unknown = onlyTestsOf.find((key) => !keys.includes(key));
  if (unknown !== undefined) throw unknownFlagError(unknown, keys);
  if ([...around, ...loaded.diagnostics].some(({ severity }) => severity === "error")) {
    return { files, diagnostics: [...around, ...loaded.diagnostics], testsPassed: 0 };
  }
  progress("running tests", loaded.testCount);
  const tests = runInlineTests(loaded, onlyTestsOf.length === 0 ? undefined : new Set(onlyTestsOf));
  const checks = await withDates(loaded.diagnostics, { ...files, repository: git });
  return { files, diagnostics: [...checks, ...tests.failures], testsPassed: tests.passed };
}

const ROLLED_OUT: DiagnosticCode = "fully-rolled-out";

/**
 * Adds the date and the author of the last change to the warning about each flag that is fully rolled out. The last
 * change is the last commit to its file or to one of its segments. Adds nothing without a repository, in a shallow clone,
 * or with uncommitted changes.
 */
async function withDates(
  diagnostics: readonly Diagnostic[],
  { loaded, commit, repository: git }: Files,
): Promise<readonly Diagnostic[]> {
  const rolledOut = new Set(diagnostics.filter(({ code }) => code === ROLLED_OUT).map(({ file }) => file));
  if (rolledOut.size === 0) return diagnostics;
  const to = commit ?? (await git?.describeHead())?.commit ?? null;
  if (git === null || to === null || (await git.isShallow())) return diagnostics;
  const changed = new Set(commit === null ? await git.changedFiles("flags") : []);
  const pathsOf = new Map(loaded.flags.map(({ path, segmentPaths }) => [path, [path, ...segmentPaths]]));
  const paths = [...rolledOut].flatMap((path) => pathsOf.get(path) ?? []);
  const changes = await git.lastChanges(new Set(paths), { from: null, to });
  return diagnostics.map((diagnostic) => {
    const own = pathsOf.get(diagnostic.file) ?? [];
    if (diagnostic.code !== ROLLED_OUT || own.some((path) => changed.has(path))) return diagnostic;
    const last = newestChange(own, changes);
    if (last === undefined) return diagnostic;
    return { ...diagnostic, message: `${diagnostic.message}, unchanged since ${sinceText(last)}` };
  });
}

function sinceText({ date, authorEmail, pullRequest }: CommitInfo): string {
  const by = pullRequest === null ? authorEmail : `${authorEmail}, #${pullRequest}`;
  return `${date.slice(0, 10)} (${by})`;
}
