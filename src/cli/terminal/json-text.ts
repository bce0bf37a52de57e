import { printableLines } from "../../core/printable.ts";

/** Returns data as JSON that can be printed anywhere: characters that are not printable, and workflow commands, are escaped inside its strings. */
export function jsonText(data: unknown): string {
  return printableLines(JSON.stringify(data, null, 2)).replaceAll("##[", String.raw`##\u005b`);
}
