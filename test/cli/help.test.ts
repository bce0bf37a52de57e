import { expect, test } from "vitest";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistProgram } from "../../src/cli/program.ts";
import { hoistIn } from "../support/hoist.ts";
import { aFolder } from "../support/repository.ts";

const WIDEST = 100;

/** Every command, the root and groups of commands too, as the words that are typed. */
function commandsBelow(command: CommandUnknownOpts, words: readonly string[] = []): readonly (readonly string[])[] {
  return [words, ...command.commands.flatMap((each) => commandsBelow(each, [...words, each.name()]))];
}

const program = hoistProgram(
  {
    out: () => {},
    err: () => {},
    annotate: () => {},
    env: {},
    cwd: "/",
    now: () => new Date(0),
    user: "user@host",
    style: (_, text) => text,
    errStyle: (_, text) => text,
    showsProgress: false,
    width: WIDEST,
  },
  () => {},
);

test.each(commandsBelow(program).map((words) => ["hoist", ...words].join(" ")))(
  "%s --help has an example, and fits into a hundred columns",
  async (command) => {
    const result = await hoistIn(aFolder())(...command.split(" ").slice(1), "--help");
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out).toMatch(/^Usage: hoist/);
    expect(result.out).toMatch(/^ {2}\$ .*hoist /m);
    expect(result.out.split("\n").filter((line) => line.length > WIDEST)).toEqual([]);
  },
);
