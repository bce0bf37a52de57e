import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { gitHubFiles } from "../../src/cli/init/workflows/files.ts";
import { loadFlags } from "../../src/source/load/load.ts";
import { readWorkTree } from "../../src/source/read/work-tree.ts";
import { hoistIn } from "../support/hoist.ts";
import { OWN } from "../support/workflows/settings.ts";
import { parseWorkflow } from "../support/workflows/workflow.ts";

// Written anew by `WORKFLOWS=write npx vitest run --config test/vitest.config.ts test/workflows/repository.test.ts`.
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

test.each(gitHubFiles(OWN).map(({ path, text }) => [path, text] as const))(
  "%s is what hoist init writes",
  (path, text) => {
    const file = join(ROOT, path);
    if (process.env["WORKFLOWS"] === "write") {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(readFileSync(file, "utf8")).toBe(text);
  },
);

test("no other workflow exists; README.md is not one, because GitHub reads only .yml and .yaml files", () => {
  const known = gitHubFiles(OWN).map(({ path }) => path);
  const found = readdirSync(join(ROOT, ".github/workflows")).map((name) => `.github/workflows/${name}`);
  expect(found.filter((path) => !known.includes(path))).toEqual([".github/workflows/README.md"]);
});

test("every environment is synced, except those that are synced from a work tree", async () => {
  const { config } = loadFlags(await readWorkTree(ROOT));
  const shared = config?.environments.filter(({ workTree }) => !workTree).map(({ name }) => name);
  expect(shared).toEqual(OWN.environments);
});

test("every hoist command in a workflow exists and has the given options", async () => {
  const commands = gitHubFiles(OWN)
    .filter(({ path }) => path.endsWith(".yml"))
    .flatMap(({ text }) => Object.values(parseWorkflow(text).jobs).flatMap(({ steps }) => steps))
    .flatMap(({ run = "" }) => [...run.matchAll(/src\/cli\/bin\.js ([a-z ]+?)((?: -.*)?)$/gm)]);
  expect(commands.length).toBeGreaterThan(6);
  for (const [, words = "", rest = ""] of commands) {
    const { code, out } = await hoistIn(ROOT)(...words.trim().split(" "), "--help");
    expect(code, words).toBe(0);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(out).toContain(option);
  }
});

test("CODEOWNERS names the owners of the flags", async () => {
  const { code, out } = await hoistIn(ROOT)("github", "codeowners", "--check");
  expect(code, out).toBe(0);
});
