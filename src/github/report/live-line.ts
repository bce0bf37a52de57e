import { editorText, manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { groupOf, type ManualChange } from "../../core/plan/manual-change.ts";
import { code, prose } from "./escape.ts";
import { bytesOf } from "./shorten.ts";
import { COMMENT_LIMIT } from "./markdown.ts";
import { firstOf } from "./words.ts";

/** The first line of the comment, which identifies it. A comment in a different format needs a different number. */
export const COMMENT_MARKER = "<!-- flaghoist:report:1 -->";

/** The facts about a merged change that has reached the table of an environment. */
export interface Live {
  readonly environment: string;
  readonly revision: number;
  /** The commit that was synced. */
  readonly commit: string;
  /** The time from the merge to the sync. */
  readonly seconds: number;
  /** Manual changes that keep a part of it from taking effect. */
  readonly manualChanges: readonly ManualChange[];
}

const START = "<!-- flaghoist:live -->";
const HEADLINE = "### ";
const MARK_START = "<!-- flaghoist:live:";
const END = "<!-- /flaghoist:live -->";

/** The maximum number of manual changes that are listed in a line. Further ones are counted. */
const MAX_MANUAL_CHANGES = 4;

function liveLine({ environment, revision, commit, seconds, manualChanges }: Live): string {
  const after = `${durationText(seconds)} after the merge`;
  const what = `Live in **${prose(environment)}** at revision ${revision}, ${after} (${code(commit.slice(0, 7))})`;
  return `- ${what}${manualChangesText(manualChanges)} ${markOf(environment)}`;
}

function manualChangesText(changes: readonly ManualChange[]): string {
  if (changes.length === 0) return "";
  const texts = changes.map((change) => {
    const by = change.by === undefined ? "" : ` (${editorText(change.by)})`;
    const text = prose(`${manualChangeText(change)}${by}`);
    return `${code(change.key)} stays ${groupOf(change) === "enabled" ? text : `as it is: ${text}`}`;
  });
  return `, but ${firstOf(texts, MAX_MANUAL_CHANGES, (rest) => `${rest} more`).join("; ")}`;
}

/** Returns the end of an environment's line, which identifies the line. */
function markOf(environment: string): string {
  const name = environment.replace(/\W/gu, (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16)}.`);
  return `${MARK_START}${name} -->`;
}

/**
 * Writes into a comment, below its headline, that the change is live. The line of the same environment is replaced, and others
 * stay. To stay within `limit` bytes, the folded blocks are left out, from the end; then everything but the marker, the headline
 * and these lines; then the oldest of them.
 */
export function withLive(body: string, live: Live, limit = COMMENT_LIMIT): string {
  const { before, lines, after } = parted(body.replaceAll("\r\n", "\n"));
  const index = lines.findIndex((line) => line.endsWith(markOf(live.environment)));
  const all = index < 0 ? [...lines, liveLine(live)] : lines.with(index, liveLine(live));
  const text = (head: string, shown: readonly string[], rest: string) =>
    [head, [START, ...shown, END].join("\n"), rest].filter((each) => each !== "").join("\n\n");
  for (let rest = after; ; rest = withoutLastDetails(rest)) {
    const whole = text(before, all, rest);
    if (bytesOf(whole) <= limit) return whole;
    if (rest === "") break;
  }
  const head = before.split("\n").filter(isOurs).join("\n");
  return text(head, latest(all, limit - bytesOf(text(head, [], ""))), "");
}

/** Returns whether the comment says that the commit is live in the environment. */
export function saysLive(body: string, { environment, commit }: Pick<Live, "environment" | "commit">): boolean {
  const { lines } = parted(body.replaceAll("\r\n", "\n"));
  return lines.some((line) => line.endsWith(markOf(environment)) && line.includes(`(${code(commit.slice(0, 7))})`));
}

/** Returns the last lines that fit into `room` bytes. */
function latest(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const first = lines.findLastIndex((line) => {
    left -= bytesOf(line) + 1;
    return left < 0;
  });
  return lines.slice(first + 1);
}

function isOurs(line: string): boolean {
  return line === COMMENT_MARKER || line.startsWith(HEADLINE);
}

/** Returns the lines between the markers, and the text around them. A marker fills a line. */
function parted(body: string): { readonly before: string; readonly lines: readonly string[]; readonly after: string } {
  const all = body.split("\n");
  const [start, end] = [all.indexOf(START), all.indexOf(END)];
  const text = (lines: readonly string[]) => lines.join("\n").trim();
  if (start >= 0 && end > start) {
    const lines = all.slice(start + 1, end).filter((line) => line.trim() !== "");
    return { before: text(all.slice(0, start)), lines, after: text(all.slice(end + 1)) };
  }
  const headline = all.findIndex((line) => line.startsWith(HEADLINE));
  const at = headline < 0 ? all.length : headline + 1;
  return { before: text(all.slice(0, at)), lines: [], after: text(all.slice(at)) };
}

function withoutLastDetails(text: string): string {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("<details"));
  return at < 0 ? "" : lines.slice(0, at).join("\n").trim();
}

/** Returns a duration, e.g. `14 s`, `3 min` or `2 h 5 min`. */
function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
