import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aRepository, aScript } from "../../support/repository.ts";

function written(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function contents(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(file, "utf8")]));
}

/** The commands under "Next:", as they are printed. */
function nextCommands(out: string): readonly string[] {
  const lines = out.slice(out.indexOf("Next:")).split("\n").slice(1);
  return lines.map((line) => line.trim().split(/ {2,}/)[0] ?? "");
}

async function expectNextToWork(folder: string, out: string): Promise<void> {
  const commands = nextCommands(out);
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const [hoist, ...args] = command.split(" ");
    expect(hoist).toBe("hoist");
    expect(await hoistIn(folder)(...args), command).toMatchObject({ code: 0, err: "" });
  }
}

test("in an empty folder the three commands that init prints work as printed", async () => {
  const folder = aFolder();
  const { code, out } = await hoistIn(folder)("init");
  expect(code, out).toBe(0);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe(".flaghoist/\n");
  await expectNextToWork(folder, out);
});

test("in an existing application init leaves every file as it is, and its three commands work", async () => {
  const { folder } = aRepository();
  const settings = `{
  // How we like it.
  "editor.tabSize": 4, /* really */
  "yaml.schemas": { "./ci/schema.json": "ci/*.yaml" }, // ours
  "files.exclude": { "**/*.pyc": true },
}
`;
  const files = {
    "src/main.py": "print('//')\n",
    "package.json": "{}\n",
    ".gitignore": "*.pyc\r\ndist/",
    ".vscode/settings.json": settings,
    "config/app.yaml": "a: &b 1\n",
  };
  const before = contents(written(folder, files));
  const { code, out } = await hoistIn(folder)("init", "--env", "test,live", "--owner", "team-shop");
  expect(code, out).toBe(0);
  const after = contents(folder);
  for (const path of ["src/main.py", "package.json", "config/app.yaml"]) {
    expect(after[join(folder, path)]).toBe(before[join(folder, path)]);
  }
  expect(after[join(folder, ".gitignore")]).toBe("*.pyc\r\ndist/\r\n.flaghoist/\r\n");
  const merged = after[join(folder, ".vscode/settings.json")] ?? "";
  for (const line of settings.split("\n").filter((each) => !each.includes("yaml.schemas")))
    expect(merged).toContain(line);
  expect(merged).toContain('"./ci/schema.json": "ci/*.yaml"');
  expect(merged).toContain('"./flags/_schema/flag.schema.json"');
  const config = after[join(folder, "flags/_config.yaml")] ?? "";
  expect(config).toContain("  test: { workTree: true }");
  expect(config).toContain("  live: { protected: true }");
  await expectNextToWork(folder, out);
});

test("one environment alone is protected, and the three commands work without a database", async () => {
  const folder = aFolder();
  const { out } = await hoistIn(folder)("init", "--env", "production");
  expect(readFileSync(join(folder, "flags/_config.yaml"), "utf8")).toContain("  production: { protected: true }");
  await expectNextToWork(folder, out);
});

test("a second init keeps everything and reports that", async () => {
  const folder = aFolder();
  const hoist = hoistIn(folder);
  await hoist("init");
  const before = contents(folder);
  const { code, out } = await hoist("init", "--env", "other");
  expect(code).toBe(0);
  expect(out).toContain("nothing was changed");
  expect(contents(folder)).toEqual(before);
  await expectNextToWork(folder, out);
});

test("no example is added to existing flags", async () => {
  const folder = aFolder();
  const hoist = hoistIn(folder);
  await hoist("init");
  await hoist("rename", "example_flag", "greeting");
  const { code } = await hoist("init");
  expect(code).toBe(0);
  expect(existsSync(join(folder, "flags/example_flag.yaml"))).toBe(false);
});

test("editor settings that cannot be parsed are kept, with the line to add", async () => {
  const folder = written(aFolder(), { ".vscode/settings.json": '{ "a": ' });
  const { code, out } = await hoistIn(folder)("init");
  expect(code).toBe(0);
  expect(out).toContain('add manually: {"yaml.schemas"');
  expect(readFileSync(join(folder, ".vscode/settings.json"), "utf8")).toBe('{ "a": ');
});

