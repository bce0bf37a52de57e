import { expect, test } from "vitest";
import { withSetting } from "../../../src/source/edit/jsonc.ts";

const MEMBERS = { "./a.json": "a.yaml", "./b.json": ["b/*.yaml", "!b/c.yaml"] };
const strict = (text: string | undefined): unknown =>
  JSON.parse((text ?? "").replace(/\/\/ .*|\/\*.*?\*\//g, "").replace(/,(?=\s*[}\]])/g, ""));

test.each([
  ["an empty file", ""],
  ["nothing but a comment", "// nothing yet\n"],
  ["an empty mapping", "{}"],
  ["one line", '{ "a": 1 }'],
  ["a trailing comma and comments", '{\n\t"a": "//no comment", // one\n\t/* two */\n}\n'],
  ["a comment behind the last member", '{\n  "a": 1 // why\n}\n'],
  ["Windows line endings", '{\r\n    "a": [1, 2],\r\n    "b": {"c": "}"}\r\n}\r\n'],
  ["the setting with other members", '{\n  "yaml.schemas": {\n    "./x.json": "x" // x\n  },\n  "a": 1\n}\n'],
  ["the setting, empty", '{ "yaml.schemas": {}, "a": { "yaml.schemas": 1 } }'],
])("members are added to %s, and existing content is kept", (_, text) => {
  const next = withSetting(text, "yaml.schemas", MEMBERS);
  const before = text.includes("{") ? (strict(text) as Record<string, object>) : {};
  expect(strict(next)).toEqual({ ...before, "yaml.schemas": { ...before["yaml.schemas"], ...MEMBERS } });
  for (const word of text.match(/\/\/ .*|\/\*.*?\*\//g) ?? []) expect(next).toContain(word.trimEnd());
  expect(withSetting(next ?? "", "yaml.schemas", MEMBERS)).toBe(next);
});

test.each(['{ "a": ', "[1]", '{ "yaml.schemas": [] }', "nonsense"])("%s is left alone", (text) => {
  expect(withSetting(text, "yaml.schemas", MEMBERS)).toBeUndefined();
});
