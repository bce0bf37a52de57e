import { attributeOf, subjectText, userIdOf } from "../flag/attribute.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { DEFAULT_BY, WHOLE } from "../flag/flag.ts";
import { hashAfter, headOf, type HashedHead } from "./murmur3.ts";

/** The number of buckets, which equals the number of steps of a {@link Share}: the smallest share is 0.001 %. */
export const BUCKETS = WHOLE;

/**
 * Returns the bucket of one subject for the shares of a flag. A share includes the subject if bucket < share. The same
 * two strings always give the same bucket, on every machine: a different hash would move people between variants in
 * production.
 *
 * @param salt     the flag's salt, so that two 10 % flags reach different people; contains neither `:` nor `#`
 * @param subject  e.g. "user-42"
 * @returns        a whole number, 0 ≤ bucket < BUCKETS
 */
export function bucketOf(salt: string, subject: string): number {
  return bucketAfter(gateHead(salt), subject);
}

/**
 * Returns the bucket of one subject in a split. It is independent of {@link bucketOf}; otherwise the subjects of a 10 %
 * share could get only one variant.
 */
export function splitBucketOf(salt: string, subject: string): number {
  return bucketAfter(splitHead(salt), subject);
}

/** Hashes the salt for {@link bucketOf}, once per flag. */
export function gateHead(salt: string): HashedHead {
  // The colon, which no salt contains, keeps ("ab", "c") and ("a", "bc") apart.
  return headOf(`${salt}:`);
}

/** Hashes the salt for {@link splitBucketOf}, once per flag. */
export function splitHead(salt: string): HashedHead {
  return headOf(`${salt}#split:`);
}

/** Returns the bucket of a subject, given the head from {@link gateHead} or {@link splitHead}. */
export function bucketAfter(head: HashedHead, subject: string): number {
  // Scaling, not a remainder: every bucket gets the same number of hashes, give or take one in 42,949. The product stays
  // below 2^53 and the division is by a power of two, so nothing is rounded.
  return Math.floor((hashAfter(head, subject) * BUCKETS) / 2 ** 32);
}

/**
 * Returns the subject of a context as text: the attribute `by`, if it is a non-empty string or a safe integer
 * (written in decimal).
 *
 * @returns undefined when the context has no such subject; no share or split serves it then
 * @throws anything that a getter or a proxy in the context throws
 */
export function subjectOf(context: EvaluationContext, by: string): string | undefined {
  return by === DEFAULT_BY ? userIdOf(context) : subjectText(attributeOf(context, by));
}
