import { compileFlags, type FlagSet } from "../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { FlagDefinitions } from "../core/flag/definitions.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import type { ParsedOverrides } from "../core/override/override.ts";
import type { FlagContext, FlagReader, PinnedFlags } from "./flags-client.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

/** All data that evaluations use at one moment. It is replaced as a whole, by one assignment. */
export interface View {
  readonly set: FlagSet;
  readonly revision: number | null;
  readonly isStale: boolean;
  /** Live flags and flags that only the definitions know, sorted. */
  readonly keys: readonly FlagKey[];
  /** Flags whose row exists but cannot be read, with the problem; no last good row is known for them. */
  readonly unreadable: ReadonlyMap<FlagKey, string>;
}

const EMPTY_CONTEXT: EvaluationContext = Object.freeze({});

/**
 * Compiles a snapshot, the overrides and the generated definitions for evaluation.
 *
 * @param isLate  true if the database has not confirmed the snapshot for too long
 */
export function compileView(
  snapshot: Snapshot | undefined,
  overrides: ParsedOverrides,
  definitions: FlagDefinitions | undefined,
  isLate: boolean,
): View {
  const set = compileFlags({
    flags: snapshot === undefined ? [] : Array.from(snapshot.live.values(), ({ flag }) => flag),
    archived: snapshot?.archived,
    archivedKills: snapshot?.archivedKills.values(),
    revision: snapshot?.head.revision,
    overrides,
    definitions,
  });
  const unreadable = (snapshot?.setAside ?? []).flatMap(({ key, problem, serves }) =>
    key !== null && serves === "nothing" ? [[key, problem] as const] : [],
  );
  return {
    set,
    revision: snapshot?.head.revision ?? null,
    isStale: snapshot !== undefined && isLate,
    keys: [...new Set([...set.keys(), ...Object.keys(definitions ?? {})])].sort(),
    unreadable: new Map(unreadable),
  };
}

/** Returns the evaluation methods, which use the current view at each call. */
export function readerOf(view: () => View): FlagReader {
  function value(key: FlagKey, defaultValue: boolean, context?: FlagContext): boolean;
  function value(key: FlagKey, defaultValue: string, context?: FlagContext): string;
  function value(key: FlagKey, defaultValue: number, context?: FlagContext): number;
  function value(key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue;
  function value(key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue {
    // A value whose type differs from the default's is never returned: the answer is TYPE_MISMATCH with the default.
    return view().set.evaluate(key, context ?? EMPTY_CONTEXT, defaultValue).value;
  }

  return {
    value,
    isEnabled: (key, context) => view().set.isOn(key, context ?? EMPTY_CONTEXT),
    evaluate: (key, defaultValue, context) => evaluateIn(view(), key, defaultValue, context ?? EMPTY_CONTEXT),
    evaluateAll: (context) => {
      const now = view();
      return now.keys.map((key) => evaluateIn(now, key, undefined, context ?? EMPTY_CONTEXT));
    },
  };
}

/** Returns evaluation methods that always use this view. */
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

/** Distinguishes three reasons why a flag is unknown: its row cannot be read, there is no data yet, or the flag does not exist. */
function notFound(view: View, evaluation: Evaluation): Evaluation {
  const problem = view.unreadable.get(evaluation.flagKey);
  if (problem !== undefined) {
    const errorMessage = `the row of "${evaluation.flagKey}" cannot be read: ${problem}`;
    return Object.freeze({ ...evaluation, errorCode: "PARSE_ERROR", errorMessage });
  }
  if (view.revision !== null) return evaluation;
  return Object.freeze({ ...evaluation, errorCode: "PROVIDER_NOT_READY", errorMessage: "there is no flag data yet" });
}
