import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { FileEdit } from "../../source/edit/edit-result.ts";
import type { Meaning } from "../../source/edit/meanings.ts";
import { splitExample } from "../terminal/examples.ts";
import type { Style } from "../terminal/io.ts";
import { lineDiff } from "../terminal/line-diff.ts";
import { meaningsText } from "./meanings-text.ts";
import { noteText } from "../terminal/note-text.ts";

/** What an edit did, for people and for `--format json`. */
export interface EditView {
  readonly key: string;
  readonly isWritten: boolean;
  readonly edits: readonly FileEdit[];
  /** What it means, environment by environment; those in which nothing changes are left out. */
  readonly meanings: readonly Meaning[];
  /** Environments whose acknowledgement stood for another end state, and went. */
  readonly voided: readonly string[];
  /** What has to be acknowledged before this is synced. */
  readonly needs: readonly EditNeed[];
  /** Tests that fail now. */
  readonly failures: readonly Diagnostic[];
  /** Anything else worth knowing, one line each. */
  readonly notes: readonly string[];
  /** What to do next, one command a line. */
  readonly next: readonly string[];
}

export interface EditNeed {
  readonly environment: string;
  readonly text: string;
  readonly id: string;
}

export function editText(view: EditView, style: Style, columns = Infinity): string {
  const { edits, isWritten, key } = view;
  if (edits.length === 0)
    return [`Nothing to do: the file of ${key} says so already.`, ...noteLines(view, style, columns)].join("\n");
  const blocks = [
    edits.map((edit) => fileText(edit, isWritten, style)).join("\n\n"),
    meaningsText(view.meanings),
    [...noteLines(view, style, columns)].join("\n"),
    nextText(view, columns),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function fileText({ from, to, before, after }: FileEdit, isWritten: boolean, style: Style): string {
  const diff = from === null ? [] : lineDiff(before, after);
  const place = diff.find(({ sign }) => sign === "+") ?? diff[0];
  const name = from === null || from === to ? to : `${from} → ${to}`;
  const at = place === undefined ? name : `${name}:${place.line}`;
  const head = isWritten ? `${style("green", "✓")} ${at}` : `${at}  would be written so`;
  const width = Math.max(0, ...diff.map(({ line }) => String(line).length));
  const lines = diff.map(({ sign, line, text }) => {
    const written = `${String(line).padStart(width)} ${sign} ${text}`;
    return `  ${style(sign === "-" ? "red" : "green", written)}`;
  });
  return [from === null && isWritten ? `${head}  written` : head, ...lines].join("\n");
}

function* noteLines(
  { voided, needs, failures, notes, edits }: EditView,
  style: Style,
  columns: number,
): Iterable<string> {
  const told = (note: string) => noteText(note, style, columns);
  for (const name of voided) yield told(`the acknowledgement for ${name} stood for another end state and is gone`);
  for (const { environment, text, id } of needs) {
    yield told(
      `${environment} needs an acknowledgement: ${text}. If it is meant, add to ${edits[0]?.to ?? "the file"}:`,
    );
    yield `    acknowledge: { ${environment}: "${id}", reason: "…" }`;
  }
  for (const { file, line, message } of failures) yield told(`${file}:${line}  ${message}`);
  for (const note of notes) yield told(note);
}

/** What a command is for stands beside it, or below it where that is too wide. */
function nextText({ next }: EditView, columns: number): string {
  const lines = next.flatMap((line) => {
    const { command, note } = splitExample(line);
    return line.length + 2 <= columns || note === "" ? [`  ${line}`] : [`  ${command}`, `      ${note}`];
  });
  return next.length === 0 ? "" : ["Next:", ...lines].join("\n");
}
