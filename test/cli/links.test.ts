import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { contentsOf } from "../files/places.ts";
import { allCommands, COMMAND_ARGUMENTS } from "../support/commands.ts";
import { SQLITE } from "../support/flag-database.ts";
import { commitFlags, flagText } from "../support/flag-tree.ts";
import { hoistIn, type HoistResult } from "../support/hoist.ts";
import { aFolder } from "../support/repository.ts";
import { aSyncedTree } from "../support/synced.ts";

const FLAGS = { checkout_button: flagText({ lines: "rollout: 10%" }), voice_logging: flagText() };

/** A work tree in which commands run in copies, so that each starts with the same files. */
interface Stage {
  /** Runs the command in a copy of the tree, after `prepare` has changed it. */
  run(
    command: string,
    prepare?: (tree: string, outside: string) => void,
  ): Promise<{
    readonly result: HoistResult;
    readonly before: Readonly<Record<string, string>>;
    readonly after: Readonly<Record<string, string>>;
    /** Everything outside the tree, before and after. */
    readonly outside: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>];
  }>;
}

/** Creates a tree in which every command has something to do: synced, changed since, and changed in the table. */
async function aStage(kind: string): Promise<Stage> {
  const tree = await aSyncedTree(SQLITE, FLAGS);
  const { repository, database } = tree;
  repository.write("flags/_segments/staff.yaml", 'description: "Staff. $(touch PWNED)"\nif: { userRole: admin }\n');
  commitFlags(repository, "Higher (#2)", { checkout_button: flagText({ lines: "rollout: 12%" }) });
  await tree.sync();
  await database.type("UPDATE feature_toggles SET rollout_percentage = 50 WHERE feature_key = 'voice_logging'");
  if (kind === "init") repository.git("rm", "--quiet", "-r", "flags");
  else if (kind !== "schema") {
    expect(await tree.hoist("schema")).toMatchObject({ code: 0 });
    // The schemas are out of date, so that every command that writes a flag has to write them.
    for (const kind of ["flag", "segment", "config"]) {
      repository.write(`flags/_schema/${kind}.schema.json`, "{}\n");
    }
  }
  repository.commit("Schemas (#3)", { allowEmpty: true });
  repository.git("remote", "add", "origin", "https://github.com/acme/shop.git");
  rmSync(join(repository.folder, ".git/hooks"), { recursive: true, force: true });
  mkdirSync(join(repository.folder, ".git/hooks"));
  const env = { FLAGS_ENV: "production", FLAGS_DATABASE_URL: database.url };
  return {
    async run(command, prepare = () => {}) {
      const parent = aFolder();
      const [folder, outside] = [join(parent, "tree"), join(parent, "outside")];
      cpSync(repository.folder, folder, { recursive: true });
      mkdirSync(outside);
      writeFileSync(join(outside, "bashrc"), "# precious\n");
      prepare(folder, outside);
      const seen = () => ({ tree: filesIn(folder), outside: contentsOf(outside) });
      const [before, result, after] = [seen(), await asked(hoistIn(folder, env), command), seen()];
      return { result, before: before.tree, after: after.tree, outside: [before.outside, after.outside] };
    },
  };
}

function asked(hoist: ReturnType<typeof hoistIn>, command: string): Promise<HoistResult> {
  return hoist(...command.split(" "), ...(COMMAND_ARGUMENTS[command] ?? []));
}

/** The files of a tree, without what git itself keeps. */
function filesIn(folder: string): Readonly<Record<string, string>> {
  const isGits = (path: string) => path.startsWith(".git/") && !path.startsWith(".git/hooks/");
  return Object.fromEntries(Object.entries(contentsOf(folder)).filter(([path]) => !isGits(path)));
}

/** Puts a link in place of a file or folder. */
function replaceByLink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(relative(dirname(path), target), path);
}

function changedPaths(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]);
}

/** The folders above a path, inside the tree: `a/b/c` → `a`, `a/b`. */
function foldersAbove(path: string): string[] {
  return path
    .split("/")
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join("/"));
}

/** Links that a branch can contain, each in place of a file or folder that some command writes. */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  "flags/_schema/segment.schema.json": ["bashrc", "new"],
  "flags/_schema/flag.schema.json": ["bashrc"],
  "flags/_schema": ["."],
  "flags/_config.yaml": ["bashrc"],
  "flags/checkout_button.yaml": ["bashrc"],
  ".github/CODEOWNERS": ["bashrc", "new"],
  ".github": ["."],
  ".vscode/settings.json": ["bashrc", "new"],
  ".vscode": ["."],
  ".gitignore": ["bashrc"],
  flags: ["."],
  src: ["."],
};

