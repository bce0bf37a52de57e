import type { DecidedBy } from "../core/describe/decided-by.ts";
import { compileFlags, type FlagSet } from "../core/evaluate/compile.ts";
import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { Flag, FlagKey, VariantName } from "../core/flag/flag.ts";
import { type Version, withRequired } from "./version-pair.ts";

/** Evaluates one version of one flag, with the evaluator that programs use. */
export interface VersionEvaluator {
  /** Returns null if the flag does not exist or cannot be evaluated. */
  readonly variantFor: (context: EvaluationContext) => VariantName | null;
  readonly decidedByFor: (context: EvaluationContext) => DecidedBy;
}

/** Compiles one version of a flag. */
export function evaluatorOf(key: FlagKey, version: Version): VersionEvaluator {
  const { flag } = version;
  if (flag === null) return { variantFor: () => null, decidedByFor: () => ({ kind: "archived" }) };
  const set = compileFlags({ flags: withRequired(version) });
  // Compiled without requirements, to find out what the rules alone serve.
  const alone = flag.requires.length === 0 ? null : compileFlags({ flags: [{ ...flag, requires: [] }] });
  return {
    variantFor: (context) => set.evaluate(key, context).variant ?? null,
    decidedByFor: (context) =>
      decidedByOf(set.evaluate(key, context), () => failsRequirement(flag, set, alone, context)),
  };
}

/**
 * Returns what decides an evaluation.
 *
 * @param failsRequirement  returns whether the context gets the off variant because of an unmet requirement
 */
export function decidedByOf(
  { reason, metadata, errorCode }: Evaluation,
  failsRequirement: () => boolean = () => false,
): DecidedBy {
  if (errorCode !== undefined) return { kind: "error" };
  if (metadata.rule !== undefined) return { kind: "rule", name: metadata.rule };
  if (reason === "DISABLED") return { kind: "disabled" };
  if (reason !== "DEFAULT") return { kind: "default-rollout" };
  return { kind: failsRequirement() ? "requirement" : "no-match" };
}

function failsRequirement(flag: Flag, set: FlagSet, alone: FlagSet | null, context: EvaluationContext): boolean {
  if (alone === null) return false;
  if (alone.evaluate(flag.key, context).reason !== "DEFAULT") return true;
  return flag.requires.some((requirement) => {
    const { variant } = set.evaluate(requirement.flag, context);
    return variant === undefined || !requirement.variants.includes(variant);
  });
}
