import type { Evaluation, EvaluationErrorCode, EvaluationMetadata, Reason } from "./evaluation.ts";
import type { Flag, FlagKey, FlagType, VariantName } from "../flag/flag.ts";
import { isJsonObject, type JsonValue } from "../json.ts";
import { own } from "../own.ts";

/**
 * Returns one answer of a flag.
 *
 * @throws Error when the flag has no such variant; such a flag cannot be evaluated
 */
export type Answer = (variant: VariantName, reason: Reason, extra?: EvaluationMetadata) => Evaluation;

/** Returns the function that creates the answers of one flag, or of its definition, all with the same revision. */
export function answersOf({ key, variants }: Pick<Flag, "key" | "variants">, revision: number | undefined): Answer {
  const plain = metadataOf(revision);
  return (variant, reason, extra) => {
    const value = own(variants, variant);
    if (value === undefined) throw new Error(`flag "${key}" has no variant "${variant}"`);
    const metadata = extra ? metadataOf(revision, extra) : plain;
    return Object.freeze({ flagKey: key, value: frozenCopy(value), variant, reason, metadata });
  };
}

/** Returns the frozen metadata of an answer; without a revision if the flags were not read from a table. */
export function metadataOf(revision: number | undefined, extra: EvaluationMetadata = {}): EvaluationMetadata {
  return Object.freeze(revision === undefined ? { ...extra } : { revision, ...extra });
}

/** Returns an answer with the subject attributes that shares and splits needed but did not find. */
export function withMissing(evaluation: Evaluation, missing: readonly string[]): Evaluation {
  const metadata = Object.freeze({ ...evaluation.metadata, missing: Object.freeze([...missing]) });
  return Object.freeze({ ...evaluation, metadata });
}

/** Returns the caller's default with an error code. */
export function failed(
  flagKey: FlagKey,
  defaultValue: JsonValue | undefined,
  errorCode: EvaluationErrorCode,
  errorMessage: string,
  metadata: EvaluationMetadata,
): Evaluation {
  return Object.freeze({ flagKey, value: defaultValue ?? null, reason: "ERROR", errorCode, errorMessage, metadata });
}

/** Returns the answer for a caller's default whose type differs from the flag's. */
export function mismatch(
  key: FlagKey,
  type: FlagType,
  defaultValue: JsonValue,
  metadata: EvaluationMetadata,
): Evaluation {
  const asked =
    defaultValue === null ? "null" : Array.isArray(defaultValue) ? "a list" : `of type ${typeof defaultValue}`;
  const message = `flag "${key}" is of type ${type}, but the caller's default is ${asked}`;
  return failed(key, defaultValue, "TYPE_MISMATCH", message, metadata);
}

/** Returns the answer for a context that cannot be read, because a getter or a proxy threw. */
export function contextFailure(
  key: FlagKey,
  defaultValue: JsonValue | undefined,
  error: unknown,
  metadata: EvaluationMetadata,
): Evaluation {
  const message = `an attribute of the context could not be read${thrownText(error)}`;
  return failed(key, defaultValue, "GENERAL", message, metadata);
}

function thrownText(error: unknown): string {
  try {
    return error instanceof Error && error.message !== "" ? `: ${error.message}` : "";
  } catch {
    // Reading the thrown value may throw again.
    return "";
  }
}

/** Returns a frozen copy of a value. All callers share served values, so no caller may change them. */
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
