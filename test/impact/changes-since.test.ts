import { expect, test } from "vitest";
import { aFlagRepository, commitFlags, CONFIG, flagText, writeFlags } from "../support/flag-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { aRepository } from "../support/repository.ts";

const LONG_AGO = "expires: 2020-01-31";

function expired(description: string): string {
  return flagText({ description, lines: `rollout: all\n${LONG_AGO}` });
}

test("commits on the base after the branch point are not reported as changes of the branch", async () => {
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

test("a branch with the first flags is compared with an empty state", async () => {
  const repository = aRepository();
  repository.write("README.md", "Read me.\n");
  repository.commit("Begin");
  repository.write("flags/_config.yaml", CONFIG);
  writeFlags(repository, { voice_logging: flagText() });
  const { out, code } = await hoistIn(repository.folder)("validate", "--base", "HEAD", "--work-tree");
  expect(code).toBe(0);
  expect(out).toContain("+ voice_logging  created: on for everyone");
});

test("an expired flag is an error only for a branch that edits it", async () => {
  const repository = aFlagRepository({ checkout_button: expired("Old."), voice_logging: flagText() });
  const hoist = hoistIn(repository.folder);
  commitFlags(repository, "Another flag (#2)", { voice_logging: flagText({ description: "Other words." }) });
  const other = await hoist("validate", "--base", "HEAD~1");
  expect(other.code).toBe(0);
  expect(other.out).toContain("warning  expired");
  writeFlags(repository, { checkout_button: expired("Old, in other words.") });
  const edited = await hoist("validate", "--base", "HEAD", "--work-tree", "--format", "json");
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

test("lowering or disabling an expired flag is allowed; other changes in the same edit are not", async () => {
  const at = (share: string, more = "") => flagText({ lines: `rollout: ${share}\n${LONG_AGO}${more}` });
  const repository = aFlagRepository({ checkout_button: at("50%") });
  const hoist = hoistIn(repository.folder);
  const ends: Record<string, number> = {};
  for (const [what, text] of Object.entries({
    lowered: at("20%"),
    off: at("50%").replace("enabled: true", "enabled: false"),
    "off in production": at("50%", "\nenvironments: { production: { enabled: false } }"),
    raised: at("60%"),
    "raised where it is tried, off in production": at(
      "50%",
      "\nenvironments: { staging: { rollout: all }, production: { enabled: false } }",
    ),
  })) {
    writeFlags(repository, { checkout_button: text });
    ends[what] = (await hoist("validate", "--base", "HEAD", "--work-tree")).code;
  }
  expect(ends).toEqual({
    lowered: 0,
    off: 0,
    "off in production": 0,
    raised: 3,
    "raised where it is tried, off in production": 3,
  });
});

test("a change that needs an acknowledgement exits 5, a refused change 3, in every format; the printed line resolves the first", async () => {
  const strict = CONFIG.replace("maxFlags: 25", "maxFlags: 25, stagingFirst: true");
  const at = (staging: string, production: string, more = "") =>
    flagText({
      lines: `rollout: none\nenvironments:\n  staging: { rollout: ${staging} }\n  production: { rollout: ${production} }${more}`,
    });
  const repository = aFlagRepository({ checkout_button: at("all", "10%") }, strict);
  const hoist = hoistIn(repository.folder);
  writeFlags(repository, { checkout_button: at("all", "50%") });
  const asked = await hoist("validate", "--base", "HEAD", "--work-tree");
  expect(asked.code).toBe(5);
  const [, line = ""] = /if this is intended, add: (acknowledge: .*)/.exec(asked.out) ?? [];
  expect(asked.out.split("\n\n")[0]).toBe(
    `flags/checkout_button.yaml:9:26  error  step-too-large  production: the jump of 40 points exceeds policy maxStep (25)
  9 │   production: { rollout: 50% }
    │                          ^^^  if this is intended, add: ${line}`,
  );
  expect(asked.out).toContain("1 error in 1 file of 1 flag · nothing was changed    exit 5");
  const annotated = await hoist("validate", "--base", "HEAD", "--work-tree", "--format", "github");
  expect(annotated).toMatchObject({ code: 5 });
  expect(annotated.out).toContain(
    "::error file=flags/checkout_button.yaml,line=9,col=26,endColumn=29,title=step-too-large::production: the jump of 40 points exceeds policy maxStep (25)%0Aif this is intended, add: acknowledge: {",
  );
  writeFlags(repository, { checkout_button: at("all", "50%", `\n${line}`) });
  expect(await hoist("validate", "--base", "HEAD", "--work-tree")).toMatchObject({ code: 0 });
  writeFlags(repository, { checkout_button: at("20%", "50%") });
  const both = await hoist("validate", "--base", "HEAD", "--work-tree", "--format", "json");
  expect(both.code).toBe(3);
  expect(JSON.parse(both.out)).toMatchObject({
    valid: false,
    diagnostics: [
      { code: "staging-first", severity: "error", line: 9, column: 26 },
      { code: "step-too-large", severity: "error", line: 9, column: 26 },
    ],
  });
  // Without a base nothing is compared, so nothing of it is told.
  expect(await hoist("validate")).toMatchObject({ code: 0 });
});

test("an invalid base is named in the error", async () => {
  const { folder } = aFlagRepository({ voice_logging: flagText() });
  const { code, err } = await hoistIn(folder)("validate", "--base", "mian");
  expect(code).toBe(7);
  expect(err).toContain('commit "mian" does not exist in this repository');
});
