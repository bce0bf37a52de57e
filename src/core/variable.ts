import { own } from "./own.ts";
import { escapesOf } from "./printable.ts";

/** The variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Matches what is not part of a value at its ends: white space, control and invisible characters, and quotes. */
const AROUND = String.raw`[\s\p{Cc}\p{Cf}"'${"`"}“”„‘’‚«»]+`;
const AT_START = new RegExp(`^${AROUND}`, "u");
const AT_END = new RegExp(`${AROUND}$`, "u");

/**
 * Strips white space, quotes and invisible characters around a value: `docker --env-file` keeps quotes, CRLF files leave a
 * `\r`, and copied text may contain a byte order mark.
 */
export function bareValue(text: string): string {
  return text.replace(AT_START, "").replace(AT_END, "");
}

/**
 * Returns the value of a control variable such as `FLAGS_ENV`, stripped by {@link bareValue}. The command line and programs
 * read all of these variables here, so that a value means the same to both. The name is case-insensitive.
 *
 * @returns undefined if the variable is not set; an empty string if it is set to nothing
 */
export function variableIn(environment: Variables, name: string): string | undefined {
  const raw = own(environment, name);
  if (typeof raw === "string") return bareValue(raw);
  const spelled = Object.keys(environment).find((key) => key !== name && key.toUpperCase() === name);
  const other = spelled === undefined ? undefined : own(environment, spelled);
  return typeof other === "string" ? bareValue(other) : undefined;
}

/** Returns a text in quotes for a message. Characters that cannot be seen are written as escapes, e.g. `"a\u200bb"`. */
export function visibleText(text: string): string {
  return JSON.stringify(text).replace(/[^\P{C}\n]|[^\P{Z} ]/gu, escapesOf);
}
