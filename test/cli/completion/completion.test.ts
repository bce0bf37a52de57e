import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli } from "../../../scripts/build/cli.ts";
import { COMPLETION_SCRIPTS, type Shell } from "../../../src/cli/completion/scripts.ts";
import { hoistProgram } from "../../../src/cli/program.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder, aScript } from "../../support/repository.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FLAGS = ["checkout_button", "recurring_bookings", "voice_logging"];

/** The words that `hoist complete` gives, in its order. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { code, out, err } = await hoistIn(ROOT)("complete", "--", ...words);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out === "" ? [] : out.split("\n").map((line) => line.split("\t")[0] ?? "");
}

/** What a program reads while it is put together; nothing is run with it. */
const UNUSED = { width: 80, errStyle: (_: string, text: string) => text };

describe("hoist complete", () => {
  test("completes every command that help shows, in the same order, and no hidden command", async () => {
    const program = hoistProgram(UNUSED as never, () => {});
    const shown = program.createHelp().visibleCommands(program);
    expect(await completed("")).toEqual(shown.map((command) => command.name()));
    expect(await completed("")).not.toContain("complete");
  });

  test("completes every option of every command, and exactly the choices of options that have choices", async () => {
    const program = hoistProgram(UNUSED as never, () => {});
    for (const command of program.createHelp().visibleCommands(program)) {
      const options = command.createHelp().visibleOptions(command);
      expect(await completed(command.name(), "--")).toEqual(options.flatMap(({ long }) => long ?? []));
      for (const { long, argChoices } of options) {
        if (long && argChoices) expect(await completed(command.name(), long, "")).toEqual(argChoices);
      }
    }
  });

  test.each([
    ["flags, by the names of their files", ["why", ""], FLAGS],
    ["flags, one after the other", ["test", "voice_logging", ""], FLAGS],
    ["environments", ["sync", "--env", ""], ["development", "production", "staging"]],
    [
      "environments, where = is a word of its own",
      ["sync", "--env", "=", "p"],
      ["development", "production", "staging"],
    ],
    ["environments, behind = in one word", ["sync", "--env=p"], ["--env=production"]],
    ["environments, after a short option", ["sync", "-e", ""], ["production"]],
    ["owners", ["list", "--owner", ""], ["team-booking", "team-growth", "team-workshops"]],
    ["attributes", ["why", "voice_logging", "--context", ""], ["userRole=", "postalCode="]],
    ["flags after an option's value", ["why", "--user", "user-42", ""], FLAGS],
    ["flags after --", ["why", "--", ""], FLAGS],
    ["commands inside a command", ["db", ""], ["migrate", "roles"]],
    ["shells", ["completion", ""], ["bash", "zsh", "fish"]],
    ["folders", ["sync", "--cwd", ""], [":files"]],
  ])("%s", async (_, words, expected) => {
    expect(await completed(...words)).toEqual(expect.arrayContaining(expected));
  });

  test("an unknown option's value, free text and surplus arguments complete to nothing", async () => {
    expect(await completed("why", "--user", "")).toEqual([]);
    expect(await completed("kill", "--nonsense=")).toEqual([]);
    expect(await completed("schema", "")).toEqual([]);
  });

  test("prints nothing without flags/ or with an invalid _config.yaml", async () => {
    const folder = aFolder();
    expect(await hoistIn(folder)("complete", "--", "why", "")).toEqual({ code: 0, out: "", err: "" });
    mkdirSync(join(folder, "flags"));
    writeFileSync(join(folder, "flags/_config.yaml"), "environments: {");
    expect(await hoistIn(folder)("complete", "--", "sync", "--env", "")).toEqual({ code: 0, out: "", err: "" });
  });

  test("flags come from the folder that --cwd names, even from files with errors", async () => {
    const folder = aFolder();
    mkdirSync(join(folder, "flags/deep/er"), { recursive: true });
    writeFileSync(join(folder, "flags/deep/er/broken_flag.yaml"), "{");
    writeFileSync(join(folder, "flags/README.md"), "No flag.");
    expect(await completed("why", "--cwd", folder, "")).toEqual(["broken_flag"]);
  });
});

const home = temporaryFolder();
const { PATH = "" } = process.env;

