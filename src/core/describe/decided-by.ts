import { printable } from "../printable.ts";

/** The part of a flag that decides an answer: a rule, or another outcome of the evaluation. */
export type DecidedBy = { readonly kind: "rule"; readonly name: string } | { readonly kind: OtherOutcome };

type OtherOutcome = keyof typeof OUTCOME_TEXTS;

const OUTCOME_TEXTS = {
  archived: "archived",
  error: "cannot be evaluated",
  disabled: "disabled",
  "no-match": "nothing matches",
  requirement: "an unmet requirement",
  "default-rollout": "the default rollout",
} as const;

/** Returns what a rule is called in a sentence. */
export function ruleTitle(name: string): string {
  return name === "" ? "a rule without a name" : `rule ${printable(name)}`;
}

/** Describes what decides an answer: `rule Toronto beta`, `the default rollout`. */
export function decidedByText(decidedBy: DecidedBy): string {
  if (decidedBy.kind !== "rule") return OUTCOME_TEXTS[decidedBy.kind];
  return ruleTitle(decidedBy.name);
}
