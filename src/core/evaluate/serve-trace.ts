import { attributeOf, subjectText } from "../flag/attribute.ts";
import { bucketOf, splitBucketOf, subjectOf } from "./bucket.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { DEFAULT_BY, type Flag, type Portion, type Share, type VariantName } from "../flag/flag.ts";
import type { Lists, ServingRule } from "../flag/serving-rules.ts";

/** Buckets, 0 to 99,999, that replace the subject's own, so that the context needs no subject. */
export interface Pins {
  readonly gate?: number | undefined;
  readonly split?: number | undefined;
}

/** The result of the share and the split of a serving rule, for a context in its audience. */
export interface ServeTrace {
  readonly portion: PortionTrace | null;
  readonly split: SplitTrace | null;
  /** Null if the rule did not serve the context. */
  readonly variant: VariantName | null;
  /** The subject attribute that the share or the split needs and the context does not have. */
  readonly missing: string | null;
}

/** Whether a share includes a context, with the bucket that decides it. */
export interface PortionTrace {
  readonly by: string;
  readonly share: Share;
  /** 0 to 99,999; null when there is no subject, or the share is 0 %. */
  readonly bucket: number | null;
  readonly isInside: boolean;
}

/** The bucket that decides which part of a split a context gets. */
export interface SplitTrace {
  readonly by: string;
  /** 0 to 99,999; null when there is no subject. */
  readonly bucket: number | null;
}

/** Evaluates the share and the split of a serving rule for a context in its audience, and records both. */
export function traceServe(
  { salt }: Pick<Flag, "salt">,
  { portion, serve }: Pick<ServingRule, "portion" | "serve">,
  context: EvaluationContext,
  pins: Pins,
): ServeTrace {
  const gate = portion && tracePortion(salt, portion, context, pins.gate);
  const nobody = { portion: gate, split: null, variant: null, missing: null };
  if (gate && !gate.isInside) return { ...nobody, missing: gate.bucket === null && gate.share > 0 ? gate.by : null };
  if ("variant" in serve) return { ...nobody, variant: serve.variant };

  const by = portion?.by ?? DEFAULT_BY;
  const bucket = pins.split ?? bucketFor(context, by, (subject) => splitBucketOf(salt, subject));
  if (bucket === null) return { ...nobody, split: { by, bucket }, missing: by };
  let from = 0;
  for (const { variant, share } of serve.split) {
    if (bucket < from + share) return { ...nobody, split: { by, bucket }, variant };
    from += share;
  }
  return { ...nobody, split: { by, bucket } };
}

function tracePortion(
  salt: string,
  { by, share }: Portion,
  context: EvaluationContext,
  pin: number | undefined,
): PortionTrace {
  if (share === 0) return { by, share, bucket: pin ?? null, isInside: false };
  const bucket = pin ?? bucketFor(context, by, (subject) => bucketOf(salt, subject));
  return { by, share, bucket, isInside: bucket !== null && bucket < share };
}

function bucketFor(context: EvaluationContext, by: string, bucket: (subject: string) => number): number | null {
  const subject = subjectOf(context, by);
  return subject === undefined ? null : bucket(subject);
}

/** The result of one list of a default rollout. */
export interface ListingTrace {
  readonly attribute: string;
  /** The attribute as ids; empty when it is missing or not an id. */
  readonly found: readonly string[];
  readonly isListed: boolean;
}

/** Looks up a context in each list in order, until one list contains it. */
export function traceLists(lists: Lists, context: EvaluationContext): readonly ListingTrace[] {
  const traces: ListingTrace[] = [];
  for (const [attribute, listed] of Object.entries(lists)) {
    const found = idsOf(attributeOf(context, attribute));
    const isListed = found.some((id) => listed.includes(id));
    traces.push({ attribute, found, isListed });
    if (isListed) break;
  }
  return traces;
}

function idsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value)
    ? Array.from({ length: value.length }, (_, index): unknown => value[index])
    : [value];
  return values.map(subjectText).filter((id) => id !== undefined);
}
