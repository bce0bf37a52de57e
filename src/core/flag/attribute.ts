import type { EvaluationContext } from "../evaluate/evaluation.ts";
import { DEFAULT_BY } from "./flag.ts";
import { own } from "../own.ts";

/** The context of a caller that passes none. */
const NOBODY: EvaluationContext = Object.freeze(Object.create(null));

/**
 * Returns the caller's context, or an empty context if it is not an object: callers in JavaScript can pass anything.
 */
export function contextFrom(given: unknown): EvaluationContext {
  return isContext(given) ? given : NOBODY;
}

function isContext(given: unknown): given is EvaluationContext {
  return typeof given === "object" && given !== null;
}

/**
 * Returns one attribute; undefined when it is missing. Null counts as missing. Only the context's own members are attributes:
 * `toString` is missing. The subject attribute userId is `userId ?? targetingKey`, as text.
 *
 * @throws anything that a getter or a proxy throws
 */
export function attributeOf(context: EvaluationContext, name: string): unknown {
  return name === DEFAULT_BY ? userIdOf(context) : (own(context, name) ?? undefined);
}

/**
 * Returns `userId`, else `targetingKey`, as text; undefined when both are missing, or when the one that applies is not
 * an id.
 */
export function userIdOf(context: EvaluationContext): string | undefined {
  return subjectText(own(context, DEFAULT_BY) ?? own(context, "targetingKey"));
}

/** Returns a non-empty string unchanged, and a safe integer in decimal; undefined for everything else. */
export function subjectText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
