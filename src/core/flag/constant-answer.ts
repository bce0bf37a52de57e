import { DEFAULT_BY, type Flag, type Serve, type VariantName, WHOLE } from "./flag.ts";

/** The one variant that everybody gets, when everybody surely gets the same; else undefined. */
export function constantAnswer(flag: Flag): VariantName | undefined {
  if (!flag.enabled) return flag.offVariant;
  const answers = new Set<VariantName>();
  if (flag.requires.length > 0) answers.add(flag.offVariant);
  for (const { serve } of flag.rules) for (const variant of served(serve)) answers.add(variant);
  const { rollout } = flag;
  const reachesNobody = rollout.strategy === "percentage" && rollout.portion.share === 0;
  if (!reachesNobody) for (const variant of served(flag.serve)) answers.add(variant);
  // Those without a subject are in no part of a split.
  if (rollout.strategy !== "all" || "split" in flag.serve) answers.add(flag.offVariant);
  const [only] = answers;
  return answers.size === 1 ? only : undefined;
}

function served(serve: Flag["serve"]): readonly VariantName[] {
  return "variant" in serve ? [serve.variant] : serve.split.map(({ variant }) => variant);
}

/** What everybody gets in whom the flag's shares find a subject, and which subject they ask for. */
export interface Settled {
  readonly variant: VariantName;
  /** Null where nobody needs one. */
  readonly by: string | null;
}

/**
 * Like {@link constantAnswer}, with the last line at 100 % taken for everybody and shares of 0 % for nobody; only for an
 * enabled flag whose last line takes everybody. So nothing is left to decide, but the switch itself.
 */
export function settledAnswer(flag: Flag): Settled | undefined {
  const { rollout, serve } = flag;
  const portion = rollout.strategy === "percentage" ? rollout.portion : null;
  if (!flag.enabled || (rollout.strategy !== "all" && portion?.share !== WHOLE)) return undefined;
  const only = onlyVariant(serve);
  if (only === undefined) return undefined;
  const rules = flag.rules.filter((rule) => rule.portion?.share !== 0);
  const isSame = rules.every((rule) => onlyVariant(rule.serve) === only);
  if (!isSame || (flag.requires.length > 0 && only !== flag.offVariant)) return undefined;
  return { variant: only, by: portion?.by ?? ("split" in serve ? DEFAULT_BY : null) };
}

function onlyVariant(serve: Serve): VariantName | undefined {
  if ("variant" in serve) return serve.variant;
  const [first, ...others] = serve.split.filter(({ share }) => share > 0);
  return others.every(({ variant }) => variant === first?.variant) ? first?.variant : undefined;
}
