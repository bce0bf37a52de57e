import { DEFAULT_BY, type Flag, type Portion, type Serve, type VariantName, WHOLE } from "../flag.ts";
import { LINES, ruleTitle } from "./moves.ts";

/** One line of a flag that asks nobody who they are: buckets alone decide who gets what. */
export interface BucketLine {
  readonly title: string;
  /** Who it takes; null: everybody. */
  readonly gate: Dealing | null;
  /** By what its split is dealt; null where all of them get the same. */
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
  readonly rest: { readonly variant: VariantName; readonly title: string };
}

/** A flag that nothing but buckets decides; undefined where a condition, a list or a requirement has a say. */
export function bucketLines(flag: Flag): BucketLines | undefined {
  if (!flag.enabled) return { lines: [], rest: { variant: flag.offVariant, title: LINES.disabled } };
  if (flag.requires.length > 0) return undefined;
  const rest = { variant: flag.offVariant, title: LINES.nothing };
  const lines: BucketLine[] = [];
  for (const { name, when, portion, serve } of flag.rules) {
    if (portion?.share === 0) continue;
    if (when.op !== "all" || when.of.length > 0) return undefined;
    lines.push(lineOf(flag, ruleTitle(name), portion, serve));
    if (takesEverybody(portion)) return { lines, rest };
  }
  const { rollout, serve } = flag;
  if (rollout.strategy === "role") return rollout.roles.length > 0 ? undefined : { lines, rest };
  if (rollout.strategy === "whitelist") {
    return Object.values(rollout.lists).some((ids) => ids.length > 0) ? undefined : { lines, rest };
  }
  const portion = rollout.strategy === "percentage" ? rollout.portion : null;
  if (portion?.share === 0) return { lines, rest };
  return { lines: [...lines, lineOf(flag, LINES.last, portion, serve)], rest };
}

function takesEverybody(portion: Portion | null): boolean {
  return portion === null || portion.share === WHOLE;
}

function lineOf({ salt }: Flag, title: string, portion: Portion | null, serve: Serve): BucketLine {
  const by = portion?.by ?? DEFAULT_BY;
  const isSplit = "split" in serve;
  return {
    title,
    gate: portion === null || takesEverybody(portion) ? null : { bucket: `${by} ${salt}`, share: portion.share },
    // Independent of the gate's bucket, though it is dealt by the same subject.
    deal: isSplit ? `${by} ${salt}#split` : null,
    serve,
    subjects: portion === null && !isSplit ? [] : [by],
  };
}

/** Who is served what, and by which line, in the given buckets. */
export function answerIn(
  { lines, rest }: BucketLines,
  bucketOf: (name: string) => number,
): { readonly variant: VariantName; readonly title: string } {
  for (const { gate, deal, serve, title } of lines) {
    if (gate !== null && bucketOf(gate.bucket) >= gate.share) continue;
    if ("variant" in serve) return { variant: serve.variant, title };
    let below = 0;
    const bucket = bucketOf(deal ?? "");
    for (const { variant, share } of serve.split) {
      below += share;
      if (bucket < below) return { variant, title };
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
