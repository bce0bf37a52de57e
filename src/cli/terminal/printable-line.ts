import { printable, printableLines } from "../../core/printable.ts";

// oxlint-disable-next-line no-control-regex -- the sequences that `Style` writes begin with the escape character
const COLOURS = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/** Returns a coloured text with its line breaks and colours, and everything else that is not printable as visible escapes. */
export function printableColours(text: string): string {
  return outsideColours(text, printableLines);
}

/** Returns a coloured text as one line: line breaks in it come from data and become visible escapes, like everything that is not printable. */
export function printableLine(text: string): string {
  return outsideColours(text, printable);
}

function outsideColours(text: string, convert: (part: string) => string): string {
  return text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : convert(part)))
    .join("");
}
