import { expect, test } from "vitest";
import { pageText } from "../../../src/cli/help/page-text.ts";
import { readPage, TOPICS } from "../../../src/cli/help/topics.ts";

const [FLAGS] = TOPICS;
if (FLAGS === undefined) throw new Error("there is no topic");

function lines(markdown: string, width = 40): readonly string[] {
  return pageText(FLAGS!, markdown, { width, style: (_, text) => text }).split("\n");
}

test("headings start at the margin, and third-level headings are indented like the text", () => {
  expect(lines("# Flag files\n\nText.\n\n## `rules` and shares\n\n### Splits\n\nMore.")).toEqual([
    "FLAG FILES",
    "",
    "  Text.",
    "",
    "`rules` and shares",
    "",
    "  Splits",
    "",
    "  More.",
  ]);
});

test("paragraphs, lists and quotes are wrapped with their own indent", () => {
  expect(lines("A paragraph of some\nwords which is too long for one line.")).toEqual([
    "  A paragraph of some words which is too",
    "  long for one line.",
  ]);
  expect(lines("- one\n- a second point that goes on for longer\n  - inside")).toEqual([
    "  - one",
    "  - a second point that goes on for",
    "    longer",
    "    - inside",
  ]);
  expect(lines("2. two\n3. three")).toEqual(["  2. two", "  3. three"]);
  expect(lines("> quoted\n>\n> twice")).toEqual(["    quoted", "", "    twice"]);
});

test("code keeps its lines, however long they are", () => {
  const long = `rollout: 10%   # ${"x".repeat(60)}`;
  expect(lines(`\`\`\`yaml\nenabled: true\n\n${long}\n\`\`\``)).toEqual(["    enabled: true", "", `    ${long}`]);
});

test("a table that does not fit breaks its cells between words; the first column needs no backticks", () => {
  const table =
    "| field | meaning |\n|---|---|\n| `enabled` | `false`: everyone gets the off variant |\n| `a\\|b` | one |";
  expect(lines(table)).toEqual([
    "  field    meaning",
    "  ───────  ─────────────────────────────",
    "  enabled  `false`: everyone gets the",
    "           off variant",
    "  a|b      one",
  ]);
  expect(lines("| | |\n|---|---|\n| a | b |")).toEqual(["  a  b"]);
});

test("a table with more columns than fit lists the cells of each row under their titles", () => {
  const table = "| | Flaghoist | competitor |\n|---|---|---|\n| prerequisites | everywhere | never |";
  expect(lines(table, 30)).toEqual(["  prerequisites", "    Flaghoist: everywhere", "    competitor: never"]);
});

test("a link shows a target that a reader in a terminal can open", () => {
  expect(lines("[The client](../src/client/README.md#options)")).toEqual(["  The client (hoist help client)"]);
  expect(lines("[schemas](../schema/)")).toEqual(["  schemas (schema/)"]);
  expect(lines("[below](#rules), [YAML](https://yaml.org)")).toEqual(["  below, YAML (https://yaml.org)"]);
  expect(lines("[https://yaml.org](https://yaml.org)")).toEqual(["  https://yaml.org"]);
});

test("emphasis is bold on a terminal; comments are left out", () => {
  const style = (colour: string, text: string) => `<${colour}>${text}</>`;
  expect(pageText(FLAGS, "**Off** beats *on*.\n\n<!-- no one reads this -->\n", { width: 80, style })).toBe(
    "  <bold>Off</> beats on.",
  );
});

test.each(TOPICS.flatMap((topic) => [60, 80, 100].map((width) => ({ ...topic, width }))))(
  "prose and tables of the page $name fit into $width columns",
  ({ width, ...topic }) => {
    const text = pageText(topic, withoutCode(readPage(topic)), { width, style: (_, shown) => shown });
    expect(text.length).toBeGreaterThan(1000);
    expect(text.split("\n").filter((line) => line.length > width)).toEqual([]);
  },
);

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```$/gm, "");
}
