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
  expect([settings.map(({ variable }) => variable), badLines]).toEqual([["FEATURE_A", "FEATURE_B"], [2]]);
});
