import { describe, expect, test } from "vitest";
import { asciiOf, characterName } from "../../../src/source/load/look-alikes.ts";
import { aFlagRepository, commitFlags, flagPath, flagText } from "../../support/flag-tree.ts";
import { hoistIn } from "../../support/hoist.ts";
import { checkAll, sourceFile } from "../check-all.ts";

const CONFIG = sourceFile(
  "flags/_config.yaml",
  `environments: { production: {} }
attributes: { city: { type: string }, userRole: { type: string } }
owners: { team-a: "@acme/team-a" }
`,
);

/** All characters of Unicode's first two planes that look like one of ASCII, by what they look like. */
const LOOK_ALIKES = Map.groupBy(
  Array.from({ length: 0x1_ffff }, (_, code) => code)
    .filter((code) => code > 0x7f && (code < 0xd800 || code > 0xdfff))
    .map((code) => String.fromCodePoint(code))
    .filter((character) => asciiOf(character) !== undefined),
  (character) => asciiOf(character) ?? "",
);
const SPACES = LOOK_ALIKES.get(" ") ?? [];
const LETTERS = [...LOOK_ALIKES].flatMap(([ascii, characters]) => (/[a-z]/i.test(ascii) ? characters : []));

interface Lines {
  readonly description?: string;
  readonly owner?: string;
  readonly enabled?: string;
  readonly condition?: string;
}

function saidAbout({
  description = "Text.",
  owner = "owner: team-a",
  enabled = "enabled: true",
  condition = "{ city: Toronto }",
}: Lines) {
  const text = `name: A flag
description: ${description}
${owner}
kind: ops
${enabled}
rollout: 10%
rules:
  - name: first
    if: ${condition}
    serve: true
`;
  return checkAll([CONFIG, sourceFile("flags/example.yaml", text)]);
}

/** Expects that exactly one problem is reported, and that it names the character. */
function expectNamed(lines: Lines, character: string, severity: "error" | "warning" = "error"): void {
  const said = saidAbout(lines);
  expect(said, JSON.stringify(lines)).toMatchObject([{ code: "look-alike", severity }]);
  expect(said[0]?.message).toContain(characterName(character));
  expect(said[0]?.hint).toMatch(/./);
}

describe("a character that looks like another is named once, wherever it changes the meaning", () => {
  test("there are look-alikes of spaces, quotes, signs and letters", () => {
    expect(saidAbout({})).toEqual([]);
    expect(SPACES).toHaveLength(16);
    expect(LETTERS.length).toBeGreaterThan(500);
    for (const sign of ":,[]{}\"'-#") expect(LOOK_ALIKES.get(sign)?.length, sign).toBeGreaterThan(0);
  });

  test("spaces: as indentation, after a colon, and around and inside a value", () => {
    for (const space of SPACES) {
      expectNamed({ enabled: `${space}enabled: true` }, space);
      expectNamed({ enabled: `enabled:${space}true` }, space);
      expectNamed({ condition: `{ city:${space}Toronto }` }, space);
      expectNamed({ condition: `{ city: [Toronto${space}] }` }, space);
      expectNamed({ condition: `{ city: New${space}York }` }, space, "warning");
      expectNamed({ condition: `{ city: "New${space}York" }` }, space, "warning");
    }
  });

  test("quotes around a value, and full-width signs", () => {
    for (const quote of [...(LOOK_ALIKES.get('"') ?? []), ...(LOOK_ALIKES.get("'") ?? [])]) {
      if (/[\u2032\u2033\u00B4]/.test(quote)) continue;
      expectNamed({ condition: `{ city: ${quote}Toronto${quote} }` }, quote);
      expectNamed({ owner: `owner: ${quote}team-a${quote}` }, quote);
    }
    for (const sign of ["：", "，", "、", "［", "］", "｛", "｝"]) {
      expectNamed({ condition: `{ city: [Toronto${sign}Ottawa] }` }, sign);
    }
    expectNamed({ enabled: "enabled：true" }, "：");
  });

  test("letters in a key, and in a value of Latin letters", () => {
    for (const letter of LETTERS) {
      const ascii = asciiOf(letter) ?? "";
      expectNamed({ condition: `{ userRole${letter}: admin }` }, letter);
      const isFullWidth = /[\uFF01-\uFF5E]/.test(letter);
      expectNamed({ condition: `{ city: "Tor${letter}nto" }` }, letter, "warning");
      expect(ascii).toMatch(/[a-z]/i);
      expect(isFullWidth).toBe(characterName(letter).includes("full-width"));
    }
  });
});

test("text for people may contain every one of these characters, and letters of all alphabets", () => {
  const all = [...LOOK_ALIKES.values()].flat().filter((character) => character.normalize("NFC") === character);
  for (const text of [
    all.join(" "),
    "“Größe” – ‘naïve’, 10 €",
    "Привет, мир",
    "你好：世界，［一］",
    "Ελλάδα",
    "mixеd",
  ]) {
    expect(saidAbout({ description: `Text ${text} end` }), text).toEqual([]);
    expect(saidAbout({ description: `"Text ${text} end"` }), text).toEqual([]);
  }
});

test("values in other alphabets are not look-alikes", () => {
  for (const city of ["Москва", "Αθήνα", "東京", "München", "Łódź", "“quoted on purpose”".replace(/^|$/g, '"')]) {
    expect(saidAbout({ condition: `{ city: [${city}] }` }), city).toEqual([]);
  }
});

test("a file from before is compared and restored as it was, although such characters are errors now", async () => {
  const odd = flagText({
    lines: 'rollout: 10%\nrules: [{ name: first, if: { userRole: "\u2212\u0035" }, serve: true }]',
  });
  const repository = aFlagRepository({ one: odd });
  const hoist = hoistIn(repository.folder);
  expect((await hoist("validate")).out).toContain("U+2212 (minus sign)");
  commitFlags(repository, "Corrected", { one: odd.replace("\u2212", "-") });
  const compared = await hoist("validate", "--base", "HEAD~1");
  expect(compared).toMatchObject({ code: 0, out: expect.stringContaining(`   ${flagPath("one")}`) });
  expect(compared.out).not.toContain("created");
  expect((await hoist("log", "one", "--all")).out + (await hoist("log", "one")).out).not.toContain("cannot be read");
});
