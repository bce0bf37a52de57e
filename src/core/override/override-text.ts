import { bareValue } from "../variable.ts";

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
  /** In capitals, because names are matched in any case. */
  readonly variable: string;
  /** As {@link bareValue} leaves it. */
  readonly value: string;
  /** The number of the line, from 1. */
  readonly line: number;
}

const SETTING = /^(?:(?:export|set)\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/is;

/**
 * Parses the lines of an override file: `KEY=value`, optionally after `export`. Blank lines are left out, and so are
 * comments, which begin with `#` at the start of a line or after white space.
 *
 * @returns the settings in file order, and the numbers of the lines that cannot be read
 */
export function settingLines(text: string): { readonly settings: SettingLine[]; readonly badLines: number[] } {
  const settings: SettingLine[] = [];
  const badLines: number[] = [];
  for (const [index, raw] of text.split(/\r\n?|\n/).entries()) {
    const content = bareValue(raw.replace(/(?:^|\s)#.*$/s, ""));
    if (content === "") continue;
    const [, variable, value = ""] = SETTING.exec(content) ?? [];
    if (variable === undefined) badLines.push(index + 1);
    else settings.push({ variable: variable.toUpperCase(), value: bareValue(value), line: index + 1 });
  }
  return { settings, badLines };
}

/**
 * Decodes the bytes of an override file: UTF-8, or UTF-16 as some editors and shells write it, each with or without a byte
 * order mark. Bytes that are not valid become U+FFFD: one damaged line must not prevent the others from being read.
 */
export function decodedOverrides(bytes: Uint8Array): string {
  // Without a mark, two ASCII characters at the beginning show the encoding.
  const start = Array.from(bytes.subarray(0, 4), (byte) => (byte === 0 ? "0" : "x")).join("");
  const isLittle = (bytes[0] === 0xff && bytes[1] === 0xfe) || start === "x0x0";
  const isBig = (bytes[0] === 0xfe && bytes[1] === 0xff) || start === "0x0x";
  if (!isLittle && !isBig) return new TextDecoder().decode(bytes);
  // Not every build of the runtime has a decoder for big-endian UTF-16.
  return new TextDecoder("utf-16le").decode(isBig ? swapped(bytes) : bytes);
}

function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => bytes[index % 2 === 0 ? index + 1 : index - 1] ?? byte);
}
