import { relative } from "node:path";
import { z } from "zod";

/** The parts of vitest's JSON report that are read. */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Tests that may be skipped, because a machine may lack what they need. Any other skipped test fails CI. */
const MAY_BE_SKIPPED = [
  /an older Node understands the guard \(skipped: /,
  /GitHub itself .*\(skipped without GITHUB_CONTRACT_TOKEN/,
];

export interface Summary {
  /** `N passed, N failed`, and `, N skipped` when there are any. */
  readonly line: string;
  /** Skipped tests that may be skipped. Their names give the reasons. */
  readonly excused: readonly string[];
  /** The reasons why the run failed, one line each; empty for a successful run. */
  readonly complaints: readonly string[];
}

/**
 * Counts the tests of a run. A file that could not be loaded counts as one failed test.
 *
 * @param files all test files, relative to `root`
 * @throws ZodError when the report has another shape
 */
export function summaryOf(report: unknown, files: readonly string[], root: string): Summary {
  const results = Report.parse(report).testResults.map((result) => ({ ...result, name: relative(root, result.name) }));
  const tests = results.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, file: name })),
  );
  const broken = results.filter(
    ({ status, assertionResults }) => status !== "passed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status === "failed");
  const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed");
  const ran = new Set(results.map(({ name }) => name));

  const counts = [`${passed} passed`, `${failed.length + broken.length} failed`];
  const skippedTexts = (isExcused: boolean) =>
    skipped
      .filter(({ fullName }) => MAY_BE_SKIPPED.some((known) => known.test(fullName)) === isExcused)
      .map(({ file, fullName }) => `SKIPPED  ${file}: ${fullName}`);
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  return {
    line: counts.join(", "),
    excused: skippedTexts(true),
    complaints: [
      ...failed.map(({ file, fullName }) => `FAILED   ${file}: ${fullName}`),
      ...broken.map(({ name, message }) => `FAILED   ${name}: ${firstLine(message)}`),
      ...files.filter((file) => !ran.has(file)).map((file) => `NOT RUN  ${file}`),
      ...skippedTexts(false),
      ...(passed === 0 ? ["no test passed"] : []),
    ],
  };
}

function firstLine(message: string | undefined): string {
  return message?.split("\n").find((line) => line.trim() !== "") ?? "the file could not be run";
}
