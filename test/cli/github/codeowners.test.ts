import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { areHandles } from "../../../src/cli/github/codeowners/owners.ts";
import { reviewersOf } from "../../support/codeowners.ts";
import { aFakeGitHub } from "../../support/github/start.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aRepository, type TestRepository } from "../../support/repository.ts";
import { FLAGS, flagText } from "../../support/workflows/flags.ts";

const CONFIG = FLAGS["flags/_config.yaml"].replace("{ team-shop:", '{ team-web: "@acme/web", team-shop:');

function aTree(files: Readonly<Record<string, string>> = {}): TestRepository {
  const repository = aRepository();
  const all = {
    ...FLAGS,
    "flags/_config.yaml": CONFIG,
    "flags/web/dark_mode.yaml": flagText("10%").replace("team-shop", "team-web"),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) repository.write(path, text);
  return repository;
}
const textIn = ({ folder }: TestRepository, path = ".github/CODEOWNERS") => readFileSync(join(folder, path), "utf8");

test("without options, the complete file is printed and nothing is written", async () => {
  const repository = aTree();
  const { code, out } = await hoistIn(repository.folder)("github", "codeowners");
  expect(code).toBe(0);
  expect(out).toBe(`# BEGIN flags: hoist github codeowners --write
# Generated from the owner of each flag and the owners in flags/_config.yaml. Lines below this block take precedence.
/flags/ @acme/web @acme/shop
/flags/new_checkout.yaml @acme/shop
/flags/web/ @acme/web
/.github/ @acme/web @acme/shop
# END flags`);
  expect(() => textIn(repository)).toThrow("ENOENT");
});

test("a written file passes --check; a new owner makes it stale, and writing keeps the maintainers", async () => {
  const repository = aTree();
  const hoist = hoistIn(repository.folder);
  const written = await hoist("github", "codeowners", "--write", "--maintainers", "@acme/platform @dana");
  expect(written).toMatchObject({ code: 0, out: "✓ .github/CODEOWNERS  written" });
  expect(reviewersOf(textIn(repository), "flags/_config.yaml")).toEqual(["@acme/platform", "@dana"]);
  expect(reviewersOf(textIn(repository), ".github/workflows/sync.yml")).toEqual(["@acme/platform", "@dana"]);
  expect(await hoist("github", "codeowners", "--check")).toMatchObject({ code: 0 });

  repository.write("flags/new_checkout.yaml", flagText("10%").replace("team-shop", "team-web"));
  const stale = await hoist("github", "codeowners", "--check");
  expect(stale.code).toBe(3);
  expect(stale.out).toBe("  - /flags/new_checkout.yaml @acme/shop\n  + /flags/new_checkout.yaml @acme/web");
  expect(stale.err).toContain("run hoist github codeowners --write and commit the result");
  await hoist("github", "codeowners", "--write");
  expect(reviewersOf(textIn(repository), "flags/new_checkout.yaml")).toEqual(["@acme/web"]);
  expect(reviewersOf(textIn(repository), "flags/_config.yaml")).toEqual(["@acme/platform", "@dana"]);
  expect(await hoist("github", "codeowners", "--write")).toMatchObject({ out: "✓ .github/CODEOWNERS  up to date" });
});