test.each([
  [["--env", "Production"], {}, '"Production" is not a valid environment name'],
  [["--env", "a,a"], {}, "names a twice"],
  [["--env", "reason,b"], {}, '"reason" is not a valid environment name'],
  [[], { flags: "a file" }, "is a regular file, not a folder"],
  [[], { "flags/de.yaml": "colours: [black, red, gold]\n" }, "flags/ contains files that are not feature flags"],
])("init %j in a project with %j is refused, and nothing is written", async (args, files, message) => {
  const folder = written(aFolder(), files);
  const before = contents(folder);
  const { code, err } = await hoistIn(folder)("init", ...args);
  expect(code).toBe(9);
  expect(err).toContain(message);
  expect(contents(folder)).toEqual(before);
});

test("the hook is installed once and stops a commit with a broken flag; another hook is kept", async () => {
  const repository = aRepository();
  const hoist = hoistIn(repository.folder);
  expect((await hoist("init", "--hook")).out).toMatch(/written +\.git\/hooks\/pre-commit/);
  expect((await hoist("init", "--hook")).out).toMatch(/kept +\.git\/hooks\/pre-commit +validates staged flag files/);

  // As npm puts it beside the application.
  const bin = fileURLToPath(new URL("../../../src/cli/bin.js", import.meta.url));
  mkdirSync(join(repository.folder, "node_modules/.bin"), { recursive: true });
  aScript(join(repository.folder, "node_modules/.bin"), "hoist", `exec '${process.execPath}' '${bin}' "$@"`);
  repository.write(".git/info/exclude", "node_modules\n");
  repository.commit("First (#1)");
  repository.write("flags/example_flag.yaml", "name: broken\n");
  expect(() => repository.commit("Broken")).toThrow("flags/example_flag.yaml");

  const other = aRepository();
  aScript(join(other.folder, ".git/hooks"), "pre-commit", "exit 0");
  const { out } = await hoistIn(other.folder)("init", "--hook");
  expect(out).toContain("another hook exists; add this line to it: hoist validate --staged || exit $?");
});

test("outside a repository no hook is installed, and a note reports that", async () => {
  const { code, err } = await hoistIn(aFolder())("init", "--hook");
  expect(code).toBe(0);
  expect(err).toContain("not a git repository, so no hook was installed");
});

const WORKFLOWS = ["validate", "sync", "drift"].map((name) => `.github/workflows/${name}.yml`);

test("in a repository init writes workflows for its environments and branch, and lists the settings to change", async () => {
  const repository = aRepository();
  repository.git("checkout", "--quiet", "-b", "trunk");
  const { code, out } = await hoistIn(repository.folder)("init", "--env", "test,beta,live");
  expect(code, out).toBe(0);
  for (const path of [...WORKFLOWS, ".github/pull_request_template.md"]) {
    expect(out).toContain(`written  ${path}`);
    expect(existsSync(join(repository.folder, path))).toBe(true);
  }
  const sync = readFileSync(join(repository.folder, ".github/workflows/sync.yml"), "utf8");
  expect(sync).toContain('branches: ["trunk"]');
  expect(sync).toContain("options: [beta, live]");
  expect(sync).toMatch(/npm install --global --ignore-scripts flaghoist@\d+\.\d+\.\d+ pg@/);
  expect(out).toMatch(/^ {2}Environments beta, live +secret FLAGS_DATABASE_URL \(role flaghoist_<env>_sync\)/m);
  expect(out).toMatch(/^ {2}Rules for trunk +pull request, required check validate/m);
  await expectNextToWork(repository.folder, out);

  // Whatever people made of it stays.
  repository.write(WORKFLOWS[1] ?? "", `${sync}# ours\n`);
  const again = await hoistIn(repository.folder)("init");
  expect(again.out).toMatch(/kept +\.github\/workflows\/sync\.yml/);
  expect(readFileSync(join(repository.folder, WORKFLOWS[1] ?? ""), "utf8")).toBe(`${sync}# ours\n`);
});

