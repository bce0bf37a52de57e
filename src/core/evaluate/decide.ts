import { bucketAfter, gateHead, subjectOf } from "./bucket.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import { WHOLE } from "../flag/flag.ts";
import { type CompiledRule, partOf } from "./compile-rule.ts";
import type { HashedHead } from "./murmur3.ts";
import { withMissing } from "./outcome.ts";

/** Evaluates one flag for one context. @throws anything that a getter or a proxy in the context throws */
export type Decide = (context: EvaluationContext) => Evaluation;

/** The bucket of a missing subject. */
const NO_SUBJECT = -1;
/** The bucket before it is computed. */
const UNREAD = -2;

/**
 * Returns the function that evaluates a flag: the first rule that serves the context decides; if none does, the off
 * variant is served. A rule whose share or split needs a missing subject is skipped, and the answer names the missing
 * attribute.
 *
 * @param salt  the flag's salt: all its shares with the same `by` use one bucket, so a larger one contains a smaller one
 */
export function decider(rules: readonly CompiledRule[], salt: string, off: Evaluation): Decide {
  const mainBy = rules.find(({ by }) => by !== null)?.by ?? null;
  const gate = gateHead(salt);
  const lacking = lackingAnswers();
  return (context) => {
    let missing: readonly string[] | null = null;
    // The bucket is computed at most once for each `by`; nearly every flag has only one.
    let mainBucket = UNREAD;
    let otherBuckets: Map<string, number> | null = null;
    for (const { when, by, share, evaluation, split } of rules) {
      if (when !== null && when(context) !== true) continue;
      if (by !== null) {
        if (share < WHOLE) {
          let bucket: number;
          if (by === mainBy) {
            if (mainBucket === UNREAD) mainBucket = gateBucket(gate, context, by);
            bucket = mainBucket;
          } else {
            otherBuckets ??= new Map();
            bucket = remembered(otherBuckets, gate, context, by);
          }
          if (bucket >= share) continue;
          if (bucket !== NO_SUBJECT && evaluation) return missing ? lacking(evaluation, missing) : evaluation;
        }
        const subject = subjectOf(context, by);
        if (subject === undefined) {
          missing = added(missing, by);
          continue;
        }
        const part = split ? partOf(split, subject) : evaluation;
        if (part) return missing ? lacking(part, missing) : part;
      } else if (evaluation) {
        return missing ? lacking(evaluation, missing) : evaluation;
      }
    }
    return missing ? lacking(off, missing) : off;
  };
}

function gateBucket(gate: HashedHead, context: EvaluationContext, by: string): number {
  const subject = subjectOf(context, by);
  return subject === undefined ? NO_SUBJECT : bucketAfter(gate, subject);
}

function remembered(buckets: Map<string, number>, gate: HashedHead, context: EvaluationContext, by: string): number {
  const known = buckets.get(by);
  if (known !== undefined) return known;
  const bucket = gateBucket(gate, context, by);
  buckets.set(by, bucket);
  return bucket;
}

function added(missing: readonly string[] | null, by: string): readonly string[] {
  if (missing === null) return [by];
  return missing.includes(by) ? missing : [...missing, by];
}

/** Adds the missing attributes to answers. Nearly all such answers lack one attribute; those are created only once. */
function lackingAnswers(): (evaluation: Evaluation, missing: readonly string[]) => Evaluation {
  let made: Map<Evaluation, Map<string, Evaluation>> | undefined;
  return (evaluation, missing) => {
    const [by] = missing;
    if (by === undefined || missing.length > 1) return withMissing(evaluation, missing);
    made ??= new Map();
    const ofEvaluation = made.get(evaluation) ?? new Map<string, Evaluation>();
    const answer = ofEvaluation.get(by) ?? withMissing(evaluation, missing);
    made.set(evaluation, ofEvaluation.set(by, answer));
    return answer;
  };
}
