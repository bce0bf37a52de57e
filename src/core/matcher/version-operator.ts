import type { Test } from "../flag/condition.ts";
import { FormatProblem } from "../row/format-problem.ts";
import { foundText } from "./operand.ts";
import type { Operator } from "./operator.ts";
import { versionTest } from "./version.ts";

type VersionTest = Extract<Test, { op: "semver" }>;

/** Matches one version, alone or after a comparator that includes it. */
const PLAIN_RANGE = /^(?:[\^~]|>=|<=)?\d+(?:\.\d+){0,2}$/;

const SEMVER: Operator<VersionTest> = {
  onLists: "some",
  parse: (operand, path) => {
    if (typeof operand === "string" && versionTest(operand) !== undefined) return { op: "semver", range: operand };
    throw new FormatProblem(path, `expected a version range such as ">=5.5", found ${foundText(operand)}`);
  },
  operandJson: ({ range }) => range,
  compile: ({ range }) => {
    const isIn = versionTest(range);
    if (!isIn) return () => "unknown";
    return (value) => (typeof value === "string" ? (isIn(value) ?? "unknown") : "unknown");
  },
  interpret: ({ range }, value) => (typeof value === "string" ? versionTest(range)?.(value) : undefined) ?? "unknown",
  text: ({ range }) => `is ${rangeText(range)}`,
  boundaries: ({ range }) => ({ ranges: [range] }),
  valueTypes: () => ["version"],
  canPass: ({ range }, { isUserId, isDeclared }) => PLAIN_RANGE.test(range) && !isUserId && !isDeclared,
  implies: ({ range }, other) => other.op === "semver" && other.range === range,
  excludes: () => false,
};

export const VERSION_OPERATORS = { semver: SEMVER };

/** Describes a range: `5.5 or newer` for `>=5.5`, `older than 7` for `<7`, and any other range as it is written. */
export function rangeText(range: string): string {
  const [, sign, version] = /^(>=|<)\s*v?(\d+(?:\.\d+){0,2})$/.exec(range.trim()) ?? [];
  if (version === undefined) return `in the range ${JSON.stringify(range)}`;
  return sign === ">=" ? `${version} or newer` : `older than ${version}`;
}
