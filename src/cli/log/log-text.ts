import { stripVTControlCharacters } from "node:util";
import type { Log, LogEntry } from "../../log/read-log.ts";
import type { Style } from "../terminal/io.ts";
import { shortCommit } from "../plan/plan-text.ts";
import { padded, widthOf, wrapped } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable-line.ts";

/** A log, and how to render it. */
export interface LogView {
  readonly log: Log;
  /** Whether each line names its flag. */
  readonly namesKeys: boolean;
  readonly style: Style;
  /** The width of the terminal; undefined when lines may have any length. */
  readonly columns?: number | undefined;
}

/** Renders the log, newest first: when, who, pull request, flag, meaning, commit, source, where it is live. Times are UTC. */
export function logText({ log, namesKeys, style, columns = Infinity }: LogView): string {
  if (log.entries.length === 0) return "no changes yet";
  const rows = log.entries.map((entry) => rowOf(entry, namesKeys));
  const width = (cell: (row: Row) => string, most = Infinity) =>
    Math.max(0, ...rows.map((row) => cell(row).length).filter((length) => length <= most));
  const widths = {
    by: width(({ by }) => by, 32),
    pull: width(({ pull }) => pull),
    keys: width(({ keys }) => keys, 40),
  };
  // A longer line moves only its own commit to the right.
  const place = width(({ lines: [first = ""] }) => first, 72);
  const table = rows.map((row) => {
    const head = [row.at, padded(row.by, widths.by), padded(row.pull, widths.pull)];
    const start = [...head, ...(namesKeys ? [padded(row.keys, widths.keys)] : [])].join("  ");
    const [first = "", ...others] = row.lines;
    const tail = [style("dim", row.commit), row.source, row.live].filter((cell) => cell !== "").join("  ");
    const indent = " ".repeat(start.length + 2);
    return [
      `${start}  ${padded(first, place)}   ${tail}`.trimEnd(),
      ...others.map((line) => indent + printableLine(line)),
    ].join("\n");
  });
  const isTable = table.every((text) => text.split("\n").every((line) => widthOf(line) <= columns));
  const text = isTable ? table : rows.map((row) => narrowText(row, columns, style));
  return [...text, ...(log.isCut ? [style("dim", "older entries were left out; --limit 0 shows all")] : [])].join("\n");
}

/** Renders an entry for narrow terminals: the facts on one line and the changes below it. */
function narrowText({ at, by, pull, keys, lines, commit, source, live }: Row, columns: number, style: Style): string {
  const facts = [at.trimEnd(), by, pull, style("dim", commit.trim()), source, live];
  const head = facts.filter((fact) => stripVTControlCharacters(fact) !== "–" && fact !== "").join("  ");
  const changes = lines.flatMap((line) => wrapped(keys === "" ? line : `${keys}: ${line}`, columns - 4).join("\n    "));
  return [wrapped(head, columns - 4).join("\n    "), ...changes.map((line) => `  ${line}`)].join("\n");
}

interface Row {
  readonly at: string;
  readonly by: string;
  readonly pull: string;
  readonly keys: string;
  readonly lines: readonly string[];
  readonly commit: string;
  readonly source: string;
  readonly live: string;
}

const NO_TIME = "not committed   ";

function rowOf(entry: LogEntry, namesKeys: boolean): Row {
  const { source, at, by, pullRequest, commit, keys, revisions } = entry;
  return {
    at: at === null ? NO_TIME : new Date(at).toISOString().slice(0, 16).replace("T", " "),
    by: by ?? "–",
    pull: pullRequest === null ? "–" : `#${pullRequest}`,
    keys: namesKeys ? keysText(keys) : "",
    lines: linesOf(entry),
    commit: commit === null ? "–      " : shortCommit(commit),
    source: source === "work tree" ? "" : source,
    live: liveText(source, revisions),
  };
}

function keysText(keys: readonly string[]): string {
  const [first = "–", second] = keys;
  if (second === undefined) return first;
  return keys.length === 2 ? `${first}, ${second}` : `${first} and ${keys.length - 1} more`;
}

/**
 * Returns a line for each change, e.g. `production: 10 % → 50 % of everyone`. The environment is left out when the
 * change affects all of them; a manual change shows its note.
 */
function linesOf({ meanings, source, subject }: LogEntry): readonly string[] {
  const note = source === "table" && subject !== null && subject !== "" ? ` (${subject})` : "";
  return meanings.map(({ environments, text }) => {
    return `${environments.length === 0 ? "" : `${environments.join(", ")}: `}${text}${note}`;
  });
}

function liveText(source: LogEntry["source"], revisions: LogEntry["revisions"]): string {
  const places = revisions.map(({ environment, revision }) => `${environment} revision ${revision}`);
  if (places.length === 0) return "";
  return source === "git" ? `live at ${places.join(", ")}` : places.join(", ");
}
