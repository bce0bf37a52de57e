import type { Random } from "../../support/random.ts";
import { killValue, pick, type Setting } from "./settings.ts";

/** The text of an override file, and for each setting where its line ends. */
export interface FileText {
  readonly text: string;
  /** The number of characters after which the line of the setting is complete, in the order of the settings. */
  readonly ends: readonly number[];
}

const OTHER_LINES = [
  "",
  "# incident 17",
  "  ",
  "nonsense",
  "DATABASE_URL=postgres://x",
  "=",
  "#FEATURE_SEARCH=off",
  "x\u0000y",
];

/** Writes settings as an override file, with comments and other lines between them. */
export function fileTextOf(random: Random, settings: readonly Setting[]): FileText {
  const end = pick(random, ["\n", "\n", "\r\n", "\r"]);
  const ends: number[] = [];
  let text = "";
  for (const setting of settings) {
    while (random.next() < 0.3) text += pick(random, OTHER_LINES) + end;
    text += lineOf(random, setting) + end;
    ends.push(text.length);
  }
  return { text, ends };
}

function lineOf(random: Random, setting: Setting): string {
  const before = pick(random, ["", "", "", "export ", "  "]);
  const after = pick(random, ["", "", " # until fixed", "\t"]);
  const around = pick(random, ["=", "=", " = "]);
  const line = (name: string, value: string) => `${before}${name}${around}${value}${after}`;
  if (setting.kind === "said") return line(setting.said.name, setting.said.value);
  if (setting.kind === "kill") return line("FLAGS_KILL", killValue(random, setting.entries));
  return line("FLAGS_KILL_ALL", setting.isAllowed ? "1" : "0");
}

export interface Encoding {
  readonly name: string;
  readonly encode: (text: string) => Buffer;
}

const MARK = "\ufeff";

/** The encodings in which editors and shells write text files. */
export const ENCODINGS: readonly Encoding[] = [
  { name: "UTF-8", encode: (text) => Buffer.from(text) },
  { name: "UTF-8 with a mark", encode: (text) => Buffer.from(MARK + text) },
  { name: "UTF-16LE", encode: (text) => Buffer.from(MARK + text, "utf16le") },
  { name: "UTF-16BE", encode: (text) => Buffer.from(MARK + text, "utf16le").swap16() },
];
