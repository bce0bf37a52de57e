import type { FlagKey } from "../../core/flag/flag.ts";
import { clipped, code, prose } from "./escape.ts";
import { andText } from "../../core/text.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";

// Files allow less. The limits are for names from tables, so that a single one cannot use up the whole document.
const MAX_NAME = 100;
const MAX_LINE = 240;

/** Returns the key of a flag as Markdown. */
export function keyText(key: FlagKey): string {
  return code(clipped(key, MAX_NAME));
}

/** Returns the name of an environment, a segment, a variant or a rule as Markdown. */
export function nameText(name: string): string {
  return prose(clipped(name, MAX_NAME));
}

/** Returns a path or a git reference as Markdown. */
export function pathText(path: string): string {
  return code(clipped(path, MAX_LINE));
}

/** Returns a text for one line of a list or one cell of a table as Markdown. */
export function lineText(text: string, max = MAX_LINE): string {
  return prose(clipped(text, max));
}

/** Keeps figures on one line with their units and signs. The text must contain no data. */
export function figureText(text: string): string {
  return text.replace(/(?<=\d) (?=%)|(?<=±) /g, "\u00A0");
}

/** Joins texts that are Markdown already: `a, b and c`, `a, b, c, d, e and 4 more`. */
export function joined(texts: readonly string[]): string {
  return andText(texts, 6);
}

/** Returns the first `max` texts; when there are more, a last one counts them. */
export function firstOf(
  texts: readonly string[],
  max: number,
  restText: (rest: number) => string = (rest) => `… and ${rest} more`,
): readonly string[] {
  const rest = texts.length - max;
  return rest > 0 ? [...texts.slice(0, max), restText(rest)] : texts;
}

/** Returns a Markdown list of the first `max` items; when there are more, a last item counts them. */
export function listText(items: readonly string[], max: number = items.length): string {
  return firstOf(items, max)
    .map((item) => `- ${item}`)
    .join("\n");
}

/** Returns a Markdown table. @param rows  each begins and ends with a bar */
export function tableText(columns: readonly string[], rows: readonly string[]): string {
  return [`| ${columns.join(" | ")} |`, `|${"---|".repeat(columns.length)}`, ...rows].join("\n");
}

/** Returns a block that opens when it is clicked. The summary must contain no data; the body is Markdown. */
export function detailsText(summary: string, body: string, isOpen = false): string {
  return `<details${isOpen ? " open" : ""}><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** Returns a highlighted block. */
export function alertText(kind: "CAUTION" | "IMPORTANT", body: string): string {
  return `[!${kind}]\n${body}`.replace(/^/gm, "> ").replace(/ +$/gm, "");
}

/** Returns the environments in which something changes, the last one in the order of promotion first. */
export function changedEnvironments({ environments }: ChangeReport): readonly EnvironmentReport[] {
  return environments
    .filter(({ flags, problems, needs }) => flags.length + problems.length + needs.length > 0)
    .toReversed();
}

/** Returns the environments in which a mistake costs most: the protected ones, or the last one when none is protected. */
export function gravest({ environments }: ChangeReport): readonly EnvironmentReport[] {
  const guarded = environments.filter(({ isProtected }) => isProtected).toReversed();
  return guarded.length > 0 ? guarded : environments.slice(-1);
}

/** A text about a flag, and the environments in which it is the same. All of it is Markdown. */
interface SharedText {
  readonly key: string;
  readonly text: string;
  readonly where: readonly string[];
}

/** Returns the texts about each flag. Environments in which a flag has the same text share it. */
export function sharedTexts(
  report: ChangeReport,
  textsOf: (flag: FlagReport) => readonly string[],
): readonly SharedText[] {
  const found = new Map<string, SharedText>();
  for (const { environment, flags } of changedEnvironments(report)) {
    for (const flag of flags) {
      const key = keyText(flag.key);
      for (const text of textsOf(flag)) {
        const id = `${key}\n${text}`;
        const where = found.get(id)?.where ?? [];
        found.set(id, { key, text, where: [...where, nameText(environment)] });
      }
    }
  }
  return [...found.values()];
}
