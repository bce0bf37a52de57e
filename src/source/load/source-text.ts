import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { foreignBytes } from "./foreign-format.ts";
import { characterName } from "./look-alikes.ts";
import { problemAt, START } from "./parsed-file.ts";
import type { Span } from "./tree.ts";

/** The maximum size of a file: parsing takes time for every byte, and hand-written files are far smaller. */
export const MAX_FILE_BYTES = 256 * 1024;

const BOM = "\uFEFF";
// Created once, because creating a decoder takes longer than decoding a small file.
const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
/**
 * Matches what a reviewer cannot see: controls (tab and line endings excepted), bidirectional marks, zero-width characters, soft
 * hyphens, fillers, odd line separators, tag characters.
 */
export const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]|\u034F|\r(?!\n)/u;

/** Matches the lines that git writes around both sides of a conflict. No line of YAML with a mapping begins like this. */
const MERGE_MARKER = /^(?:(?:<{7}|>{7}|\|{7})(?= |\r?$)[^\r\n]*|={7}(?=\r?$))/m;

/** The text of a file, and what is wrong with it. `fatal`: the text is not worth parsing. */
export interface SourceText {
  readonly text: string;
  readonly problems: readonly Diagnostic[];
  readonly fatal: boolean;
}

/** Decodes the bytes of a file, and checks the text before it is parsed. */
export function readText(path: string, bytes: Uint8Array): SourceText {
  const foreign = foreignBytes(bytes);
  if (foreign !== undefined) return refused(path, "", START, foreign);
  if (bytes.length > MAX_FILE_BYTES) {
    return refused(path, "", START, {
      code: "too-large",
      message: `the file is larger than ${MAX_FILE_BYTES / 1024} KB`,
      hint: "replace long lists of ids with an attribute of the context",
    });
  }
  if (!isUtf8(bytes)) return notUtf8(path, bytes);
  const text = LENIENT.decode(bytes);
  // Without a byte order mark, plain text in UTF-16 has a zero byte beside each letter.
  if (/^(?:[\t\n\r -~]\0|\0[\t\n\r -~]){2}/.test(text)) return refused(path, "", START, UTF_16);
  if (text.startsWith(BOM)) {
    const rest = readVisible(path, text.slice(1));
    const problem = problemAt({ path, text: text.slice(1) }, START, {
      code: "byte-order-mark",
      message: "the file begins with a byte order mark",
      hint: "save it as UTF-8 without a byte order mark",
    });
    return { ...rest, problems: [problem, ...rest.problems] };
  }
  return readVisible(path, text);
}

function readVisible(path: string, text: string): SourceText {
  const found = INVISIBLE.exec(text);
  if (found !== null) {
    return refused(path, text, spanOf(found), {
      code: "invisible-character",
      message: `${characterName(found[0])} is an invisible character`,
      hint: "remove the character",
    });
  }
  const marker = MERGE_MARKER.exec(text);
  if (marker !== null) {
    return refused(path, text, spanOf(marker), {
      code: "merge-conflict",
      message: `${marker[0].slice(0, 7)} marks a merge conflict that is not resolved`,
      hint: "resolve the conflict, and remove the lines with <<<<<<<, |||||||, ======= and >>>>>>>",
    });
  }
  const directive = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*(%[^\r\n]*)/.exec(text);
  if (directive !== null) {
    const [{ length: end }, line = ""] = directive;
    const span = { start: end - line.length, end };
    return refused(path, text, span, {
      code: "yaml-directive",
      message: `the directive "${line.trim()}" changes how the file is read`,
      hint: "remove the directive; files are YAML 1.2",
    });
  }
  return { text, problems: [], fatal: false };
}

function spanOf({ 0: { length }, index }: RegExpExecArray): Span {
  return { start: index, end: index + length };
}

function refused(path: string, text: string, span: Span, problem: Parameters<typeof problemAt>[2]): SourceText {
  return { text, problems: [problemAt({ path, text }, span, problem)], fatal: true };
}

const UTF_16 = {
  code: "not-utf-8",
  message: "the file is UTF-16; expected UTF-8",
  hint: "save the file as UTF-8",
} as const;

function notUtf8(path: string, bytes: Uint8Array): SourceText {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return refused(path, "", START, UTF_16);
  const start = badByteAt(bytes);
  const before = LENIENT.decode(bytes.subarray(0, start));
  const after = LENIENT.decode(bytes.subarray(start));
  const byte = bytes[start] ?? 0;
  const span = { start: before.length, end: before.length + 1 };
  return refused(path, before + after, span, {
    code: "not-utf-8",
    message: `the byte 0x${byte.toString(16).toUpperCase().padStart(2, "0")} is not valid UTF-8`,
    hint: "save the file as UTF-8",
  });
}

/** Returns the offset at which the first bytes that are not UTF-8 begin. */
function badByteAt(bytes: Uint8Array): number {
  // Decoding replaces bad bytes, so from there on the text encodes to different bytes.
  const replaced = Buffer.from(LENIENT.decode(bytes));
  const different = bytes.findIndex((byte, at) => byte !== replaced[at]);
  // The bytes before may belong to the bad sequence: it begins where the last valid character ends.
  let start = different === -1 ? bytes.length : different;
  while (!isUtf8(bytes.subarray(0, start))) start--;
  return start;
}
