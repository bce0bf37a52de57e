export type Severity = "error" | "warning";

/** One problem in one file, with its place. Data: rendering (text, json, github) happens elsewhere. */
export interface Diagnostic {
  /** Stable, kebab-case, e.g. `unknown-segment`. */
  readonly code: string;
  readonly severity: Severity;
  /** What was found and what was expected, one sentence without a full stop at its end. */
  readonly message: string;
  /** What to do, e.g. `did you mean "staff"?`. */
  readonly hint?: string;
  /** Relative to the folder that holds `flags/`, with forward slashes, e.g. `flags/workshop/workshop_routing.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** How many code units on that line are underlined, at least 1. */
  readonly length: number;
  /** The text of that line, for the code frame. */
  readonly source: string;
}
