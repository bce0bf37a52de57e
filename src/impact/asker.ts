import { compileFlags, type FlagSet } from "../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { Flag, FlagKey, VariantName } from "../core/flag/flag.ts";
import { LINES, ruleTitle } from "./moves.ts";
import { type Version, withRequired } from "./answers-alike.ts";

/** One version, asked by the evaluator that programs run. */
export interface Asker {
  /** Null where the flag is not there, or cannot be evaluated. */
  readonly variantFor: (context: EvaluationContext) => VariantName | null;
  /** Which line answers, as a move names it. */
  readonly lineFor: (context: EvaluationContext) => string;
}

export function askerOf(key: FlagKey, version: Version): Asker {
  const { flag } = version;
  if (flag === null) return { variantFor: () => null, lineFor: () => LINES.archived };
  const set = compileFlags({ flags: withRequired(version) });
  // Without requirements: what the lines alone say.
  const alone = flag.requires.length === 0 ? null : compileFlags({ flags: [{ ...flag, requires: [] }] });
  return {
    variantFor: (context) => set.evaluate(key, context).variant ?? null,
    lineFor: (context) => lineOf(set.evaluate(key, context), () => failsRequirement(flag, set, alone, context)),
  };
}

function lineOf({ reason, metadata, errorCode }: Evaluation, failsRequirement: () => boolean): string {
  if (errorCode !== undefined) return LINES.unreadable;
  if (metadata.rule !== undefined) return ruleTitle(metadata.rule);
  if (reason === "DISABLED") return LINES.disabled;
  if (reason !== "DEFAULT") return LINES.last;
  return failsRequirement() ? LINES.requires : LINES.nothing;
}

/** Of somebody who gets the off variant: whether a requirement is why. */
function failsRequirement(flag: Flag, set: FlagSet, alone: FlagSet | null, context: EvaluationContext): boolean {
  if (alone === null) return false;
  if (alone.evaluate(flag.key, context).reason !== "DEFAULT") return true;
  return flag.requires.some((requirement) => {
    const { variant } = set.evaluate(requirement.flag, context);
    return variant === undefined || !requirement.variants.includes(variant);
  });
}