beforeAll(async () => {
  // Each key press is a process of its own: the bundle starts in a third of the time.
  await buildCli(ROOT, home.folder);
  aScript(home.folder, "hoist", `exec "${process.execPath}" "${home.folder}/cli/bin.js" "$@"`);
  for (const [shell, script] of Object.entries(COMPLETION_SCRIPTS)) writeFileSync(join(home.folder, shell), script);
});
afterAll(home.remove);

/** Runs a shell in the repository, with this hoist first on its path. */
function run(shell: Shell, args: readonly string[]): string {
  const env = { PATH: `${home.folder}:${PATH}`, HOME: home.folder, TERM: "dumb", SCRIPT: join(home.folder, shell) };
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: ROOT, env, encoding: "utf8" });
  if (error !== undefined) throw error;
  expect(stderr).toBe("");
  return stdout;
}

const has = (shell: Shell) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What each shell makes of `hoist …` when its user asks for completion. */
const CASES: readonly (readonly [typed: string, expected: readonly string[]])[] = [
  ["hoist val", ["validate"]],
  ["hoist sync --env pro", ["production"]],
  ["hoist sync --on-drift ", ["keep", "fail", "heal"]],
  ["hoist why voice", ["voice_logging"]],
];

describe("bash", () => {
  /** As readline does at a key press: the line cut into words, then the function that `complete -F` named. */
  const ask = (...words: readonly string[]) => {
    const script = `source "$SCRIPT"; [[ $(complete -p hoist) == "complete -F _hoist hoist" ]] || exit 1
      COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _hoist; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["--norc", "-c", script, "bash", ...words])
      .trim()
      .split("\n");
  };

  test.each(CASES)("%s", (typed, expected) => {
    expect(ask(...typed.split(" ")).sort()).toEqual([...expected].sort());
  });

  test("completes an option's value after =, where bash splits the word", () => {
    expect(ask("hoist", "sync", "--env", "=", "pro")).toEqual(["production"]);
    expect(ask("hoist", "sync", "--env", "=")).toEqual(["development", "production", "staging"]);
  });

  test("completes folders for an option that takes a folder", () => {
    expect(ask("hoist", "sync", "--cwd", "test/fixt")).toEqual(["test/fixtures"]);
  });
});

// A shell that is not installed cannot be asked. CI installs both, and takes a skipped one for a failure.
const lacking = (shell: Parameters<typeof has>[0]) => (has(shell) ? "" : " (skipped: not installed)");

describe.skipIf(!has("zsh"))(`zsh${lacking("zsh")}`, () => {
  test.each(CASES)("%s", (typed, expected) => {
    // A real interactive zsh on a terminal of its own, and a real press of the Tab key.
    const script = `setopt extendedglob; zmodload zsh/zpty; zpty -b z 'TERM=dumb zsh -f -i'
      read_until() { local all= some=; local -i n=0; while (( n++ < 400 )); do zpty -rt z some && all+=$some || sleep 0.05; all=\${all//$'\\e'\\[[0-9;]#m/}; [[ $all == *$1* ]] && break; done; print -r -- $all }
      zpty -w z "PS1=; setopt nobeep; autoload -U compinit && compinit -u -D; source $SCRIPT; LISTMAX=1000; zstyle ':completion:*' list-prompt ''; print rea''dy"
      read_until ready >/dev/null
      zpty -w -n z ${JSON.stringify(typed)}$'\\t'
      read_until ${JSON.stringify(expected.at(-1))}
      zpty -d z`;
    const shown = run("zsh", ["-f", "-c", script]);
    for (const word of expected) expect(shown).toContain(word);
  });
});

describe.skipIf(!has("fish"))(`fish${lacking("fish")}`, () => {
  test.each([...CASES, ["hoist sync --env=pro", ["--env=production"]] as const])("%s", (typed, expected) => {
    const shown = run("fish", ["--no-config", "-c", `source $SCRIPT; complete -C ${JSON.stringify(typed)}`]);
    const words = shown
      .trim()
      .split("\n")
      .map((line) => line.split("\t")[0] ?? "");
    expect(words.sort()).toEqual([...expected].sort());
  });
});
