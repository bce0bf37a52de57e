import type { FlagKey } from "../../core/flag/flag.ts";
import { clipped, code, prose } from "./escape.ts";
import { andText } from "../../core/text.ts";
import type { ChangeReport, EnvironmentReport } from "../../impact/report.ts";

// Longer than what files allow: names come from tables too, and one of them must not use up the room of all.
const LONGEST_NAME = 100;
const LONGEST_TEXT = 240;
const LONGEST_SENTENCE = 800;

export function keyText(key: FlagKey): string {
  return code(clipped(key, LONGEST_NAME));
}

/** The name of an environment, a segment, a variant or a line. */
export function nameText(name: string): string {
  return prose(clipped(name, LONGEST_NAME));
}

/** A path, a reference, a file's name. */
export function pathText(path: string): string {
  return code(clipped(path, LONGEST_TEXT));
}

/** What stands in one line of a list or a cell. */
export function lineText(text: string): string {
  return prose(clipped(text, LONGEST_TEXT));
}

/** A flag in plain English. */
export function sentenceText(text: string): string {
  return prose(clipped(text, LONGEST_SENTENCE));
}

/** Our own words around figures, whose units and signs stay on one line with them. */
export function figureText(text: string): string {
  return text.replace(/(?<=\d) (?=%)|(?<=±) /g, "\u00A0");
}

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`; of texts that are markdown already. */
export function joined(texts: readonly string[]): string {
  return andText(texts, 6);
}

/** `- …and 214 more`, or nothing. */
export function moreText(more: number, start = "- "): readonly string[] {
  return more === 0 ? [] : [`${start}… and ${more} more`];
}

/** The environments in which something is to be told, the one that most people live in first. */
export function toldEnvironments(report: ChangeReport): readonly EnvironmentReport[] {
  return report.environments
    .filter(({ flags, problems, needs }) => flags.length + problems.length + needs.length > 0)
    .toReversed();
}

/** Where mistakes cost most: the protected environments, or the last one where none is. */
export function gravest(report: ChangeReport): readonly EnvironmentReport[] {
  const guarded = report.environments.filter(({ isProtected }) => isProtected).toReversed();
  return guarded.length > 0 ? guarded : report.environments.slice(-1);
}
