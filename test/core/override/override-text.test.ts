import { expect, test } from "vitest";
import { decodedOverrides, settingLines } from "../../../src/core/override/override-text.ts";

const TEXT = "# incident 17\r\nFEATURE_X=false\r\nFLAGS_KILL='a, b'\r\n";
const littleEndian = (text: string) => Buffer.from(text, "utf16le");
const bigEndian = (text: string) => littleEndian(text).swap16();
const MARK = "\ufeff";

test.each([
  ["UTF-8", Buffer.from(TEXT)],
  ["UTF-8 with a byte order mark", Buffer.from(MARK + TEXT)],
  ["UTF-16, little endian, with a byte order mark", littleEndian(MARK + TEXT)],
  ["UTF-16, big endian, with a byte order mark", bigEndian(MARK + TEXT)],
  ["UTF-16, little endian", littleEndian(TEXT)],
  ["UTF-16, big endian", bigEndian(TEXT)],
  ["UTF-16 with half a character at its end", Buffer.concat([bigEndian(MARK + TEXT), Buffer.from([0x46])])],
])("%s is decoded", (_, bytes) => {
  expect(settingLines(decodedOverrides(bytes)).settings).toEqual([
    { variable: "FEATURE_X", value: "false", line: 2 },
    { variable: "FLAGS_KILL", value: "a, b", line: 3 },
  ]);
});

test("a zero byte does not make a file UTF-16", () => {
  const bytes = Buffer.from("x\u0000y\nFEATURE_X=off\n");
  expect(settingLines(decodedOverrides(bytes)).settings).toEqual([{ variable: "FEATURE_X", value: "off", line: 2 }]);
});

test.each(["\n", "\r\n", "\r"])("lines may end with %j", (end) => {
  const text = ["FEATURE_A=off", "", "export FEATURE_B='on' # comment", "set feature_c=no", "FEATURE_D.E-F=0"].join(
    end,
  );
  expect(settingLines(text)).toEqual({
    settings: [
      { variable: "FEATURE_A", value: "off", line: 1 },
      { variable: "FEATURE_B", value: "on", line: 3 },
      { variable: "FEATURE_C", value: "no", line: 4 },
      { variable: "FEATURE_D.E-F", value: "0", line: 5 },
    ],
    badLines: [],
  });
});

test("bytes that are not valid damage only their own line", () => {
  const bytes = Buffer.concat([
    Buffer.from("FEATURE_A=off\n"),
    Buffer.from([0xff, 0xc0, 0x0a]),
    Buffer.from("FEATURE_B=no"),
  ]);
  const { settings, badLines } = settingLines(decodedOverrides(bytes));
  expect([settings.map(({ variable }) => variable), badLines]).toEqual([
    ["FEATURE_A", "FEATURE_B"],
    [{ line: 2, fault: "unreadable", applies: false }],
  ]);
});

const found = (text: string) => settingLines(text).settings.map(({ variable, value }) => `${variable}=${value}`);
const faults = (text: string) => settingLines(text).badLines.map(({ line, fault, applies }) => [line, fault, applies]);
const BOTH = ["FEATURE_ALPHA=false", "FEATURE_BETA=false"];

test.each([
  "FEATURE_ALPHA=false FEATURE_BETA=false",
  "export FEATURE_ALPHA=false FEATURE_BETA=false",
  "FEATURE_ALPHA='false'; export FEATURE_BETA=\"false\"",
  "FEATURE_ALPHA=falseFEATURE_BETA=false",
  "FEATURE_ALPHA=false,FEATURE_BETA=false # until fixed",
  String.raw`FEATURE_ALPHA=false\nFEATURE_BETA=false`,
  String.raw`FEATURE_ALPHA=false\r\nFEATURE_BETA=false\n`,
  ...["\u2028", "\u2029", "\u0085", "\f", "\v"].map((sign) => `FEATURE_ALPHA=false${sign}FEATURE_BETA=false${sign}`),
])("each setting of %j that disables a flag is found, and the line is a bad one", (text) => {
  expect(found(text)).toEqual(BOTH);
  expect(faults(text)).toEqual([[1, "several", true]]);
});

test("a line with several settings enables nothing", () => {
  expect(found("FEATURE_ALPHA=false FEATURE_BETA=true")).toEqual(["FEATURE_ALPHA=false"]);
  expect(found("FEATURE_ALPHA=true FEATURE_BETA=off")).toEqual([
    "FEATURE_ALPHA=true FEATURE_BETA=off",
    "FEATURE_BETA=off",
  ]);
  expect(found("FLAGS_KILL='*' FLAGS_KILL_ALL=1")).toEqual(["FLAGS_KILL=*", "FLAGS_KILL_ALL=1"]);
  expect(found("PATH=/bin:/FEATURE_BETA=off")).toEqual(["PATH=/bin:/FEATURE_BETA=off", "FEATURE_BETA=off"]);
});

