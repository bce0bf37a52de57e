export type Severity = "error" | "warning";

/** One problem in one file, with its place. Plain data: `diagnostic-text.ts` renders it. */
export interface Diagnostic {
  /** Stable, kebab-case, e.g. `unknown-segment`. */
  readonly code: string;
  readonly severity: Severity;
  /** What was found and what is valid, without a full stop at the end. */
  readonly message: string;
  /** What to do, e.g. `did you mean "staff"?`. */
  readonly hint?: string;
  /** Relative to the folder that holds `flags/`, with forward slashes, e.g. `flags/workshop/workshop_routing.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count columns. */
  readonly column: number;
  /** The number of code units to underline on that line, at least 1. */
  readonly length: number;
  /** The text of that line, for the code frame. */
  readonly source: string;
}