test("another workflow of the same name is kept, and ours gets another name", async () => {
  const repository = aRepository();
  repository.write(".github/workflows/validate.yml", "name: lint\n");
  const { out } = await hoistIn(repository.folder)("init");
  expect(out).toContain("written  .github/workflows/flags-validate.yml");
  expect(readFileSync(join(repository.folder, ".github/workflows/validate.yml"), "utf8")).toBe("name: lint\n");
  const again = await hoistIn(repository.folder)("init");
  expect(again.out).toMatch(/kept +\.github\/workflows\/flags-validate\.yml/);
});

test.each([".github/PULL_REQUEST_TEMPLATE.md", "docs/Pull_request_template.md"])(
  "an existing template at %s is used, and no second one is written",
  async (path) => {
    const repository = aRepository();
    repository.write(path, "Ours\n");
    const { out } = await hoistIn(repository.folder)("init");
    expect(out).toContain(`kept     ${path}`);
    expect(existsSync(join(repository.folder, ".github/pull_request_template.md"))).toBe(false);
  },
);

test("in a monorepo the workflows are written at the top and use the package manager of the folder's lock file", async () => {
  const repository = aRepository();
  repository.write("package.json", '{ "devDependencies": { "flaghoist": "0.1.0" } }\n');
  repository.write("package-lock.json", "{}\n");
  mkdirSync(join(repository.folder, "apps/shop"), { recursive: true });
  const { code, out } = await hoistIn(join(repository.folder, "apps/shop"))("init");
  expect(code, out).toBe(0);
  expect(out).toContain("written  ../../.github/workflows/sync.yml");
  const sync = readFileSync(join(repository.folder, ".github/workflows/sync.yml"), "utf8");
  expect(sync).toContain('paths: ["apps/shop/flags/**"]');
  expect(sync).toContain("working-directory: apps/shop\n");
  expect(sync).toContain("working-directory: .\n        run: npm ci --ignore-scripts\n");
  expect(sync).toContain("npx --no-install hoist sync --env staging --comment");
});

test.each([
  ["https://gitlab.com/acme/shop.git", [], false],
  ["https://gitlab.com/acme/shop.git", ["--workflows"], true],
  ["git@github.acme.dev:acme/shop.git", [], true],
  ["https://github.com/acme/shop", [], true],
  ["https://github.com/acme/shop", ["--no-workflows"], false],
  ["ssh://git@bitbucket.org/acme/github.git", [], false],
])("with its remote at %s, init %j writes workflows: %s", async (remote, args, expected) => {
  const repository = aRepository();
  repository.git("remote", "add", "origin", remote);
  const { code, err } = await hoistIn(repository.folder)("init", ...args);
  expect(code).toBe(0);
  expect(existsSync(join(repository.folder, ".github"))).toBe(expected);
  const isSilent = expected || args.length > 0;
  expect(err).toBe(
    isSilent
      ? ""
      : "note  the remote is not on GitHub, so no workflows were written; to write them: hoist init --workflows",
  );
});

test("outside a repository no workflows are written, and --workflows causes a note", async () => {
  const folder = aFolder();
  const { code, err } = await hoistIn(folder)("init", "--workflows");
  expect(code).toBe(0);
  expect(err).toContain("not a git repository, so no workflows were written");
  expect(existsSync(join(folder, ".github"))).toBe(false);
});

test("a branch whose name GitHub would read as an expression is refused with the reason", async () => {
  const repository = aRepository();
  repository.git("checkout", "--quiet", "-b", "${{github.token}}");
  const { code, err } = await hoistIn(repository.folder)("init");
  expect(code).toBe(9);
  expect(err).toContain("cannot be used in a workflow");
  expect(existsSync(join(repository.folder, ".github"))).toBe(false);
});
