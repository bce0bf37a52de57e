import { expect, test } from "vitest";
import { readPage, TOPICS } from "../../../src/cli/help/topics.ts";
import { hoistIn } from "../../support/hoist.ts";
import { aFolder } from "../../support/repository.ts";

const hoist = (...args: readonly string[]) => hoistIn(aFolder())(...args);

test("help without an argument prints the same as --help: the commands and the reference pages", async () => {
  const result = await hoist("help");
  expect(result).toEqual(await hoist("--help"));
  expect(result).toMatchObject({ code: 0, err: "" });
  for (const { name, about } of TOPICS) expect(result.out).toMatch(new RegExp(`^  hoist help ${name} +${about}$`, "m"));
});

test.each(["plan", "db migrate", "help"])("help %s prints what %s --help prints", async (words) => {
  const command = words.split(" ");
  const result = await hoist("help", ...command);
  expect(result).toEqual(await hoist(...command, "--help"));
  expect(result).toMatchObject({ code: 0, err: "" });
});

test.each(TOPICS)("help $name prints the page $page", async (topic) => {
  const [title = ""] = readPage(topic).split("\n");
  const result = await hoist("help", topic.name);
  expect(result).toMatchObject({ code: 0, err: "" });
  expect(result.out.split("\n")[0]).toBe(title.replace(/^# /, "").toUpperCase());
});

test("an unknown topic exits 9, names the topics and suggests the nearest word", async () => {
  expect(await hoist("help", "flgas")).toEqual({
    code: 9,
    out: "",
    err: [
      'error  "flgas" is neither a topic nor a command; topics: flags, client, commands, database, ci',
      '       did you mean "hoist help flags"?',
      "       exit 9 (USAGE)",
    ].join("\n"),
  });
  expect((await hoist("help", "rolout")).err).toContain('did you mean "hoist help rollout"?');
  expect((await hoist("help", "db", "backup")).err).toContain('"db backup" is neither a topic nor a command');
  expect((await hoist("help", "zebra")).err).toContain("hoist help lists the topics and the commands");
});

test("no topic has the name of a command, so neither conceals the other", async () => {
  const { out } = await hoist("complete", "--", "");
  const commands = out.split("\n").map((line) => line.split("\t")[0]);
  expect(TOPICS.filter(({ name }) => commands.includes(name))).toEqual([]);
});

test("the shell completes the topics", async () => {
  const { out } = await hoist("complete", "--", "help", "");
  expect(out.split("\n").map((line) => line.split("\t")[0])).toEqual(TOPICS.map(({ name }) => name));
});
