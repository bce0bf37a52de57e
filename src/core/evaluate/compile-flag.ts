import { type Decide, decider } from "./decide.ts";
import type { Evaluation } from "./evaluation.ts";
import type { FlagDefinition } from "../flag/definitions.ts";
import type { Flag, FlagKey } from "../flag/flag.ts";
import { flawOf } from "../flag/flaw.ts";
import { compileRules } from "./compile-rule.ts";
import { answersOf, failed, metadataOf } from "./outcome.ts";
import type { Decision } from "../override/override-resolve.ts";

/** A compiled flag: either one constant answer, or a function of the context. */
export type Compiled =
  | { readonly constant: Evaluation; readonly decide: null }
  | { readonly constant: null; readonly decide: Decide; readonly off: Evaluation };

/**
 * Compiles a flag without its requirements. A flag that cannot be evaluated answers PARSE_ERROR and does not affect
 * other flags.
 *
 * @throws RangeError if the stack is too full to compile its conditions
 */
export function compileFlag(flag: Flag, revision: number | undefined): Compiled {
  try {
    const flaw = flawOf(flag);
    if (flaw !== undefined) return unreadable(flag.key, flaw, revision);
    const answer = answersOf(flag, revision);
    if (!flag.enabled) return constantly(answer(flag.offVariant, "DISABLED"));
    const off = answer(flag.offVariant, "DEFAULT");
    const rules = compileRules(flag, answer);
    const [first] = rules;
    // Rules after a rule for everyone are never reached.
    const isForAll = first !== undefined && first.when === null && first.by === null && first.evaluation !== undefined;
    if (flag.requires.length === 0 && (isForAll || !first)) return constantly(first?.evaluation ?? off);
    return { constant: null, decide: decider(rules, flag.salt, off), off };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return unreadable(flag.key, error instanceof Error ? error.message : "unreadable", revision);
  }
}

/** Compiles a flag that an override decides, regardless of the table. */
export function compileOverride(
  flag: Pick<Flag, "key" | "variants">,
  { variant, via }: Decision,
  revision: number | undefined,
): Compiled {
  if (!Object.hasOwn(flag.variants, variant)) {
    return unreadable(flag.key, `flag "${flag.key}" has no variant "${variant}"`, revision);
  }
  return constantly(answersOf(flag, revision)(variant, "STATIC", { override: via }));
}

/** Compiles the code default of a flag that the application was built with and that is missing from the table. */
export function compileDefinition(key: FlagKey, definition: FlagDefinition, revision: number | undefined): Compiled {
  const { variants, fallback } = definition;
  if (!Object.hasOwn(variants, fallback)) {
    return unreadable(key, `the definition of flag "${key}" has no variant "${fallback}"`, revision);
  }
  return constantly(answersOf({ key, variants }, revision)(fallback, "DEFAULT", { source: "definitions" }));
}

function constantly(evaluation: Evaluation): Compiled {
  return { constant: evaluation, decide: null };
}

/** Returns the compiled form of a flag that cannot be evaluated: it always answers PARSE_ERROR. */
export function unreadable(key: FlagKey, message: string, revision: number | undefined): Compiled {
  return constantly(failed(key, undefined, "PARSE_ERROR", message, metadataOf(revision)));
}
