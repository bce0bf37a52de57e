import type { FlagSet } from "../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import type { FlagContext, FlagReader, PinnedFlags } from "./flags-client.ts";

/** Everything that answers at one moment. Replaced as a whole, by one assignment. */
export interface View {
  readonly set: FlagSet;
  readonly revision: number | null;
  readonly isStale: boolean;
  /** Live flags and those that only the definitions know, sorted. */
  readonly keys: readonly FlagKey[];
  /** Flags whose row is there but cannot be understood, and of which no good one is known. */
  readonly unreadable: ReadonlyMap<FlagKey, string>;
}

const NOBODY: EvaluationContext = Object.freeze({});

/** The methods that answer, from whatever view is the present one. */
export function readerOf(view: () => View): FlagReader {
  function value(key: FlagKey, defaultValue: boolean, context?: FlagContext): boolean;
  function value(key: FlagKey, defaultValue: string, context?: FlagContext): string;
  function value(key: FlagKey, defaultValue: number, context?: FlagContext): number;
  function value(key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue;
  function value(key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue {
    // Another type than the default's never comes out: that is a TYPE_MISMATCH, with the default.
    return view().set.evaluate(key, context ?? NOBODY, defaultValue).value;
  }

  return {
    value,
    isEnabled: (key, context) => view().set.isOn(key, context ?? NOBODY),
    evaluate: (key, defaultValue, context) => evaluateIn(view(), key, defaultValue, context ?? NOBODY),
    evaluateAll: (context) => {
      const now = view();
      return now.keys.map((key) => evaluateIn(now, key, undefined, context ?? NOBODY));
    },
  };
}

/** The same, of this view for ever. */
export function pinned(view: View): PinnedFlags {
  return { ...readerOf(() => view), revision: view.revision };
}

function evaluateIn(
  view: View,
  key: FlagKey,
  defaultValue: JsonValue | undefined,
  context: EvaluationContext,
): Evaluation {
  const evaluation = view.set.evaluate(key, context, defaultValue);
  if (evaluation.errorCode === "FLAG_NOT_FOUND") return notFound(view, evaluation);
  if (!view.isStale) return evaluation;
  return Object.freeze({ ...evaluation, metadata: Object.freeze({ ...evaluation.metadata, stale: true }) });
}

/** Three reasons not to know a flag, told apart: there is no data yet, its row is broken, there is no such flag. */
function notFound(view: View, evaluation: Evaluation): Evaluation {
  const problem = view.unreadable.get(evaluation.flagKey);
  if (problem !== undefined) {
    const errorMessage = `the row of "${evaluation.flagKey}" cannot be understood: ${problem}`;
    return Object.freeze({ ...evaluation, errorCode: "PARSE_ERROR", errorMessage });
  }
  if (view.revision !== null) return evaluation;
  return Object.freeze({ ...evaluation, errorCode: "PROVIDER_NOT_READY", errorMessage: "there is no flag data yet" });
}
