import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hoistIn } from "../../support/hoist.ts";

/** Returns `hoist` in a folder without flags. */
function hoistElsewhere(env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "flaghoist-elsewhere-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, hoist: hoistIn(folder, env) };
}

test("where no flags are known, each setting is listed with where to check it; a kill is an error, as if it matched no flag", async () => {
  const { folder, hoist } = hoistElsewhere({ FLAGS_KILL: "workshop_*,!workshop_reports", FEATURE_SEARCH: "s3cret" });
  const reason = `is set, but its name cannot be checked: ${folder} has no flags; run the command in the folder that contains flags/, or with --cwd`;
  const { code, out } = await hoist("env", "check");
  expect(out.split("\n")).toEqual([
    `WARNING   FEATURE_SEARCH ${reason}`,
    `ERROR     FLAGS_KILL=workshop_* ${reason}`,
    `WARNING   FLAGS_KILL=!workshop_reports ${reason}`,
  ]);
  expect(code).toBe(3);
  const json = JSON.parse((await hoist("env", "check", "--format", "json")).out) as { problems: { code: string }[] };
  expect(json.problems.map((problem) => problem.code)).toEqual(["override-unknown", "kill-no-match", "kill-no-match"]);
});

test("where no flags are known, a variable alone is a warning, and nothing set is no override", async () => {
  expect(await hoistElsewhere({ FEATURE_SEARCH: "off" }).hoist("env", "check")).toMatchObject({ code: 0 });
  expect(await hoistElsewhere({}).hoist("env", "check")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^no overrides in this shell\n?$/) as string,
  });
});
