/** What a deviation is about. */
export type DeviationKind =
  | "schema"
  | "role"
  | "membership"
  | "owner"
  | "grant"
  | "function"
  | "trigger"
  | "rule"
  | "policy"
  | "table"
  | "actor";

/** One difference between a database and what flaghoist expects of it. */
export interface Deviation {
  readonly kind: DeviationKind;
  /** The object, e.g. `public.feature_toggles` or `flaghoist_production_sync`. */
  readonly object: string;
  readonly found: string;
  readonly expected: string;
  /** The statement that corrects it, or the command if no statement does. */
  readonly correction: string;
}

/** The result of a check of a database. */
export interface CheckReport {
  readonly label: string;
  readonly deviations: readonly Deviation[];
}

export function deviation(
  kind: DeviationKind,
  object: string,
  found: string,
  expected: string,
  correction: string,
): Deviation {
  return { kind, object, found, expected, correction };
}
