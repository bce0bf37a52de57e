import { expect, test } from "vitest";
import { aFlagRepository, commitFlags, CONFIG, flagText, writeFlags } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aRepository } from "../support/repository.ts";

const LONG_AGO = "expires: 2020-01-31";

function expired(description: string): string {
  return flagText({ description, lines: `rollout: all\n${LONG_AGO}` });
}

test("what went into the base after the branch left it is not told as the branch's own change", async () => {
  const repository = aFlagRepository({ checkout_button: flagText(), voice_logging: flagText() });
  const hoist = hoistIn(repository.folder);
  const main = repository.git("branch", "--show-current");
  repository.branch("feature");
  commitFlags(repository, "Off on the branch (#2)", { voice_logging: flagText({ enabled: false }) });
  repository.checkout(main);
  commitFlags(repository, "Off on main (#3)", { checkout_button: flagText({ enabled: false }) });
  repository.checkout("feature");
  const { out, code } = await hoist("validate", "--base", main);
  expect(code).toBe(0);
  expect(out).toContain("~ voice_logging  enabled → disabled");
  expect(out).not.toContain("checkout_button");
});

test("a branch that brings the first flags is compared with nothing", async () => {
  const repository = aRepository();
  repository.write("README.md", "Read me.\n");
  repository.commit("Begin");
  repository.write("flags/_config.yaml", CONFIG);
  writeFlags(repository, { voice_logging: flagText() });
  const { out, code } = await hoistIn(repository.folder)("validate", "--base", "HEAD");
  expect(code).toBe(0);
  expect(out).toContain("+ voice_logging  created: on for everybody");
});

test("a flag that has expired is an error for the branch that edits it, and for no other", async () => {
  const repository = aFlagRepository({ checkout_button: expired("Old."), voice_logging: flagText() });
  const hoist = hoistIn(repository.folder);
  commitFlags(repository, "Another flag (#2)", { voice_logging: flagText({ description: "Other words." }) });
  const other = await hoist("validate", "--base", "HEAD~1");
  expect(other.code).toBe(0);
  expect(other.out).toContain("warning  expired");
  writeFlags(repository, { checkout_button: expired("Old, in other words.") });
  const edited = await hoist("validate", "--base", "HEAD", "--format", "json");
  expect(edited.code).toBe(3);
  expect(JSON.parse(edited.out)).toMatchObject({
    valid: false,
    diagnostics: [{ code: "expired", severity: "error", file: "flags/checkout_button.yaml" }],
    plans: [
      { environment: "development", changes: [{ key: "checkout_button", action: "update" }] },
      { environment: "staging", changes: [{ key: "checkout_button", action: "update" }] },
      { environment: "production", changes: [{ key: "checkout_button", action: "update" }] },
    ],
  });
  // Without a base, and in a sync, the passing of a day fails nothing.
  expect(await hoist("validate")).toMatchObject({ code: 0 });
  repository.commit("Edited (#3)");
  expect(await hoist("sync", "--env", "staging")).toMatchObject({ code: 0 });
});

test("a base that is no commit is named", async () => {
  const { folder } = aFlagRepository({ voice_logging: flagText() });
  const { code, err } = await hoistIn(folder)("validate", "--base", "mian");
  expect(code).toBe(7);
  expect(err).toContain('the repository has no commit "mian"');
});
