import type { Span } from "../load/tree.ts";

/** Text that takes the place of what stood in a span; a span of no length inserts. */
export interface Splice extends Span {
  readonly text: string;
}

/** Applies splices that do not overlap; of two at one place the first stays first. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let done = "";
  let at = 0;
  for (const { start, end, text: replacement } of splices.toSorted((a, b) => a.start - b.start)) {
    done += text.slice(at, start) + replacement;
    at = end;
  }
  return done + text.slice(at);
}

export function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}

/** The offset at which the line around `at` begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** The offset behind the last character of the line around `at`, before its line end. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  if (newline === -1) return text.length;
  return newline > 0 && text[newline - 1] === "\r" && newline > at ? newline - 1 : newline;
}

/** The offset at which the line after the one around `at` begins; the text's end when there is none. */
export function nextLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** How lines end in this text; a text of one line ends none. */
export function newlineOf(text: string): "\n" | "\r\n" {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Whether only white space stands before `at` on its line. */
export function isFirstOnLine(text: string, at: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, at), at));
}
