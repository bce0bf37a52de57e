import type { EvaluationContext } from "../evaluation.ts";

/** People whom two versions of a flag are asked about. */
export interface Population {
  readonly contexts: readonly EvaluationContext[];
  readonly note: PopulationNote;
}

/** How the people were come by, for whoever reads a share of them. */
export interface PopulationNote {
  readonly source: "generated" | "file";
  readonly size: number;
  /** The same seed, declarations and flags give the same people; null for a file. */
  readonly seed: number | null;
  /** The file of contexts. */
  readonly file: string | null;
  /** Attributes that conditions ask for and of which no values are declared: how common theirs are is a guess. */
  readonly guessed: readonly string[];
}
