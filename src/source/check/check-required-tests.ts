import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { countText } from "../../core/text.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { LIMITS } from "../shape/limits.ts";
import { errorAtKey } from "./report.ts";

/**
 * Reports flags that, together with all flags that they require, directly or indirectly, have too many condition checks: one
 * evaluation may have to evaluate all of them.
 *
 * @param testsOf  returns the number of tests of one flag, at least 1
 */
export function checkRequiredTests(
  flags: readonly { readonly key: FlagKey; readonly file: FlagFile; readonly parsed: ParsedFile }[],
  testsOf: (file: FlagFile) => number,
): ReadonlyMap<FlagKey, Diagnostic> {
  const byKey = new Map(flags.map((flag) => [flag.key, flag]));
  const problems = new Map<FlagKey, Diagnostic>();
  for (const { key, file, parsed } of flags) {
    if (file.requires === undefined) continue;
    const seen = new Set([key]);
    const open = [file];
    let tests = 0;
    for (let next = open.pop(); next !== undefined && tests <= LIMITS.tests; next = open.pop()) {
      tests += testsOf(next);
      for (const other of Object.keys(next.requires ?? {})) {
        const required = byKey.get(other);
        if (required === undefined || seen.has(other)) continue;
        seen.add(other);
        open.push(required.file);
      }
    }
    if (tests <= LIMITS.tests) continue;
    const message = `the flag and the flags that it requires have at least ${countText(tests)} condition checks with their segments written out; at most ${countText(LIMITS.tests)} are allowed`;
    const hint = "require fewer flags, or flags with fewer condition checks";
    problems.set(key, errorAtKey({ file: parsed, path: ["requires"] }, "too-many-tests", message, hint));
  }
  return problems;
}
