import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { unknownFlagError } from "../../core/diagnostic/unknown-name.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { readFiles, type Files, type Origin } from "./desired.ts";
import type { Progress } from "./progress.ts";
import { withDates } from "./settled-since.ts";

/** Files and everything that is to be said about them. */
export interface Checked {
  readonly files: Files;
  /** Checks first, then tests that fail; each in file order. */
  readonly diagnostics: readonly Diagnostic[];
  readonly testsPassed: number;
}

export interface CheckOptions {
  readonly progress: Progress;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Run the tests of these flags only; of all where none is named. */
  readonly onlyTestsOf?: readonly FlagKey[];
}

/** Everything that `hoist validate` says. Tests run only over files that are valid: a broken file fails each of its tests. */
export async function checkFiles(
  origin: Origin,
  { progress, today, onlyTestsOf = [] }: CheckOptions,
): Promise<Checked> {
  const files = await readFiles(origin, progress, today);
  const { loaded } = files;
  const keys = loaded.flags.map(({ key }) => key);
  const unknown = onlyTestsOf.find((key) => !keys.includes(key));
  if (unknown !== undefined) throw unknownFlagError(unknown, keys);
  if (loaded.diagnostics.some(({ severity }) => severity === "error")) {
    return { files, diagnostics: loaded.diagnostics, testsPassed: 0 };
  }
  progress("running tests", loaded.testCount);
  const tests = runInlineTests(loaded, onlyTestsOf.length === 0 ? undefined : new Set(onlyTestsOf));
  const checks = await withDates(loaded.diagnostics, files, origin);
  return { files, diagnostics: [...checks, ...tests.failures], testsPassed: tests.passed };
}
