import type { Diagnostic, Severity } from "../../core/diagnostic/diagnostic.ts";
import type { DiagnosticCode } from "../check/codes.ts";
import { keySpan, type Path, type Span, type Tree, valueSpan } from "./tree.ts";

export type FileKind = "flag" | "segment" | "config";

/** One parsed file: its text, its tree, and all problems with its YAML. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  /** Undefined if the file cannot be used at all; `problems` says why. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Diagnostic[];
  /** The places of those problems: no further problems are reported there. */
  readonly spans: readonly Span[];
  /** Characters that look like others. The file can be read although it has such problems. */
  readonly characters: readonly Diagnostic[];
}

/** A problem without its place. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Severity;
}

/** Reports a problem at a place. */
export function problemAt(file: Pick<ParsedFile, "path" | "text">, span: Span, problem: Problem): Diagnostic {
  const { code, message, hint, severity = "error" } = problem;
  return { code, severity, message, ...(hint !== undefined && { hint }), file: file.path, ...placeOf(file, span) };
}

/** Reports a problem at the value at `path`. */
export function problemAtValue(file: ParsedFile, path: Path, problem: Problem): Diagnostic {
  return problemAt(file, file.tree === undefined ? START : valueSpan(file.tree, path), problem);
}

/** Reports a problem at the key that leads to `path`. */
export function problemAtKey(file: ParsedFile, path: Path, problem: Problem): Diagnostic {
  return problemAt(file, file.tree === undefined ? START : keySpan(file.tree, path), problem);
}

/**
 * Returns the warning about something that the budget of the run leaves unchecked.
 *
 * @param what  e.g. `rule "beta"`
 */
export function notChecked(what: string): Problem {
  return {
    code: "not-checked",
    severity: "warning",
    message: `${what} is not checked for contradictions and unreachable rules: too large`,
    hint: "use fewer rules, or fewer nested segments",
  };
}

/** The beginning of a file, for problems without a better place. */
export const START: Span = { start: 0, end: 0 };

/** The maximum number of problems reported for one file, so that a file full of errors does not take too long. */
export const MAX_PROBLEMS = 100;

const knownLineStarts = new WeakMap<object, readonly number[]>();

/** Returns the offset of each line. Finds them once for each file, and only for files with problems. */
function lineStartsOf(file: Pick<ParsedFile, "text">): readonly number[] {
  const known = knownLineStarts.get(file);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = file.text.indexOf("\n"); at !== -1; at = file.text.indexOf("\n", at + 1)) starts.push(at + 1);
  knownLineStarts.set(file, starts);
  return starts;
}

function placeOf(file: Pick<ParsedFile, "text">, { start, end }: Span) {
  const { text } = file;
  const lineStarts = lineStartsOf(file);
  let line = 1;
  for (let step = lineStarts.length; step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2)) {
    while ((lineStarts[line - 1 + step] ?? Infinity) <= start) line += step;
  }
  const lineStart = lineStarts[line - 1] ?? 0;
  const newline = text.indexOf("\n", lineStart);
  const source = text.slice(lineStart, newline === -1 ? text.length : newline).replace(/\r$/, "");
  const column = start - lineStart;
  return { line, column: column + 1, length: Math.max(1, Math.min(end, lineStart + source.length) - start), source };
}

/** Compares diagnostics by file, line and column. */
export function inFileOrder(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : Number(a.code > b.code));
}
