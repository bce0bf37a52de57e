import { expect, test } from "vitest";
import { noteText } from "../../../src/cli/terminal/layout.ts";

const plain = (_: string, text: string) => text;
const COMMAND = "hoist set workshop_routing enabled=true --env production";
const NOTE = `workshop_routing is disabled in production, nobody gets this before: ${COMMAND}`;

test("a note that fits stays on one line", () => {
  expect(noteText(NOTE, plain)).toBe(`! ${NOTE}`);
  expect(noteText(NOTE, plain, NOTE.length + 2)).toBe(`! ${NOTE}`);
});

test("a note that is too wide breaks between words, and its command gets its own line", () => {
  expect(noteText(NOTE, plain, 40).split("\n")).toEqual([
    "! workshop_routing is disabled in",
    "  production, nobody gets this before:",
    `    ${COMMAND}`,
  ]);
  expect(noteText("undoes what is not committed yet", plain, 20).split("\n")).toEqual([
    "! undoes what is not",
    "  committed yet",
  ]);
});
