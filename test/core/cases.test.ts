import { describe, expect, test } from "vitest";
import { compileFlags } from "../../src/core/evaluate/compile.ts";
import { trace } from "../../src/core/evaluate/trace.ts";
import { allCases, flagsOfRows } from "../support/cases.ts";
import { flagMap } from "../support/flags.ts";

const CASES = allCases();

describe("compiled", () => {
  test.each(CASES)("$name", ({ rows, flag, context, defaultValue, expected, ...rest }) => {
    const set = compileFlags({ flags: flagsOfRows(rows), ...rest });
    expect(set.evaluate(flag, context, defaultValue)).toStrictEqual(expected);
    expect(set.isOn(flag, context)).toBe(set.evaluate(flag, context, false).value === true);
  });
});

// A trace takes no default: what a caller's default decides is no step of the flag.
const TRACED = CASES.filter(({ defaultValue }) => defaultValue === undefined);

describe("traced", () => {
  test.each(TRACED)("$name", ({ rows, flag, context, expected, ...rest }) => {
    expect(trace(flagMap(flagsOfRows(rows)), flag, context, rest).evaluation).toStrictEqual(expected);
  });
});

test("every reason and every error code of the core has a case", () => {
  const reasons = new Set(CASES.map(({ expected }) => expected.reason));
  const codes = new Set(CASES.map(({ expected }) => expected.errorCode));
  expect(reasons).toEqual(new Set(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR"]));
  expect(codes).toEqual(new Set([undefined, "FLAG_NOT_FOUND", "TYPE_MISMATCH"]));
});
