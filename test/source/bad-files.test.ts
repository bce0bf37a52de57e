import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIAGNOSTIC_CODES } from "../../src/source/check/codes.ts";
import { checkAll } from "./check-all.ts";
import { type BadFixture, parseFixture } from "./fixture.ts";

// Each file of test/fixtures/bad is a tree of flag files and what is expected to be said about it. UPDATE_FIXTURES=1
// writes what is said now; read the difference before you commit it.
const folder = new URL("../fixtures/bad/", import.meta.url);
const names = readdirSync(folder).sort();
const fixtures = new Map(names.map((name) => [name, parseFixture(readFileSync(new URL(name, folder), "utf8"))]));

describe("an invalid file is reported once per cause, with code, place, finding and remedy", () => {
  test.each([...fixtures])("%s", (name, fixture) => {
    const said = saidAbout(fixture);
    if (process.env["UPDATE_FIXTURES"] === "1") {
      writeFileSync(new URL(name, folder), `${fixture.head}=== expected\n${said.join("\n")}\n`);
    }
    expect(said).toEqual(fixture.expected);
    expect(said.filter((line) => !line.startsWith("  "))).toHaveLength(fixture.causes);
  });
});

test("every diagnostic code has an invalid file that causes it, and no other code appears", () => {
  const said = [...fixtures.values()].flatMap((fixture) =>
    checkAll(fixture.files, fixture.today).map(({ code }) => code),
  );
  expect([...new Set(said)].sort()).toEqual(Object.keys(DIAGNOSTIC_CODES).sort());
});

test("there are at least 120 invalid files", () => {
  expect(fixtures.size).toBeGreaterThanOrEqual(120);
});

function saidAbout({ files, today }: BadFixture): readonly string[] {
  return checkAll(files, today).flatMap(({ file, line, column, severity, code, message, hint, length }) => {
    const head = `${file}:${line}:${column}+${length} ${severity} ${code} ${message}`;
    return hint === undefined ? [head] : [head, `  ${hint}`];
  });
}