test.each(["CODEOWNERS", "docs/CODEOWNERS"])(
  "%s is kept in its place, including the lines around the block",
  async (path) => {
    const before = "# Ours\r\n* @acme/all\r\n";
    const repository = aTree({ [path]: before });
    const hoist = hoistIn(repository.folder);
    await hoist("github", "codeowners", "--write");
    const after = textIn(repository, path);
    expect(after.startsWith(`${before}\r\n# BEGIN flags`)).toBe(true);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
    const plain = after.replaceAll("\r\n", "\n");
    expect(reviewersOf(plain, path)).toEqual(["@acme/web", "@acme/shop"]);
    expect(reviewersOf(plain, "src/app.ts")).toEqual(["@acme/all"]);

    // Below the block people have the last word.
    repository.write(path, `${after}/flags/web/ @acme/security\r\n`);
    repository.write("flags/web/light_mode.yaml", flagText("10%"));
    await hoist("github", "codeowners", "--write");
    const again = textIn(repository, path).replaceAll("\r\n", "\n");
    expect(again.endsWith("# END flags\n/flags/web/ @acme/security\n")).toBe(true);
    expect(again).toContain("/flags/web/light_mode.yaml @acme/shop\n");
    expect(again.match(/# BEGIN/g)).toHaveLength(1);
    expect(await hoist("github", "codeowners", "--check")).toMatchObject({ code: 0 });
  },
);

test("in a folder of a monorepo, paths start at the top of the repository", async () => {
  const repository = aRepository();
  for (const [path, text] of Object.entries(FLAGS)) repository.write(`apps/the shop/${path}`, text);
  const hoist = hoistIn(join(repository.folder, "apps/the shop"));
  await hoist("github", "codeowners", "--write");
  expect(textIn(repository)).toContain("/apps/the\\ shop/flags/ @acme/shop\n");
  expect(reviewersOf(textIn(repository), "apps/the shop/flags/new_checkout.yaml")).toEqual(["@acme/shop"]);
});

test.each([
  ["owners that are not declared", { "flags/_config.yaml": CONFIG.replace(/^owners.*\n/m, "") }, [], "has errors"],
  [
    "an owner whom GitHub cannot know",
    { "flags/_config.yaml": CONFIG.replace("@acme/web", "the web team") },
    [],
    'owner "team-web"',
  ],
  ["maintainers whom GitHub cannot know", {}, ["--maintainers", "platform"], "--maintainers is"],
  ["a broken flag", { "flags/new_checkout.yaml": "name: x\n" }, [], "flags/new_checkout.yaml has errors"],
])("%s: refused with exit 3", async (_, files, args, message) => {
  const { code, err } = await hoistIn(aTree(files).folder)("github", "codeowners", ...args);
  expect(code).toBe(3);
  expect(err).toContain(message);
});

test("without flags and owners, no reviewer can be named", async () => {
  const repository = aRepository();
  repository.write("flags/_config.yaml", CONFIG.replace(/^owners.*\n/m, ""));
  const { code, err } = await hoistIn(repository.folder)("github", "codeowners");
  expect(code).toBe(3);
  expect(err).toContain("declares no owners");
});

test("a missing marker is reported, and nothing is written", async () => {
  const broken = "# BEGIN flags\n/flags/ @x\n";
  const repository = aTree({ ".github/CODEOWNERS": broken });
  const { code, err } = await hoistIn(repository.folder)("github", "codeowners", "--write");
  expect(code).toBe(9);
  expect(err).toContain('does not contain exactly one "# BEGIN flags" followed by one "# END flags"');
  expect(textIn(repository)).toBe(broken);
});

test("--check and --write cannot be used together; outside of a repository the command is refused", async () => {
  expect((await hoistIn(aTree().folder)("github", "codeowners", "--check", "--write")).code).toBe(9);
  const folder = aFolder();
  for (const [path, text] of Object.entries(FLAGS)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  expect((await hoistIn(folder)("github", "codeowners")).code).toBe(7);
});

test.each([
  ["@dana", true],
  ["@acme/web @lee dana@acme.dev", true],
  ["", false],
  ["dana", false],
  ["@dana,@lee", false],
  ["@dana\n* @lee", false],
  ["@dana # not lee", false],
  ["@acme/web/more", false],
])("%j names owners: %s", (text, expected) => {
  expect(areHandles(text)).toBe(expected);
});

describe("the errors that GitHub finds in CODEOWNERS", () => {
  const asked = async (owner: string, env: Readonly<Record<string, string>> = {}) => {
    const files = { ...FLAGS, "flags/_config.yaml": FLAGS["flags/_config.yaml"].replace("@acme/shop", owner) };
    const github = await aFakeGitHub({ teams: ["shop"], users: ["dana"] });
    const repository = aRepository();
    for (const [path, text] of Object.entries(files)) repository.write(path, text);
    const own = { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: github.repository, FLAGS_GITHUB_RETRIES: "0" };
    const hoist = hoistIn(repository.folder, { ...own, GITHUB_TOKEN: github.token, ...env });
    await hoist("github", "codeowners", "--write");
    repository.commit("First");
    repository.git("push", "--quiet", github.gitUrl, "HEAD:main");
    return hoist("github", "codeowners", "--check", "--remote");
  };

  test("are none if every owner exists", async () => {
    expect(await asked("@acme/shop @dana")).toMatchObject({ code: 0 });
  });

  test("include a team that does not exist: exit 3, with the line", async () => {
    const { code, out, err } = await asked("@acme/nobody");
    expect(code, err).toBe(3);
    expect(out).toMatch(/^\.github\/CODEOWNERS:3:\d+ {2}error {2}code-owner {2}Unknown owner/m);
    expect(err).toContain("these lines request no review");
  });

  test("cannot be determined without a token, or if GitHub does not answer", async () => {
    expect(await asked("@acme/shop", { GITHUB_TOKEN: "" })).toMatchObject({ code: 9 });
    expect(await asked("@acme/shop", { GITHUB_API_URL: "http://127.0.0.1:9" })).toMatchObject({ code: 10 });
  });
});
