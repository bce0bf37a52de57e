import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { andText, orText } from "../../core/text.ts";
import { shareText } from "../../core/describe/wording.ts";
import type { ConditionTrace } from "../../core/evaluate/condition-trace.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Pins } from "../../core/evaluate/serve-trace.ts";
import { type RuleStep, trace, type Trace, type TraceStep } from "../../core/evaluate/trace.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { evaluationCost } from "../../core/flag/evaluation-cost.ts";
import { withRequiredFlags } from "../../core/flag/required-flags.ts";
import { take } from "../../core/work.ts";
import type { LoadedFlag, LoadedFlags } from "../load/load.ts";
import { variantName } from "../load/resolve.ts";
import type { TestFile } from "../shape/flag-file.ts";
import { parseShare } from "../shape/share.ts";
import { errorAtValue } from "./report.ts";

/** An inline test that gets a different answer than it expects. */
export interface TestFailure extends Diagnostic {
  /** The number of the test in its file, from 1. */
  readonly test: number;
}

/** The results of the inline tests that were run. */
export interface TestResults {
  readonly passed: number;
  /** In file order. */
  readonly failures: readonly TestFailure[];
}

/**
 * Runs the `tests` of the flag files, each in its environment or against the base of the file. Overrides do not affect
 * them. The same files always give the same results.
 *
 * @param keys  only the tests of these flags; all tests by default
 */
export function runInlineTests(loaded: LoadedFlags, keys?: ReadonlySet<FlagKey>): TestResults {
  const failures: TestFailure[] = [];
  let passed = 0;
  for (const flag of loaded.flags) {
    if (keys !== undefined && !keys.has(flag.key)) continue;
    const tests = flag.file.tests ?? [];
    for (const [index, test] of tests.entries()) {
      const flags = flagsFor(flag, test, loaded);
      if (!take(loaded.work.tests, costOf(flag.key, flags))) {
        failures.push(notRun(flag, index, tests.length));
        break;
      }
      const failure = runTest(flags, flag, test, index);
      if (failure === undefined) passed += 1;
      else failures.push(failure);
    }
  }
  return { passed, failures: failures.sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file))) };
}

/** Returns the flags that can affect the answer of a test: the flag alone, unless it requires others. */
function flagsFor(flag: LoadedFlag, test: TestFile, loaded: LoadedFlags): ReadonlyMap<FlagKey, Flag> {
  const environment = test.in ?? null;
  if (flag.file.requires !== undefined) return loaded.flagsFor(environment);
  return new Map([[flag.key, loaded.flagFor(flag, environment)]]);
}

function costOf(key: FlagKey, flags: ReadonlyMap<FlagKey, Flag>): number {
  const flag = flags.get(key);
  const evaluated = flag === undefined ? [] : withRequiredFlags(flag, flags);
  return evaluated.reduce((sum, each) => sum + evaluationCost(each), 1);
}

/** Reports the tests of a flag from one on as failed, because the run has no steps left for them. */
function notRun(flag: LoadedFlag, index: number, count: number): TestFailure {
  const which = index + 1 === count ? `test ${count} is` : `tests ${index + 1} to ${count} are`;
  const site = { file: flag.parsed, path: ["tests", index] };
  const hint = "write fewer tests for flags with thousands of conditions";
  return { ...errorAtValue(site, "test-not-run", `${which} not run: too large`, hint), test: index + 1 };
}

function runTest(
  flags: ReadonlyMap<FlagKey, Flag>,
  flag: LoadedFlag,
  test: TestFile,
  index: number,
): TestFailure | undefined {
  const context: EvaluationContext = test.given;
  const answer = trace(flags, flag.key, context, { pins: pinsOf(test.at) });
  const { variant, value, errorCode } = answer.evaluation;
  if (variant === variantName(test.expect)) return undefined;
  const named = test.name === undefined ? `test ${index + 1}` : `test ${index + 1} "${test.name}"`;
  const where = test.in === undefined ? "" : ` in ${test.in}`;
  const isBoolean = (flag.file.type ?? "boolean") === "boolean";
  const served = isBoolean ? JSON.stringify(value) : (variant ?? errorCode ?? "nothing");
  const message = `${named} expects ${String(test.expect)}${where} but gets ${served}: ${reasonText(answer)}`;
  const site = { file: flag.parsed, path: ["tests", index, "expect"] };
  return { ...errorAtValue(site, "test-failed", message), test: index + 1 };
}

/** Returns buckets from percentages: `5%` is a bucket inside every share above 5 %. */
function pinsOf(at: TestFile["at"] = {}): Pins {
  const { gate, split } = typeof at === "string" ? { gate: at } : at;
  const bucketOf = (percentage: string | undefined) => (percentage === undefined ? undefined : parseShare(percentage));
  return { gate: bucketOf(gate), split: bucketOf(split) };
}

/** Describes which step decided the answer, and why the rules before it did not match. */
function reasonText({ evaluation, steps }: Trace): string {
  const { rule } = evaluation.metadata;
  const passed = steps.flatMap((step) => (step.step === "rule" && step.variant === null ? [passedText(step)] : []));
  return [...passed, rule === undefined ? lastStepText(steps) : `rule "${rule}" applies`].join("; ");
}

function passedText({ name, matches, missing, portion, condition }: RuleStep): string {
  const who = `rule "${name}"`;
  if (matches === true) {
    if (missing !== null) return `${who} needs ${missing}, which the context lacks`;
    return portion === null ? `${who} serves nobody` : `${who} serves only ${shareText(portion.share)}`;
  }
  const unknown = condition === null ? [] : unknownAttributes(condition);
  return unknown.length === 0 ? `${who} does not match` : `${who} cannot be decided without ${andText(unknown)}`;
}

function unknownAttributes(condition: ConditionTrace): readonly string[] {
  if (condition.outcome !== "unknown") return [];
  if (condition.op !== "match") return [...new Set(condition.parts.flatMap(unknownAttributes))];
  return [condition.unknownBecause === "type" ? `${condition.attribute} of the right type` : condition.attribute];
}

function lastStepText(steps: readonly TraceStep[]): string {
  for (const step of steps) {
    if (step.step === "enabled" && !step.enabled) return "the flag is disabled";
    if (step.step === "requirement" && !step.isMet) {
      const { flag, variants } = step.requirement;
      return `flag "${flag}" serves ${step.served ?? "nothing"}, but ${orText(variants)} is required`;
    }
    if (step.step === "last-line" && step.missing !== null) {
      return `the default rollout needs ${step.missing}, which the context lacks`;
    }
  }
  return steps.at(-1)?.step === "off" ? "nothing matches, so the flag is off" : "the default rollout applies";
}