test("the arguments of every command are known", () => {
  expect(Object.keys(COMMAND_ARGUMENTS).toSorted()).toEqual(allCommands());
});

/** The commands that write files of the work tree with these arguments; a sync and the like write to the table only. */
const WRITING = [
  "adopt",
  "generate",
  "github codeowners",
  "init",
  "new",
  "rename",
  "rollback",
  "rollout",
  "schema",
  "set",
];
const GROUPS = {
  init: ["init"],
  schema: ["schema"],
  "a command that edits or generates files": WRITING.filter((command) => command !== "init" && command !== "schema"),
  "any other command": allCommands().filter((command) => !WRITING.includes(command)),
};

describe("a branch that contains links cannot make", () => {
  test.each(Object.entries(GROUPS))("%s write outside the work tree", { timeout: 300_000 }, async (kind, commands) => {
    const stage = await aStage(kind);
    for (const command of commands) await attack(stage, command);
  });
});

async function attack(stage: Stage, command: string): Promise<void> {
  const clean = await stage.run(command);
  const written = changedPaths(clean.before, clean.after).filter((path) => isFileIn(clean.after, path));
  expect(written.length > 0, `${command} writes files: ${clean.result.err}`).toBe(WRITING.includes(command));
  // A command that writes nothing follows no link, so one is enough.
  const places = new Map(Object.entries(LINKS).slice(0, written.length === 0 ? 1 : undefined));
  for (const path of written) places.set(path, ["bashrc", "new"]);
  // The folder of git cannot be part of a commit.
  const inCommits = written.filter((path) => !path.startsWith(".git/"));
  for (const path of inCommits.flatMap(foldersAbove)) places.set(path, ["."]);
  for (const [path, targets] of places) {
    for (const target of targets) {
      const attacked = await stage.run(command, (tree, outside) => linkTo(join(tree, path), outside, target));
      const what = `${command} with ${path} as a link to ${target}`;
      expect(attacked.outside[1], what).toEqual(attacked.outside[0]);
      if (!written.some((each) => each === path || each.startsWith(`${path}/`))) continue;
      const { code, out, err } = attacked.result;
      expect([EXIT.invalid, EXIT.usage], `${what}\n${out}${err}`).toContain(code);
      expect(out + err, what).toMatch(/symbolic link|already exists/);
      // The steps of init are independent of each other.
      if (command !== "init") expect(changedPaths(attacked.before, attacked.after), what).toEqual([]);
    }
  }
}

/** Replaces a path by a link. The folder behind it has the same content, so that every command finds what it expects. */
function linkTo(path: string, outside: string, target: string): void {
  if (target === "." && existsSync(path)) {
    rmSync(outside, { recursive: true });
    renameSync(path, outside);
  }
  replaceByLink(path, join(outside, target));
}

function isFileIn(files: Readonly<Record<string, string>>, path: string): boolean {
  return path in files && !Object.keys(files).some((each) => each.startsWith(`${path}/`));
}

test("a hook of git is not overwritten through flags/_schema, and what the branch wrote is not run", async () => {
  const stage = await aStage("set");
  const { result, before, after } = await stage.run("set", (tree) => {
    writeFileSync(join(tree, ".git/hooks/pre-commit"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    rmSync(join(tree, "flags/_schema/segment.schema.json"));
    symlinkSync("../../.git/hooks/pre-commit", join(tree, "flags/_schema/segment.schema.json"));
  });
  expect(result).toMatchObject({ code: 3, err: expect.stringContaining("is a symbolic link to") });
  expect(after).toEqual(before);
});

test("init --hook does not follow a link in a committed folder of hooks", async () => {
  const stage = await aStage("init");
  const { result, outside } = await stage.run("init", (tree, folder) => {
    writeFileSync(
      join(tree, ".git/config"),
      '[core]\n\thooksPath = .husky\n[remote "origin"]\n\turl = https://github.com/a/b\n',
    );
    replaceByLink(join(tree, ".husky"), folder);
  });
  expect(result).toMatchObject({ code: 3, err: expect.stringContaining(".husky is a symbolic link") });
  expect(outside[1]).toEqual(outside[0]);
});
