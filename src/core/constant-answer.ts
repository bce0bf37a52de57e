import type { Flag, VariantName } from "./flag.ts";

/** The one variant that everybody gets, when everybody surely gets the same; else undefined. */
export function constantAnswer(flag: Flag): VariantName | undefined {
  if (!flag.enabled) return flag.offVariant;
  const answers = new Set<VariantName>();
  if (flag.requires.length > 0) answers.add(flag.offVariant);
  for (const { serve } of flag.rules) for (const variant of served(serve)) answers.add(variant);
  const { rollout } = flag;
  const reachesNobody = rollout.strategy === "percentage" && rollout.portion.share === 0;
  if (!reachesNobody) for (const variant of served(flag.serve)) answers.add(variant);
  if (rollout.strategy !== "all") answers.add(flag.offVariant);
  const [only] = answers;
  return answers.size === 1 ? only : undefined;
}

function served(serve: Flag["serve"]): readonly VariantName[] {
  return "variant" in serve ? [serve.variant] : serve.split.map(({ variant }) => variant);
}