test.each([
  ["# INC-1FEATURE_ALPHA=false", ["FEATURE_ALPHA=false"]],
  ["FEATURE_BETA=true # fixed.FEATURE_ALPHA=false", ["FEATURE_BETA=true", "FEATURE_ALPHA=false"]],
  ["# FEATURE_BETA=falseFEATURE_ALPHA=false", ["FEATURE_ALPHA=false"]],
  ["# INC-1\u2028FEATURE_ALPHA=false", ["FEATURE_ALPHA=false"]],
  ["# INC-1FLAGS_KILL=alpha", ["FLAGS_KILL=alpha"]],
])("a setting that was appended to a comment applies: %j", (text, settings) => {
  expect(found(text)).toEqual(settings);
  expect(faults(text)).toEqual([[1, "comment", true]]);
});

test.each([
  "#FEATURE_ALPHA=false",
  "# FEATURE_ALPHA=false",
  "## FEATURE_ALPHA=false, FEATURE_BETA=false",
  "# FEATURE_ALPHA=false,FEATURE_BETA=false",
  "# INC-1FEATURE_ALPHA=true",
  "# see https://x/?FEATURE_ALPHA=false",
])("a comment is not a setting: %j", (text) => {
  expect(settingLines(text)).toEqual({ settings: [], badLines: [] });
});

test("what disables a flag in a line that cannot be read applies, unless the line begins like a comment", () => {
  expect(found(String.raw`\nFEATURE_ALPHA=false`)).toEqual(["FEATURE_ALPHA=false"]);
  expect(faults(String.raw`\nFEATURE_ALPHA=false`)).toEqual([[1, "unreadable", true]]);
  for (const text of ["// FEATURE_ALPHA=false", "; FEATURE_ALPHA=false", "see FEATURE_ALPHA=true"]) {
    expect([found(text), faults(text)]).toEqual([[], [[1, "unreadable", false]]]);
  }
});

test.each([
  'FEATURE_ALPHA: "false"',
  '"FEATURE_ALPHA": "false",',
  "- FEATURE_ALPHA=false",
  '  - "FEATURE_ALPHA=false"',
  "SET FEATURE_ALPHA=false",
  'set "FEATURE_ALPHA=false"',
  '$env:FEATURE_ALPHA = "false"',
  "declare -x FEATURE_ALPHA=false",
  "ENV FEATURE_ALPHA=false",
  "-e FEATURE_ALPHA=false",
])("%j is a setting", (text) => {
  expect([found(text), faults(text)]).toEqual([["FEATURE_ALPHA=false"], []]);
});

test("a colon makes no setting of other names", () => {
  expect(settingLines("s3cret: stuff").settings).toEqual([]);
});

const utf8 = (text: string) => Buffer.from(text);
test.each([
  ["UTF-16 after UTF-8", [utf8("FEATURE_ALPHA=false\n"), littleEndian("FEATURE_BETA=false\r\n")], 2],
  ["UTF-16, big endian, after UTF-8", [utf8("FEATURE_ALPHA=false\n"), bigEndian("FEATURE_BETA=false\r\n")], 2],
  ["UTF-8 after UTF-16", [littleEndian(`${MARK}FEATURE_ALPHA=false\r\n`), utf8("FEATURE_BETA=false\n")], 1],
  ["UTF-8 after UTF-16 without a mark", [littleEndian("FEATURE_ALPHA=false\r\n"), utf8("FEATURE_BETA=false\r\n")], 1],
  ["UTF-8 after UTF-16, big endian", [bigEndian(`${MARK}FEATURE_ALPHA=false\n`), utf8("FEATURE_BETA=false\n")], 1],
  ["UTF-16 between UTF-8", [utf8("#\n"), littleEndian("FEATURE_ALPHA=false\n"), utf8("FEATURE_BETA=false\n")], 2],
])("%s: the settings of both are found, and the line is a bad one", (_, parts, line) => {
  const text = decodedOverrides(Buffer.concat(parts));
  expect([found(text), faults(text)]).toEqual([BOTH, [[line, "mixed", true]]]);
});

test("the time for a long line grows only with its length", () => {
  // With a time that grows with the square, each of these takes minutes.
  for (const part of ["FEATURE_", "FEATURE_X=", "FLAGS_KILL ", "export ", "#", String.raw`\n`]) {
    const long = part.repeat(1_000_000 / part.length);
    for (const text of [long, `# ${long}`]) expect(found(`${text}\nFEATURE_BETA=off`)).toContain("FEATURE_BETA=off");
  }
}, 60_000);
