import { expect, test } from "vitest";
import { aFlagRepository, flagText, writeFlags } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";

const ROUTING = flagText({
  lines: `rules:
  - name: staff
    if: { segment: staff }
    serve: true
rollout: 10%
environments:
  staging: { rollout: all }
  production: { enabled: false }`,
});
const STAFF = "description: People who work here.\nif: { userRole: [admin, workshop_admin] }\n";

function aTree() {
  const repository = aFlagRepository({ routing: ROUTING, banner: flagText() });
  repository.write("flags/_segments/staff.yaml", STAFF);
  repository.commit("Staff");
  return repository;
}

test("describe shows who gets which variant in each environment, and what the segments mean", async () => {
  const { folder } = aTree();
  expect(await hoistIn(folder)("describe", "routing")).toEqual({
    code: 0,
    err: "",
    out: `routing   A flag   flags/routing.yaml

  development  On for staff. On for 10 % of everyone else.
  staging      On for staff. On for everyone else.
  production   Off for everyone.

where
  staff        people whose userRole is admin or workshop_admin`,
  });
});

test("environments with the same text share a paragraph, and --env selects one", async () => {
  const hoist = hoistIn(aTree().folder);
  expect((await hoist("describe", "banner")).out).toContain("  development, staging, production  On for everyone.");
  expect((await hoist("describe", "routing", "--env", "production")).out).toBe(
    "routing   A flag   flags/routing.yaml\n\n  production  Off for everyone.",
  );
});

test("describe reads the work tree, or a commit with --commit", async () => {
  const repository = aTree();
  const hoist = hoistIn(repository.folder);
  writeFlags(repository, { banner: flagText({ lines: "rollout: 5%" }) });
  expect((await hoist("describe", "banner")).out).toContain("On for 5 % of everyone.");
  expect((await hoist("describe", "banner", "--commit", "HEAD")).out).toContain("On for everyone.");
});

test("JSON has complete lists; text states how many items it omits", async () => {
  const repository = aTree();
  const ids = Array.from({ length: 12 }, (_, n) => `user-${n}`);
  writeFlags(repository, { banner: flagText({ lines: `rollout: { whitelist: { userId: [${ids.join(", ")}] } }` }) });
  const hoist = hoistIn(repository.folder);
  expect((await hoist("describe", "banner")).out).toContain("user-4 or 7 others");
  expect((await hoist("describe", "banner", "--full")).out).toContain("user-10 or user-11");
  const json = JSON.parse((await hoist("describe", "banner", "--format", "json")).out) as object;
  expect(json).toEqual({
    key: "banner",
    name: "A flag",
    path: "flags/banner.yaml",
    commit: null,
    descriptions: [
      {
        environments: ["development", "staging", "production"],
        text: `On for people whose userId is ${ids.slice(0, -1).join(", ")} or user-11.`,
        segments: [],
      },
    ],
  });
});

test("an unknown flag, an unknown environment and an invalid file each cause an error that says what to do", async () => {
  const repository = aTree();
  const hoist = hoistIn(repository.folder);
  expect(await hoist("describe", "baner")).toMatchObject({
    code: 9,
    err: expect.stringContaining('did you mean "banner"?'),
  });
  expect(await hoist("describe", "banner", "--env", "prod")).toMatchObject({
    code: 6,
    err: expect.stringContaining("environments: development, staging, production"),
  });
  writeFlags(repository, { broken: flagText({ lines: "rollout: 5" }) });
  expect(await hoist("describe", "broken")).toMatchObject({
    code: 3,
    err: expect.stringContaining("flags/broken.yaml:6:"),
  });
  expect(await hoist("describe", "banner"), "another file's fault is not in the way").toMatchObject({ code: 0 });
});

test("list --sentences describes every flag and wraps long sentences with an indent", async () => {
  const hoist = hoistIn(aTree().folder);
  expect((await hoist("list", "--sentences")).out).toBe(`banner
  development, staging, production  On for everyone.

routing
  development                       On for staff. On for 10 % of everyone else.
  staging                           On for staff. On for everyone else.
  production                        Off for everyone.`);
  const rows = JSON.parse((await hoist("list", "--sentences", "--format", "json")).out) as {
    descriptions: unknown[];
  }[];
  expect(rows.map(({ descriptions }) => descriptions.length)).toEqual([1, 3]);
});
