import { bareValue } from "../variable.ts";
import {
  appendedToComment,
  countOfSettings,
  type EmbeddedSetting,
  embeddedSettings,
  valueBeforeNext,
} from "./embedded-settings.ts";

const ON_WORDS: ReadonlySet<string> = new Set(["true", "1", "on", "yes", "enabled"]);
const OFF_WORDS: ReadonlySet<string> = new Set(["false", "0", "off", "no", "disabled", "kill"]);

/** Returns what a word means, in upper or lower case; undefined for a word that means neither. */
export function switchWord(text: string): "on" | "off" | undefined {
  const word = text.toLowerCase();
  if (ON_WORDS.has(word)) return "on";
  return OFF_WORDS.has(word) ? "off" : undefined;
}

/** The words for on and for off, for messages. */
export const ON_TEXT = [...ON_WORDS].join(", ");
export const OFF_TEXT = [...OFF_WORDS].join(", ");

/** Returns the variable that overrides a flag: `new-checkout` → `FEATURE_NEW_CHECKOUT`. */
export function variableOf(key: string): string {
  return `FEATURE_${key.toUpperCase().replaceAll(/[-.]/g, "_")}`;
}

/** Returns a name without its separators, to find names that differ only in them: `new_checkout` → `NEWCHECKOUT`. */
export function withoutSeparators(name: string): string {
  return name.toUpperCase().replaceAll(/[_.-]/g, "");
}

/** One line of an override file that sets a variable. */
export interface SettingLine {
  /** In capitals, because names are case-insensitive. */
  readonly variable: string;
  /** As {@link bareValue} leaves it. */
  readonly value: string;
  /** The number of the line, from 1. */
  readonly line: number;
}

/** What is wrong with a line, so that at most its settings that disable flags apply. */
export interface BadLine {
  readonly line: number;
  /** `mixed`: from this line on, the file contains NUL bytes, as UTF-16 text does. */
  readonly fault: "unreadable" | "several" | "comment" | "mixed";
  /** Whether settings of the line apply. */
  readonly applies: boolean;
}

/** The lines of an override file. */
export interface SettingLines {
  /** In file order. */
  readonly settings: readonly SettingLine[];
  readonly badLines: readonly BadLine[];
}

/** Matches a setting, also as shells, compose files and Dockerfiles write it. */
const SETTING =
  /^(?:-\s+)?(?:(?:export|set|env|-e|--env|declare\s+-x)\s+)?["']?(?:\$env:)?([A-Za-z_][\w.-]*)["']?\s*([=:])(.*)$/is;
const OVERRIDE_NAME = /^(?:FEATURE[_.-]|FLAGS_KILL)/i;
const LINE_END = /\r\n?|\n/;

/**
 * Parses the lines of an override file: `KEY=value`, optionally after a word such as `export`, or `KEY: value`. Blank lines are
 * left out, and so are comments, which begin with `#` at the start of a line or after white space. Of a line that contains
 * several settings, or one in the wrong place, only those that disable flags are returned.
 */
export function settingLines(text: string): SettingLines {
  const zero = text.indexOf("\0");
  const mixed = zero === -1 ? undefined : text.slice(0, zero).split(LINE_END).length;
  const lines = text
    .replaceAll("\0", "")
    .split(LINE_END)
    .map((raw, index) => settingsOf(raw, index + 1));
  return {
    settings: lines.flatMap(({ settings }) => settings),
    badLines: [
      ...lines.flatMap(({ badLines }) => badLines),
      ...(mixed === undefined ? [] : [{ line: mixed, fault: "mixed" as const, applies: true }]),
    ],
  };
}

function settingsOf(raw: string, line: number): SettingLines {
  const comment = /(?:^|\s)#/.exec(raw);
  const after = comment === null ? undefined : appendedToComment(raw.slice(comment.index));
  const appended = after === undefined ? [] : disabling([after], line);
  const own = contentSettings(bareValue(raw.slice(0, comment?.index)), line);
  if (appended.length === 0) return own;
  return {
    settings: [...own.settings, ...appended],
    badLines: [...own.badLines, { line, fault: "comment", applies: true }],
  };
}

function contentSettings(content: string, line: number): SettingLines {
  if (content === "") return { settings: [], badLines: [] };
  const [, name, sign, rest = ""] = SETTING.exec(content) ?? [];
  if (name === undefined || (sign === ":" && !OVERRIDE_NAME.test(name))) {
    // Signs that begin a comment elsewhere.
    const settings = /^(?:\/\/|;)/.test(content) ? [] : disabling(embeddedSettings(content), line);
    return { settings, badLines: [{ line, fault: "unreadable", applies: settings.length > 0 }] };
  }
  const variable = name.toUpperCase();
  const others = embeddedSettings(rest);
  const [next] = others;
  if (next === undefined) {
    const value = bareValue(sign === ":" ? rest.replace(/,$/, "") : rest);
    return { settings: [{ variable, value, line }], badLines: [] };
  }
  const value = valueBeforeNext(rest.slice(0, next.at));
  const isClear = value === "" || disables(variable, value);
  // The whole rest of the line is not a valid value, and therefore does not enable the flag.
  const first = { variable, value: isClear ? value : bareValue(rest), line };
  return { settings: [first, ...disabling(others, line)], badLines: [{ line, fault: "several", applies: true }] };
}

function disabling(settings: readonly EmbeddedSetting[], line: number): readonly SettingLine[] {
  return settings
    .filter(({ variable, value }) => disables(variable, value))
    .map(({ variable, value }) => ({ variable, value, line }));
}

function disables(variable: string, value: string): boolean {
  return variable.startsWith("FLAGS_KILL") || switchWord(value) === "off";
}

/**
 * Decodes the bytes of an override file: UTF-8, or UTF-16 as some editors and shells write it, each with or without a byte
 * order mark. Bytes that are not valid become U+FFFD: one damaged line must not prevent the others from being read. If a line was
 * appended in the other encoding, the text contains the zero bytes of UTF-16.
 */
export function decodedOverrides(bytes: Uint8Array): string {
  // Without a mark, two ASCII characters at the beginning show the encoding.
  const start = Array.from(bytes.subarray(0, 4), (byte) => (byte === 0 ? "0" : "x")).join("");
  const isLittle = (bytes[0] === 0xff && bytes[1] === 0xfe) || start === "x0x0";
  const isBig = (bytes[0] === 0xfe && bytes[1] === 0xff) || start === "0x0x";
  if (!isLittle && !isBig) return new TextDecoder().decode(bytes);
  // Not every build of the runtime has a decoder for big-endian UTF-16.
  const text = new TextDecoder("utf-16le").decode(isBig ? swapped(bytes) : bytes);
  // Every ASCII character is the same byte in both encodings, so this has the settings of both.
  const both = new TextDecoder().decode(bytes).replace(/^\ufffd\ufffd/, "");
  return countOfSettings(both.replaceAll("\0", "")) > countOfSettings(text) ? both : text;
}

function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => bytes[index % 2 === 0 ? index + 1 : index - 1] ?? byte);
}
