import { type Flag, type VariantName, WHOLE } from "./flag.ts";
import {
  defaultRollout,
  isForEveryone,
  servingRulesOf,
  subjectAttribute,
  variantsIn,
  variantsServed,
} from "./serving-rules.ts";

/** Returns the one variant that every context gets; undefined if answers may differ. */
export function constantAnswer(flag: Flag): VariantName | undefined {
  if (!flag.enabled) return flag.offVariant;
  const last = defaultRollout(flag);
  const rules = servingRulesOf(flag).filter(({ name, portion }) => name !== null || portion?.share !== 0);
  const answers = new Set(rules.flatMap(({ serve }) => variantsIn(serve)));
  // A share or a split serves nobody who has no subject.
  const servesEveryone = isForEveryone(last) && subjectAttribute(last) === null;
  if (!servesEveryone || flag.requires.length > 0) answers.add(flag.offVariant);
  const [only] = answers;
  return answers.size === 1 ? only : undefined;
}

/** The only answer of a flag that is fully rolled out. */
export interface SettledAnswer {
  readonly variant: VariantName;
  /** The subject attribute that a context needs to get the answer; null if it needs none. */
  readonly by: string | null;
}

/**
 * Returns the only variant of an enabled flag whose default rollout reaches everyone; undefined for any other flag.
 * Unlike {@link constantAnswer}, it treats a share of 100 % as everyone and a share of 0 % as nobody.
 */
export function settledAnswer(flag: Flag): SettledAnswer | undefined {
  const last = defaultRollout(flag);
  const { portion, serve } = last;
  if (!flag.enabled || !isForEveryone(last) || (portion !== null && portion.share !== WHOLE)) return undefined;
  const rules = servingRulesOf(flag).filter((rule) => rule.portion?.share !== 0);
  const [only, ...others] = new Set(rules.flatMap((rule) => [...variantsServed(rule.serve)]));
  if (only === undefined || others.length > 0) return undefined;
  if (flag.requires.length > 0 && only !== flag.offVariant) return undefined;
  return { variant: only, by: subjectAttribute({ portion, serve }) };
}
