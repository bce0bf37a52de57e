import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { describe, expect, test } from "vitest";
import { hoistProgram } from "../../src/cli/program.ts";
import { SQLITE } from "../support/flag-database.ts";
import { commitFlags, flagPath, flagText } from "../support/flag-tree.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

const BIN = new URL("../../src/cli/bin.js", import.meta.url).pathname;
const FLAGS = {
  checkout_button: flagText({ lines: "rollout: 10%\ntests: [{ given: { userId: user-42 }, at: 5%, expect: true }]" }),
  voice_logging: flagText(),
};

type Asked = Readonly<Record<string, readonly string[]>>;

/** What each command is asked, in a tree that is synced: those that leave the files as they are, and those that write. */
const READING: Asked = {
  validate: [],
  test: [],
  list: [],
  describe: ["checkout_button"],
  plan: [],
  sync: [],
  status: [],
  why: ["checkout_button", "--user", "user-42"],
  log: [],
  suspects: ["--since", "1h"],
  kill: ["checkout_button"],
  "env check": [],
  "db check": [],
  "github drift": ["--no-issue", "--settle", "0s"],
};
/** It needs a pull request on GitHub: asked in test/cli/github-comment.test.ts. */
const ELSEWHERE = ["github comment"];
const WRITING: Asked = {
  init: ["--cwd", "elsewhere"],
  new: [
    "dark_mode",
    "--name",
    "Dark mode",
    "--description",
    "A dark theme.",
    "--owner",
    "team-checkout",
    "--kind",
    "ops",
  ],
  set: ["checkout_button", "description=Said better."],
  rollout: ["checkout_button", "15%"],
  rename: ["voice_logging", "voice_notes"],
  rollback: ["checkout_button"],
  adopt: ["voice_logging"],
};

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command in a process of its own, without a terminal, as a pipeline runs it. */
async function piped(
  folder: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Printed> {
  const options = { cwd: folder, env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env } };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [BIN, ...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as Printed;
    return { code, stdout, stderr };
  }
}

function reportsJson(command: CommandUnknownOpts): boolean {
  return command.options.some(({ long, argChoices }) => long === "--format" && argChoices?.includes("json"));
}

function reportingCommands(command: CommandUnknownOpts, words: readonly string[] = []): readonly string[] {
  const own = reportsJson(command) ? [words.join(" ")] : [];
  return [...own, ...command.commands.flatMap((each) => reportingCommands(each, [...words, each.name()]))];
}

const quiet = {
  out: () => {},
  err: () => {},
  annotate: () => {},
  env: {},
  cwd: "/",
  now: () => new Date(0),
  user: "user@host",
};
const plain = { style: (_: string, text: string) => text, errStyle: (_: string, text: string) => text };
const program = hoistProgram({ ...quiet, ...plain, showsProgress: false, width: 100 }, () => {});

/** Synced twice, so that there is something to go back to. */
async function aChangedTree(): Promise<Synced> {
  const tree = await aSyncedTree(SQLITE, FLAGS);
  commitFlags(tree.repository, "Higher (#2)", { checkout_button: flagText({ lines: "rollout: 12%" }) });
  await tree.sync();
  return tree;
}

async function expectJson({ hoist }: Synced, command: string, args: readonly string[]): Promise<void> {
  const { code, out, err } = await hoist(...command.split(" "), ...args, "--format", "json");
  expect({ command, code, err }).toEqual({ command, code: 0, err: "" });
  expect(typeof JSON.parse(out)).toBe("object");
}

describe("--format json", () => {
  test("every command with this option is tested here", () => {
    expect([...Object.keys({ ...READING, ...WRITING }), ...ELSEWHERE].toSorted()).toEqual(
      reportingCommands(program).toSorted(),
    );
  });

  test("every command that reads prints one JSON value and nothing else", async () => {
    const tree = await aChangedTree();
    for (const [command, args] of Object.entries(READING)) await expectJson(tree, command, args);
  });

  test.each(Object.entries(WRITING))(
    "%s, which writes, prints one JSON value and nothing else",
    async (command, args) => {
      await expectJson(await aChangedTree(), command, args);
    },
  );

  test("notes, refusals and errors go to stderr, so that stdout can always be parsed", async () => {
    const { repository, hoist } = await aSyncedTree(SQLITE, FLAGS);
    repository.write(flagPath("checkout_button"), flagText({ lines: "rollout: 90%" }));
    const dirty = await hoist("plan", "--format", "json");
    expect(dirty).toMatchObject({ code: 0, err: expect.stringContaining("1 file differs from HEAD") });
    expect(JSON.parse(dirty.out)).toMatchObject({ changes: [], unchanged: 2 });
    repository.commit("Higher (#2)");
    const refused = await hoist("sync", "--format", "json");
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining("needs an acknowledgement") });
    expect(JSON.parse(refused.out)).toMatchObject({ outcome: "refused", because: "needs" });
    repository.write(flagPath("checkout_button"), "name: [");
    repository.commit("Broken (#3)");
    const invalid = await hoist("sync", "--format", "json");
    expect(invalid.code).toBe(3);
    expect(JSON.parse(invalid.out)).toMatchObject({ valid: false });
    expect(await hoist("plan", "--format", "json", "--env", "prodution")).toMatchObject({ code: 3 });
    expect(await hoist("status", "--format", "json", "--env", "staging")).toMatchObject({ code: 6, out: "" });
  });
});

describe("without a terminal", () => {
  test("prints no colours and no progress on either stream", async () => {
    const { repository, database } = await aSyncedTree(SQLITE, FLAGS);
    const env = { FLAGS_DATABASE_URL: database.url, FLAGS_ENV: "production" };
    repository.write(flagPath("voice_logging"), flagText({ enabled: false }));
    repository.commit("Off (#2)");
    const plan = await piped(repository.folder, env, "plan");
    expect(plan).toMatchObject({ code: 2, stderr: "" });
    const sync = await piped(repository.folder, { ...env, NO_COLOR: "1" }, "sync", "--format", "json");
    expect(sync).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: "synced", changes: { update: 1 } });
    const wrong = await piped(repository.folder, env, "plan", "--env", "prodution");
    expect(wrong).toMatchObject({ code: 6, stdout: "" });
    // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
    expect([plan, sync, wrong].map(({ stdout, stderr }) => stdout + stderr).join("")).not.toMatch(/\u001b/);
  });

  test("NO_COLOR takes precedence over a forced terminal", async () => {
    const { repository, database } = await aSyncedTree(SQLITE, FLAGS);
    const env = { FLAGS_DATABASE_URL: database.url, FLAGS_ENV: "production" };
    const coloured = await piped(repository.folder, { ...env, FORCE_COLOR: "1" }, "list");
    // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
    const escapes = /\u001b\[/;
    expect(coloured.stdout).toMatch(escapes);
    const plainly = await piped(repository.folder, { ...env, NO_COLOR: "1" }, "list");
    expect(plainly.stdout).not.toMatch(escapes);
  });
});
