import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { unknownEnvironmentError } from "../../core/diagnostic/unknown-name.ts";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { DesiredFlag } from "../../core/plan/live-row.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import type { Policies } from "../shape/policies.ts";
import type { LoadedFlags } from "../load/load.ts";
import type { Files, Progress } from "./read-files.ts";
import { own } from "../../core/own.ts";

/** The flags of one environment, for which every check and every inline test passed. */
export interface Desired extends Files {
  readonly environment: { readonly name: string; readonly protected: boolean };
  readonly policies: Policies;
  readonly flags: ReadonlyMap<FlagKey, DesiredFlag>;
  /** Returns the files that define a flag: its own and those of its segments. */
  readonly pathsOf: (key: FlagKey) => readonly string[];
  readonly testsPassed: number;
}

/** The result of {@link desiredOf}. */
export type DesiredResult =
  | { readonly ok: true; readonly desired: Desired }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Returns the desired flags of one environment, or what is wrong with the files and their tests.
 *
 * @throws FlagError UNKNOWN_ENVIRONMENT; USAGE for a work tree if the environment is synced only from commits
 */
export function desiredOf(files: Files, environment: string, progress: Progress): DesiredResult {
  const { loaded } = files;
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || loaded.config === null) return { ok: false, diagnostics: loaded.diagnostics };
  const declared = loaded.config.environments;
  const found = declared.find(({ name }) => name === environment);
  const names = declared.map(({ name }) => name);
  if (found === undefined) throw unknownEnvironmentError(environment, names);
  if (files.commit === null && !found.workTree) throw workTreeRefused(environment);
  progress("running tests", loaded.testCount);
  const tests = runInlineTests(loaded);
  if (tests.failures.length > 0) {
    return { ok: false, diagnostics: [...loaded.diagnostics, ...tests.failures] };
  }
  const paths = new Map(loaded.flags.map(({ key, path, segmentPaths }) => [key, [path, ...segmentPaths]]));
  const desired: Desired = {
    ...files,
    environment: { name: environment, protected: found.protected },
    policies: loaded.config.policies,
    flags: desiredFlags(loaded, environment),
    pathsOf: (key) => paths.get(key) ?? [],
    testsPassed: tests.passed,
  };
  return { ok: true, desired };
}

/** Returns each flag as the files define it for one environment, with the acknowledgement for that environment. */
export function desiredFlags(loaded: LoadedFlags, environment: string): ReadonlyMap<FlagKey, DesiredFlag> {
  const flags = loaded.flags.map((each) => {
    const acknowledged = own(each.acknowledge, environment) ?? null;
    return [each.key, { flag: loaded.flagFor(each, environment), path: each.path, acknowledged }] as const;
  });
  return new Map(flags);
}

function workTreeRefused(environment: string): FlagError {
  const message = `${environment} is synced only from commits; flags/_config.yaml does not declare workTree: true for it`;
  return new FlagError("USAGE", message, { hint: "commit the change and sync without --work-tree" });
}
