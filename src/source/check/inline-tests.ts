import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { trace } from "../../core/evaluate/trace.ts";
import type { TestFile } from "../shape/flag-file.ts";
import type { LoadedFlag, LoadedFlags } from "../load/load.ts";
import { problemAtValue } from "../load/parsed-file.ts";
import { variantName } from "../load/resolve.ts";
import { parseShare } from "../shape/share.ts";
import { whyText } from "./why-text.ts";

export interface TestFailure extends Diagnostic {
  /** The number of the test in its file, from 1. */
  readonly test: number;
}

export interface TestResults {
  readonly passed: number;
  /** In file order. */
  readonly failures: readonly TestFailure[];
}

/**
 * Runs the `tests` of the files: each against its environment, or against the files as they stand; overrides play no
 * part. Deterministic.
 *
 * @param keys  only the tests of these flags, each of them; all unless given
 */
export function runInlineTests(loaded: LoadedFlags, keys?: ReadonlySet<FlagKey>): TestResults {
  const failures: TestFailure[] = [];
  let passed = 0;
  for (const flag of loaded.flags) {
    if (keys !== undefined && !keys.has(flag.key)) continue;
    for (const [index, test] of (flag.file.tests ?? []).entries()) {
      const failure = runTest(askedBy(flag, test, loaded), flag, test, index);
      if (failure === undefined) passed += 1;
      else failures.push(failure);
    }
  }
  return { passed, failures: failures.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file))) };
}

/** All that the test's answer hangs on: but for requirements, that is the flag alone. */
function askedBy(flag: LoadedFlag, { in: named }: TestFile, loaded: LoadedFlags): ReadonlyMap<FlagKey, Flag> {
  const environment = named ?? null;
  if (flag.file.requires !== undefined) return loaded.flagsFor(environment);
  return new Map([[flag.key, loaded.flagFor(flag, environment)]]);
}

function runTest(
  flags: ReadonlyMap<FlagKey, Flag>,
  flag: LoadedFlag,
  test: TestFile,
  index: number,
): TestFailure | undefined {
  const context: EvaluationContext = test.given;
  const answer = trace(flags, flag.key, context, { pins: pinsOf(test.at) });
  const expected = variantName(test.expect);
  const { variant } = answer.evaluation;
  if (variant === expected) return undefined;
  const named = test.name === undefined ? `test ${index + 1}` : `test ${index + 1} "${test.name}"`;
  const where = test.in === undefined ? "" : ` in ${test.in}`;
  const isBoolean = (flag.file.type ?? "boolean") === "boolean";
  const got = isBoolean
    ? JSON.stringify(answer.evaluation.value)
    : (variant ?? answer.evaluation.errorCode ?? "nothing");
  const message = `${named} expects ${String(test.expect)}${where} but gets ${got}: ${whyText(answer)}`;
  const problem = problemAtValue(flag.parsed, ["tests", index, "expect"], { code: "test-failed", message });
  return { ...problem, test: index + 1 };
}

/** A pin is a place in the order of all subjects: 5% lies inside every share above 5 %. */
function pinsOf(at: TestFile["at"]): { readonly gate?: number; readonly split?: number } {
  if (at === undefined) return {};
  const { gate, split } = typeof at === "string" ? { gate: at, split: undefined } : at;
  const pin = (text: string | undefined) => (text === undefined ? undefined : parseShare(text));
  const pins = { gate: pin(gate), split: pin(split) };
  return {
    ...(pins.gate !== undefined && { gate: pins.gate }),
    ...(pins.split !== undefined && { split: pins.split }),
  };
}
