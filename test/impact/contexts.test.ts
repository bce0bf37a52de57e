import { describe, expect, test } from "vitest";
import { FlagError } from "../../src/core/errors.ts";
import { contextsFrom, MAX_CONTEXTS } from "../../src/impact/contexts.ts";

function refusal(text: string): string {
  try {
    contextsFrom(text, "people.jsonl");
  } catch (error) {
    if (error instanceof FlagError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("people from a file", () => {
  test("are read as one JSON object per line, ignoring empty lines and a byte order mark", () => {
    expect(contextsFrom('\uFEFF{"userId":"a"}\r\n\n{"userId":"b","roles":["x"]}', "people.jsonl")).toEqual({
      contexts: [{ userId: "a" }, { userId: "b", roles: ["x"] }],
      note: { source: "file", size: 2, seed: null, file: "people.jsonl", guessed: [] },
      subjects: new Set(),
      missing: new Map(),
    });
  });

  test("are read as one JSON list too", () => {
    expect(contextsFrom('\n [ {"userId":"a"},\n {} ]', "people.json").contexts).toEqual([{ userId: "a" }, {}]);
  });

  test.each([
    ['{"userId":"a"}\n\n{"userId":', "USAGE people.jsonl:3 is not JSON"],
    ['{"userId":"a"}\n"b"', "USAGE people.jsonl:2 is a string, not an object"],
    ["null", "USAGE people.jsonl:1 is null, not an object"],
    ['[{"userId":"a"}, []]', "USAGE people.jsonl: item 2 of the list is a list, not an object"],
    ['[{"userId":"a"}', "USAGE people.jsonl is not JSON"],
    ["", "USAGE people.jsonl contains no contexts"],
    ["\n \n", "USAGE people.jsonl contains no contexts"],
    ["[]", "USAGE people.jsonl contains no contexts"],
    ["{}\n".repeat(MAX_CONTEXTS + 1), "USAGE people.jsonl contains more than 200000 contexts"],
  ])("what is wrong is told with its place, case %#", (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test("are never quoted in an error", () => {
    expect(refusal('{"userId":"a"}\nsecret-4711')).not.toContain("4711");
  });
});
