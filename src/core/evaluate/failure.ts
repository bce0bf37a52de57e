import type { Evaluation, EvaluationMetadata } from "./evaluation.ts";
import type { FlagKey, FlagType } from "../flag/flag.ts";
import type { JsonValue } from "../json.ts";
import { failed } from "./outcome.ts";

/** Returns the answer where the caller's default is of another type than the flag. */
export function mismatch(
  key: FlagKey,
  type: FlagType,
  defaultValue: JsonValue,
  metadata: EvaluationMetadata,
): Evaluation {
  const asked =
    defaultValue === null ? "null" : Array.isArray(defaultValue) ? "a list" : `of type ${typeof defaultValue}`;
  const message = `flag "${key}" is of type ${type}, the caller's default is ${asked}`;
  return failed(key, defaultValue, "TYPE_MISMATCH", message, metadata);
}

/** Returns the answer where the context could not be read: one of its getters threw, or it is a proxy that throws. */
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
    // What was thrown may itself be a thing that throws.
    return "";
  }
}
