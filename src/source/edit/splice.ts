import type { Span } from "../load/tree.ts";

/** A replacement for the text in a span; an empty span inserts. */
export interface Splice extends Span {
  readonly text: string;
}

/** Applies splices, which must not overlap. Two at the same offset keep their order. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let done = "";
  let at = 0;
  for (const { start, end, text: replacement } of splices.toSorted((a, b) => a.start - b.start)) {
    done += text.slice(at, start) + replacement;
    at = end;
  }
  return done + text.slice(at);
}

/** Returns a splice that inserts text at an offset. */
export function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** Returns the offset at which the line around `at` begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Returns the offset after the last character of the line around `at`, before its line ending. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  if (newline === -1) return text.length;
  return newline > 0 && text[newline - 1] === "\r" && newline > at ? newline - 1 : newline;
}

/** Returns the offset at which the next line begins; the end of the text when there is none. */
export function nextLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** Returns the line ending that the text uses; `\n` when it has only one line. */
export function newlineOf(text: string): "\n" | "\r\n" {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Returns whether there is only white space before `at` on its line. */
export function isFirstOnLine(text: string, at: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, at), at));
}
