import type { Span } from "./tree.ts";

/** The depth above which the parser becomes slow or runs out of stack. */
const PARSER_DEPTH = 200;

/** Matches many nested collections on one line, such as `- - - x`. */
const COMPACT = new RegExp(`(?:[-?:][ \\t]+){${PARSER_DEPTH}}`);

/** Finds where a text is nested too deep for the parser, without parsing it. Brackets in quotes count too. */
export function deepNesting(text: string): Span | undefined {
  const compact = COMPACT.exec(text);
  if (compact !== null) return { start: compact.index, end: compact.index + 1 };
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) depth++;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
    if (depth > PARSER_DEPTH) return { start: at, end: at + 1 };
  }
  return undefined;
}
