import type { EvaluationContext } from "../evaluate/evaluation.ts";
import { DEFAULT_BY } from "./flag.ts";

/** The context of a caller who says nothing about who asks. */
const NOBODY: EvaluationContext = Object.freeze(Object.create(null));

/** What a caller handed in, or an empty context where it is no object at all: callers in JavaScript pass anything. */
export function contextFrom(given: unknown): EvaluationContext {
  return isContext(given) ? given : NOBODY;
}

function isContext(given: unknown): given is EvaluationContext {
  return typeof given === "object" && given !== null;
}

/**
 * One attribute, undefined when it is missing; null counts as missing. Only the context's own members are attributes:
 * `toString` is missing. The subject attribute userId is `userId ?? targetingKey`, as text.
 *
 * @throws whatever a getter or a proxy throws
 */
export function attributeOf(context: EvaluationContext, name: string): unknown {
  return name === DEFAULT_BY ? userIdOf(context) : (own(context, name) ?? undefined);
}

/** `userId`, else `targetingKey`, as text; undefined when neither is there or the one that counts is no id. */
export function userIdOf(context: EvaluationContext): string | undefined {
  return subjectText(own(context, DEFAULT_BY) ?? own(context, "targetingKey"));
}

/** A non-empty string, or a safe integer as its decimal text; undefined for everything else. */
export function subjectText(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function own(context: EvaluationContext, name: string): unknown {
  return Object.hasOwn(context, name) ? context[name] : undefined;
}
