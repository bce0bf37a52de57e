import { describe, expect, test } from "vitest";
import { summaryOf } from "../../scripts/ci/summary.ts";

const file = (name: string, statuses: readonly string[], status = "passed", message = "") => ({
  name: `/clone/test/${name}`,
  status,
  message,
  assertionResults: statuses.map((each, n) => ({ fullName: `test ${n}`, status: each })),
});

const summary = (testResults: readonly object[], files: readonly string[]) =>
  summaryOf({ testResults }, files, "/clone");

describe("the summary of a test run", () => {
  test("counts the tests of all files", () => {
    const run = [file("a.test.ts", ["passed", "passed"]), file("b.test.ts", ["passed"])];
    expect(summary(run, ["test/a.test.ts", "test/b.test.ts"])).toMatchObject({
      line: "3 passed, 0 failed",
      complaints: [],
    });
  });

  test("failed tests are named", () => {
    expect(summary([file("a.test.ts", ["passed", "failed"], "failed")], ["test/a.test.ts"])).toMatchObject({
      line: "1 passed, 1 failed",
      complaints: ["FAILED   test/a.test.ts: test 1"],
    });
  });

  test("a file that could not be loaded counts as failed, although it has no tests", () => {
    const run = [file("a.test.ts", ["passed"]), file("b.test.ts", [], "failed", "\nError: no such module\n  at x")];
    expect(summary(run, ["test/a.test.ts", "test/b.test.ts"])).toMatchObject({
      line: "1 passed, 1 failed",
      complaints: ["FAILED   test/b.test.ts: Error: no such module"],
    });
  });

  test("a file that failed after its tests passed is not a success", () => {
    expect(summary([file("a.test.ts", ["passed"], "failed", "afterAll broke")], ["test/a.test.ts"])).toMatchObject({
      line: "1 passed, 1 failed",
      complaints: ["FAILED   test/a.test.ts: afterAll broke"],
    });
  });

  test("a skipped test, a file that was not run and a run without tests are not a success", () => {
    expect(
      summary([file("a.test.ts", ["passed", "skipped", "todo"])], ["test/a.test.ts", "test/b.test.ts"]),
    ).toMatchObject({
      line: "1 passed, 0 failed, 2 skipped",
      complaints: ["NOT RUN  test/b.test.ts", "SKIPPED  test/a.test.ts: test 1", "SKIPPED  test/a.test.ts: test 2"],
    });
    expect(summary([], [])).toMatchObject({ line: "0 passed, 0 failed", complaints: ["no test passed"] });
  });

  test("tests that CI cannot run may be skipped: they are counted and named with the reason, and are not a failure", () => {
    const fullName = "GitHub itself (skipped without GITHUB_CONTRACT_TOKEN) every answer fits";
    const run = [{ ...file("a.test.ts", ["passed"]), assertionResults: [{ fullName: "one", status: "passed" }] }];
    const skipped = { ...file("b.test.ts", []), assertionResults: [{ fullName, status: "skipped" }] };
    expect(summary([...run, skipped], ["test/a.test.ts", "test/b.test.ts"])).toEqual({
      line: "1 passed, 0 failed, 1 skipped",
      excused: [`SKIPPED  test/b.test.ts: ${fullName}`],
      complaints: [],
    });
  });

  test("a report of another shape is refused", () => {
    expect(() => summaryOf({}, [], "/clone")).toThrow(/testResults/);
  });
});
