import type { Evaluation, EvaluationErrorCode, EvaluationMetadata, Reason } from "./evaluation.ts";
import type { Flag, FlagKey, FlagType, VariantName } from "../flag/flag.ts";
import { isJsonObject, type JsonValue } from "../json.ts";

/** Makes the answers of one flag, all with the same revision. */
export interface Answers {
  /** @throws Error when the flag has no such variant: the flag cannot be evaluated then */
  readonly serving: (variant: VariantName, reason: Reason, extra?: EvaluationMetadata) => Evaluation;
}

/** The part of a flag, or of its definition, that an answer needs. */
export type Served = Pick<Flag, "key" | "variants">;

export function answersOf({ key, variants }: Served, revision: number | undefined): Answers {
  const plain = metadataOf(revision);
  return {
    serving: (variant, reason, extra) => {
      const value = Object.hasOwn(variants, variant) ? variants[variant] : undefined;
      if (value === undefined) throw new Error(`flag "${key}" has no variant "${variant}"`);
      const metadata = extra ? metadataOf(revision, extra) : plain;
      return frozenEvaluation({ flagKey: key, value: frozenCopy(value), variant, reason, metadata });
    },
  };
}

export function metadataOf(revision: number | undefined, extra: EvaluationMetadata = {}): EvaluationMetadata {
  return Object.freeze(revision === undefined ? { ...extra } : { revision, ...extra });
}

/** Returns the same answer with the subject attributes that shares and splits did not find. */
export function withMissing(evaluation: Evaluation, missing: readonly string[]): Evaluation {
  const metadata = Object.freeze({ ...evaluation.metadata, missing: Object.freeze([...missing]) });
  return frozenEvaluation({ ...evaluation, metadata });
}

/** Returns the caller's default, with the error. */
export function failed(
  flagKey: FlagKey,
  defaultValue: JsonValue | undefined,
  errorCode: EvaluationErrorCode,
  errorMessage: string,
  metadata: EvaluationMetadata,
): Evaluation {
  return frozenEvaluation({ flagKey, value: defaultValue ?? null, reason: "ERROR", errorCode, errorMessage, metadata });
}

function frozenEvaluation(evaluation: Evaluation): Evaluation {
  return Object.freeze(evaluation);
}

/** Served values are shared by every caller, so that none may change them under the others. */
function frozenCopy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  if (!isJsonObject(value)) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozenCopy(member)])));
}

/** Returns the type of flag that a value belongs to. Lists and null are values of flags of type object. */
export function flagTypeOf(value: JsonValue): FlagType {
  const type = typeof value;
  return type === "boolean" || type === "string" || type === "number" ? type : "object";
}
