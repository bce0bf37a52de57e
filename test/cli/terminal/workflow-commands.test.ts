import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { withoutWorkflowCommands } from "../../../src/cli/terminal/workflow-commands.ts";
import { githubAnnotations } from "../../../src/core/diagnostic/diagnostic-text.ts";
import { aFlagRepository, flagPath, flagText } from "../../support/flag-tree.ts";

const BIN = new URL("../../../src/cli/bin.js", import.meta.url).pathname;

/** What a runner looks for: a line that begins with two colons after white space, or the older form anywhere. */
const COMMAND = /^\s*::|##\[/;

function commandsIn(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => COMMAND.test(line));
}

test.each([
  "::add-mask::e",
  "  ::stop-commands::never",
  "first\n::error::second",
  "first\r::set-output name=a::b",
  "first\r\n\t::debug::x",
  "a flag ##[error]x ##[group]y",
  ":::warning::x",
  "::error::no file",
  "::error file=\n::add-mask::e",
])("%j is escaped", (text) => {
  expect(commandsIn(text)).not.toEqual([]);
  expect(commandsIn(withoutWorkflowCommands(text))).toEqual([]);
});

test("a text that looks like our own annotations is escaped; other text stays unchanged", () => {
  const place = { file: "flags/a.yaml", line: 1, column: 1, length: 1, source: "" };
  const text = githubAnnotations([{ severity: "error", code: "some-code", message: "a", hint: "b", ...place }]);
  expect(commandsIn(withoutWorkflowCommands(text))).toEqual([]);
  const plain = "~ a  10 % → 60 %\n     ns::name  # [x]\r\n";
  expect(withoutWorkflowCommands(plain)).toBe(plain);
});

test("no content of a flag file becomes a workflow command", async () => {
  const repository = aFlagRepository({ checkout: flagText({ lines: "rollout: 10%" }) });
  const rule = '{ name: "x\\n::add-mask::e\\r::stop-commands::n ##[error]x", if: { userRole: admin }, serve: true }';
  repository.write(flagPath("checkout"), flagText({ lines: `rules: [${rule}]\nrollout: 11%` }));
  repository.commit("Subject ##[error]x (#2)");
  const run = async (isJob: boolean) => {
    const env = { PATH: process.env["PATH"], HOME: repository.folder, GITHUB_ACTIONS: String(isJob) };
    const args = [BIN, "validate", "--commit", "HEAD", "--base", "HEAD~1"];
    return promisify(execFile)(process.execPath, args, { cwd: repository.folder, env });
  };
  expect((await run(false)).stdout).toContain("##[error]x");
  const { stdout, stderr } = await run(true);
  expect(stdout).toContain("rule x");
  expect(commandsIn(stdout + stderr)).toEqual([]);
});
