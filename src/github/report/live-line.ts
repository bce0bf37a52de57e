import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { groupOf, type ManualChange } from "../../core/plan/manual-change.ts";
import { code, prose } from "./escape.ts";
import { bytesOf } from "./shorten.ts";
import { COMMENT_LIMIT } from "./markdown.ts";

/** By which the comment is found again, together with who wrote it. Another form of comment gets another number. */
export const COMMENT_MARKER = "<!-- flaghoist:report:1 -->";

/** A merged change has reached an environment's table. */
export interface Live {
  readonly environment: string;
  readonly revision: number;
  /** The commit that was synced. */
  readonly commit: string;
  /** From the merge to the commit of the sync; null where nobody knows when it was merged. */
  readonly seconds: number | null;
  /** Manual changes that keep part of it from taking effect; none unless given. */
  readonly manualChanges?: readonly ManualChange[];
}

const START = "<!-- flaghoist:live -->";
const HEADLINE = "### ";
const MARK_START = "<!-- flaghoist:live:";
const END = "<!-- /flaghoist:live -->";

/** What `withLive` writes: one line an environment. */
export function liveMarkdown(lives: readonly Live[]): string {
  return lives.map(liveLine).join("\n");
}

/** More than these are counted: it is one line. */
const MAX_MANUAL_CHANGES = 4;

function liveLine({ environment, revision, commit, seconds, manualChanges = [] }: Live): string {
  const after = seconds === null ? "" : `, ${durationText(seconds)} after the merge`;
  const what = `Live in **${prose(environment)}** at revision ${revision}${after} (${code(commit.slice(0, 7))})`;
  return `- ${what}${manualChangesText(manualChanges)} ${markOf(environment)}`;
}

function manualChangesText(changes: readonly ManualChange[]): string {
  if (changes.length === 0) return "";
  const shown = changes.slice(0, MAX_MANUAL_CHANGES).map((change) => {
    const text = prose(manualChangeText(change));
    return `${code(change.key)} stays ${groupOf(change) === "enabled" ? text : `as it is: ${text}`}`;
  });
  const more = changes.length - shown.length;
  return `, but ${[...shown, ...(more === 0 ? [] : [`${more} more`])].join("; ")}`;
}

/** Ends a line, so that it is found again whatever its words are. */
function markOf(environment: string): string {
  const name = environment.replace(/\W/gu, (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16)}.`);
  return `${MARK_START}${name} -->`;
}

/**
 * The comment with what became of its change: a line of the same environment is replaced, the others stay. Below the headline,
 * where it is the answer. To stay within `limit` bytes, what folds up goes first, from the end; then everything but the
 * marker, the headline and these lines; then the oldest of them.
 */
export function withLive(body: string, lives: readonly Live[], limit = COMMENT_LIMIT): string {
  const { before, lines, after } = parted(body.replaceAll("\r\n", "\n"));
  const all = merged(lines, lives);
  if (all.length === 0) return body;
  const text = (head: string, told: readonly string[], rest: string) =>
    [head, [START, ...told, END].join("\n"), rest].filter((each) => each !== "").join("\n\n");
  for (let rest = after; ; rest = withoutLastDetails(rest)) {
    const whole = text(before, all, rest);
    if (bytesOf(whole) <= limit) return whole;
    if (rest === "") break;
  }
  const head = before.split("\n").filter(isOurs).join("\n");
  return text(head, latest(all, limit - bytesOf(text(head, [], ""))), "");
}

/** Whether the comment says of that commit already that it is live there. */
export function saysLive(body: string, { environment, commit }: Pick<Live, "environment" | "commit">): boolean {
  const { lines } = parted(body.replaceAll("\r\n", "\n"));
  return lines.some((line) => line.endsWith(markOf(environment)) && line.includes(`(${code(commit.slice(0, 7))})`));
}

/** As many lines from the end as there is room for. */
function latest(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const first = lines.findLastIndex((line) => {
    left -= bytesOf(line) + 1;
    return left < 0;
  });
  return lines.slice(first + 1);
}

function merged(lines: readonly string[], lives: readonly Live[]): readonly string[] {
  const news = new Map(lives.map((live) => [markOf(live.environment), liveLine(live)]));
  const kept = lines.map((line) => {
    const mark = line.slice(line.lastIndexOf(MARK_START));
    const fresh = news.get(mark);
    news.delete(mark);
    return fresh ?? line;
  });
  return [...kept, ...news.values()];
}

function isOurs(line: string): boolean {
  return line === COMMENT_MARKER || line.startsWith(HEADLINE);
}

/** The lines between the markers, and what stands around them; only markers that have a line for themselves are ours. */
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

/** `14 s`, `3 min`, `2 h 5 min`. */
function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
