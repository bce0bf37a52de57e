import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import {
  DEFAULT_BY,
  type Flag,
  type Portion,
  type Rollout,
  type Serve,
  type VariantName,
  WHOLE,
} from "../core/flag/flag.ts";
import { anyListing } from "../core/evaluate/listing.ts";
import { matcher } from "../core/evaluate/matcher.ts";
import type { DecidedBy } from "../core/describe/decided-by.ts";

/** One line of a flag, as buckets see it. */
export interface BucketLine {
  readonly decidedBy: DecidedBy;
  /** Whom it asks for beside the bucket; null: nobody in particular. */
  readonly asks: ((context: EvaluationContext) => boolean) | null;
  /** Who it takes of them; null: everybody. */
  readonly gate: Dealing | null;
  /** By which bucket its split is dealt; null where all of them get the same. */
  readonly deal: string | null;
  readonly serve: Serve;
  /** Everybody who gets here is told apart by these attributes, or passed on. */
  readonly subjects: readonly string[];
}

interface Dealing {
  /** The bucket that decides. Buckets of other names have nothing to do with each other. */
  readonly bucket: string;
  readonly share: number;
}

export interface BucketLines {
  readonly lines: readonly BucketLine[];
  /** Whom no line takes. */
  readonly rest: { readonly variant: VariantName; readonly decidedBy: DecidedBy };
}

/**
 * A flag as lines that ask who somebody is, and buckets that decide the rest; nothing below a line for everybody. Undefined
 * where a requirement has a say. A flag that is not there is a line of its own.
 */
export function bucketLines(flag: Flag | null): BucketLines | undefined {
  if (flag === null) return { lines: [], rest: { variant: "", decidedBy: { kind: "archived" } } };
  if (!flag.enabled) return { lines: [], rest: { variant: flag.offVariant, decidedBy: { kind: "disabled" } } };
  if (flag.requires.length > 0) return undefined;
  const rules = flag.rules.map((rule): BucketLine => {
    const isEverybody = rule.when.op === "all" && rule.when.of.length === 0;
    const holds = isEverybody ? null : matcher(rule.when);
    const asks = holds === null ? null : (context: EvaluationContext) => holds(context) === true;
    return lineOf(flag.salt, { kind: "rule", name: rule.name }, asks, rule.portion, rule.serve);
  });
  const { rollout, serve, salt } = flag;
  const last = lineOf(salt, { kind: "default-rollout" }, listed(rollout), portionOf(rollout), serve);
  const lines = [...rules, last].filter(({ gate }) => gate?.share !== 0);
  const end = lines.findIndex(({ asks, gate }) => asks === null && gate === null);
  return {
    lines: end === -1 ? lines : lines.slice(0, end + 1),
    rest: { variant: flag.offVariant, decidedBy: { kind: "no-match" } },
  };
}

function portionOf(rollout: Rollout): Portion | null {
  return rollout.strategy === "percentage" ? rollout.portion : null;
}

function listed(rollout: Rollout): BucketLine["asks"] {
  if (rollout.strategy === "role") return anyListing({ userRole: rollout.roles });
  return rollout.strategy === "whitelist" ? anyListing(rollout.lists) : null;
}

function lineOf(
  salt: string,
  decidedBy: DecidedBy,
  asks: BucketLine["asks"],
  portion: Portion | null,
  serve: Serve,
): BucketLine {
  const by = portion?.by ?? DEFAULT_BY;
  const isSplit = "split" in serve;
  return {
    decidedBy,
    asks,
    gate: portion === null || portion.share === WHOLE ? null : { bucket: `${by} ${salt}`, share: portion.share },
    // Independent of the gate's bucket, though it is dealt by the same subject.
    deal: isSplit ? `${by} ${salt}#split` : null,
    serve,
    subjects: portion === null && !isSplit ? [] : [by],
  };
}

/** Who is served what, and by which line, in the given buckets; conditions are not looked at. */
export function answerIn(
  { lines, rest }: BucketLines,
  bucketOf: (name: string) => number,
): { readonly variant: VariantName; readonly decidedBy: DecidedBy } {
  for (const { gate, deal, serve, decidedBy } of lines) {
    if (gate !== null && bucketOf(gate.bucket) >= gate.share) continue;
    if ("variant" in serve) return { variant: serve.variant, decidedBy };
    let below = 0;
    const bucket = bucketOf(deal ?? "");
    for (const { variant, share } of serve.split) {
      below += share;
      if (bucket < below) return { variant, decidedBy };
    }
  }
  return rest;
}

/** For each bucket, the limits at which an answer may change: above 0, below {@link WHOLE}. */
export function limitsOf({ lines }: BucketLines): ReadonlyMap<string, readonly number[]> {
  const limits = new Map<string, number[]>();
  const add = (bucket: string, limit: number) => {
    limits.set(bucket, [...(limits.get(bucket) ?? []), ...(limit > 0 && limit < WHOLE ? [limit] : [])]);
  };
  for (const { gate, deal, serve } of lines) {
    if (gate !== null) add(gate.bucket, gate.share);
    if (deal === null || "variant" in serve) continue;
    let below = 0;
    for (const { share } of serve.split) add(deal, (below += share));
  }
  return limits;
}
