import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { allCommands, COMMAND_ARGUMENTS } from "../support/commands.ts";
import { SQLITE } from "../support/flag-database.ts";
import { commitFlags, flagText } from "../support/flag-tree.ts";
import { aSyncedTree, type Synced } from "../support/synced.ts";

const BIN = fileURLToPath(new URL("../../src/cli/bin.js", import.meta.url));
const FLAGS = { checkout_button: flagText({ lines: "rollout: 10%" }), voice_logging: flagText() };

/** Creates a tree with two syncs, a third commit to sync, and a manual change to adopt. */
async function aTree(): Promise<Synced> {
  const tree = await aSyncedTree(SQLITE, FLAGS);
  commitFlags(tree.repository, "Higher (#2)", { checkout_button: flagText({ lines: "rollout: 12%" }) });
  await tree.sync();
  commitFlags(tree.repository, "Higher (#3)", { checkout_button: flagText({ lines: "rollout: 14%" }) });
  await tree.database.type("UPDATE feature_toggles SET rollout_percentage = 50 WHERE feature_key = 'voice_logging'");
  tree.repository.git("remote", "add", "origin", "https://github.com/acme/shop.git");
  return tree;
}

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** Runs a command in a process, with its stdout and possibly its stderr where a shell puts them, e.g. `>/dev/full`. */
function runIn({ repository, database }: Synced, command: string, to: string, ...more: readonly string[]): Ended {
  const args = [...command.split(" "), ...(COMMAND_ARGUMENTS[command] ?? []), ...more];
  const script = `{ "$NODE" "$@"; echo "exit $?" >&3; } ${to}`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: repository.folder,
    NODE: process.execPath,
    NO_COLOR: "1",
    FLAGS_DATABASE_URL: database.url,
    FLAGS_ENV: "production",
  };
  const { stderr, output } = spawnSync("/bin/sh", ["-c", script, "sh", BIN, ...args], {
    cwd: repository.folder,
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [, code] = /exit (\d+)/.exec(String(output[3])) ?? [];
  return { code: code === undefined ? null : Number(code), err: stderr };
}

const FULL = "cannot write to stdout: no space is left on the disk (ENOSPC); what was printed is incomplete";
/** A stack, or a message of Node.js itself. */
const RAW = /^\s+at |node:internal|Unhandled|ENOSPC: |EPIPE/m;

/** Commands that change a database or files, so that they succeed although nothing can be printed. */
const CHANGING = [
  "adopt",
  "db migrate",
  "generate",
  "github codeowners",
  "init",
  "new",
  "rename",
  "rollback",
  "rollout",
  "schema",
  "set",
  "sync",
];

test("every command that only prints says in one sentence that stdout is full, and is quiet about a reader that has gone", {
  timeout: 300_000,
}, async () => {
  const tree = await aTree();
  for (const command of allCommands().filter((each) => !CHANGING.includes(each))) {
    const plain = await tree.hoist(...command.split(" "), ...(COMMAND_ARGUMENTS[command] ?? []));
    const [full, closed] = [runIn(tree, command, ">/dev/full"), runIn(tree, command, "| true")];
    const what = `${command}\n${plain.err}\n${full.err}`;
    expect(full.err + closed.err, what).not.toMatch(RAW);
    // A refusal prints nothing on stdout.
    const isLost = full.err.includes(FULL);
    if (plain.out !== "") expect(isLost, what).toBe(true);
    expect(full.code, what).toBe(isLost && (plain.code === 0 || plain.code === 2) ? 1 : plain.code);
    expect(closed.code, what).toBe(plain.code);
    expect(closed.err, what).not.toContain("cannot write to stdout");
  }
});

test.each(CHANGING)(
  "%s has done its work although stdout is full, and exits with 0",
  { timeout: 60_000 },
  async (command) => {
    const { code, err } = runIn(await aTree(), command, ">/dev/full");
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(`warning  ${FULL}`) });
    expect(err).not.toMatch(RAW);
  },
);

describe("with a full disk behind stdout", () => {
  test("a sync that committed exits with 0, warns, and has changed the table", async () => {
    const tree = await aTree();
    for (const format of ["text", "json"]) {
      const { code, err } = runIn(tree, "sync", ">/dev/full", "--format", format);
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(`warning  ${FULL}`) });
    }
    expect((await tree.hoist("plan")).out).toContain("No changes");
  });

  test("a refused sync exits as if it had been printed", async () => {
    const tree = await aTree();
    commitFlags(tree.repository, "Too high (#4)", { checkout_button: flagText({ lines: "rollout: 90%" }) });
    expect(runIn(tree, "sync", ">/dev/full")).toMatchObject({ code: 5, err: expect.stringContaining(FULL) });
  });

  test("a command that only prints fails, with what to do", async () => {
    const { code, err } = runIn(await aTree(), "list", ">/dev/full");
    expect({ code, err }).toEqual({
      code: 1,
      err: `error  ${FULL}\n       free space, or write the output to another place\n       exit 1 (OUTPUT_FAILED)\n`,
    });
  });

  test("stderr may be full, too", async () => {
    const tree = await aTree();
    expect(runIn(tree, "sync", ">/dev/full 2>/dev/full")).toEqual({ code: 0, err: "" });
    expect(runIn(tree, "list", ">/dev/full 2>/dev/full")).toEqual({ code: 1, err: "" });
    expect(runIn(tree, "list", ">/dev/null 2>/dev/full", "--no-such-option")).toEqual({ code: 9, err: "" });
  });
});

test("of a pipe that is closed early, the reader gets the beginning, and a sync is complete", async () => {
  const tree = await aTree();
  expect(runIn(tree, "help", "| head -1 >&2")).toMatchObject({ code: 0, err: expect.stringMatching(/^.*\n$/) });
  expect(runIn(tree, "sync", "| true")).toEqual({ code: 0, err: "" });
  expect((await tree.hoist("plan")).out).toContain("No changes");
});

test("a stream that cannot be written at all is no reason for a stack", async () => {
  const tree = await aTree();
  const readOnly = openSync("/dev/null", "r");
  try {
    const env = { PATH: process.env["PATH"] ?? "" };
    const options = { cwd: tree.repository.folder, encoding: "utf8", env } as const;
    const ended = spawnSync(process.execPath, [BIN, "list"], { ...options, stdio: ["ignore", readOnly, "pipe"] });
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining("cannot write to stdout: EBADF") });
  } finally {
    closeSync(readOnly);
  }
  expect(readFileSync("/dev/null", "utf8")).toBe("");
});
