import { contextFrom } from "../flag/attribute.ts";
import { type Compiled, compileDefinition, compileFlag, compileOverride, unreadable } from "./compile-flag.ts";
import type { FlagDefinitions } from "../flag/definitions.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import type { Flag, FlagKey } from "../flag/flag.ts";
import type { JsonValue } from "../json.ts";
import { contextFailure, failed, flagTypeOf, metadataOf, mismatch } from "./outcome.ts";
import type { ParsedOverrides } from "../override/override.ts";
import { overridesOf, type ResolvedOverrides } from "../override/override-resolve.ts";
import { withRequirements } from "./requires.ts";

export interface FlagSetInput {
  readonly flags: Iterable<Flag>;
  /** Keys that once lived in the table. */
  readonly archived?: Iterable<FlagKey> | undefined;
  /** Of the table that the flags came from; undefined where they came from no table. */
  readonly revision?: number | undefined;
  readonly overrides?: ParsedOverrides | undefined;
  readonly definitions?: FlagDefinitions | undefined;
}

/** The flags of one revision, compiled. Immutable: the same context always gets the same answer. */
export interface FlagSet {
  /** Live flags, in order of their code units. */
  readonly keys: () => readonly FlagKey[];
  /**
   * Evaluates one flag: which variant a context gets, and why. Never throws, never waits. In this order: override → unknown
   * or archived → disabled → requires → rules → default rollout → off variant.
   *
   * @param defaultValue  returned where there is no answer; TYPE_MISMATCH where its type is not the flag's
   */
  readonly evaluate: (key: FlagKey, context: EvaluationContext, defaultValue?: JsonValue) => Evaluation;
  /** Evaluates a boolean flag fast: the same answer as `evaluate(key, context, false).value === true`. */
  readonly isOn: (key: FlagKey, context: EvaluationContext) => boolean;
  /** The overrides in force, and every problem with them. */
  readonly overrides: ResolvedOverrides;
}

/**
 * Compiles flags: answers are made beforehand, conditions become closures, overridden flags become constants. Each flag is
 * compiled when it is first evaluated, because most programs use few of ten thousand flags and all want to start fast.
 */
export function compileFlags(input: FlagSetInput): FlagSet {
  const { revision } = input;
  const flags = new Map(Array.from(input.flags, (flag) => [flag.key, flag]));
  const archived = new Set(input.archived);
  const overrides = overridesOf(input, flags, archived);
  const answerOf = lazyAnswers(input, flags, overrides);
  const metadata = metadataOf(revision);
  const keys = Object.freeze([...flags.keys()].sort((a, b) => (a < b ? -1 : 1)));
  const unknown = unknownAnswer(overrides, archived, revision);
  return {
    keys: () => keys,
    overrides,
    isOn: (key, context) => {
      const answer = answerOf(key);
      if (answer === undefined) return unknown(key, false).value === true;
      if (answer.constant !== null) return answer.constant.value === true;
      try {
        return answer.decide(contextFrom(context)).value === true;
      } catch {
        return false;
      }
    },
    evaluate: (key, context, defaultValue) => {
      const answer = answerOf(key);
      if (answer === undefined) return unknown(key, defaultValue);
      let evaluation: Evaluation;
      try {
        evaluation = answer.constant ?? answer.decide(contextFrom(context));
      } catch (error) {
        return contextFailure(key, defaultValue, error, metadata);
      }
      const { errorCode, errorMessage = "", value } = evaluation;
      if (errorCode !== undefined) return failed(key, defaultValue, errorCode, errorMessage, metadata);
      if (defaultValue === undefined || flagTypeOf(value) === flagTypeOf(defaultValue)) return evaluation;
      return mismatch(key, flagTypeOf(value), defaultValue, metadata);
    },
  };
}

/** Returns a function that finds what answers for a key, and compiles it the first time; undefined for an unknown key. */
function lazyAnswers(
  { revision, definitions = {} }: FlagSetInput,
  flags: ReadonlyMap<FlagKey, Flag>,
  overrides: ResolvedOverrides,
): (key: FlagKey) => Compiled | undefined {
  /** Without requirements, as far as compiled. */
  const plain = new Map<FlagKey, Compiled>();
  for (const [key, override] of overrides.byKey) {
    const flag = flags.get(key) ?? definitions[key];
    if (flag) plain.set(key, compileOverride({ key, variants: flag.variants }, override, revision));
  }
  const plainOf = (key: FlagKey): Compiled | undefined => {
    const flag = flags.get(key);
    return plain.get(key) ?? (flag && compiledOnce(flag, revision, plain));
  };
  // An overridden definition is among the plain; one that is not overridden meets no requirement.
  const variantOf = (key: FlagKey) => (Object.hasOwn(definitions, key) ? undefined : overrides.ofUnknown(key)?.variant);
  const answers = new Map(withRequirements([...flags.values()], plainOf, variantOf));
  // After the requirements: a code default is no live flag, so it meets none.
  for (const [key, definition] of Object.entries(definitions)) {
    if (!flags.has(key) && !plain.has(key)) answers.set(key, compileDefinition(key, definition, revision));
  }
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const first = plainOf(key);
    // Unless the stack had no room to compile it now.
    if (first !== undefined && plain.has(key)) answers.set(key, first);
    return first;
  };
}

/** Compiles a flag and remembers it, unless the stack had no room: from a shallower call it may have. */
function compiledOnce(flag: Flag, revision: number | undefined, made: Map<FlagKey, Compiled>): Compiled {
  try {
    const compiled = compileFlag(flag, revision);
    made.set(flag.key, compiled);
    return compiled;
  } catch (error) {
    return unreadable(flag.key, error instanceof Error ? error.message : "unreadable", revision);
  }
}

/**
 * Makes the answers for keys that neither the table nor the definitions have: FLAG_NOT_FOUND with the caller's default. An
 * override decides even here, so that a kill works before any data exists: true or false for a caller who wants a boolean
 * (or names no default), the default for any other, since nobody knows the variants.
 */
function unknownAnswer(
  overrides: ResolvedOverrides,
  archived: ReadonlySet<FlagKey>,
  revision: number | undefined,
): (key: FlagKey, defaultValue: JsonValue | undefined) => Evaluation {
  const metadata = metadataOf(revision);
  return (key, defaultValue) => {
    // Callers in JavaScript pass anything.
    const flagKey = typeof key === "string" ? key : "";
    const decision = overrides.ofUnknown(flagKey);
    if (!decision) {
      const message = archived.has(flagKey) ? `flag "${flagKey}" is archived` : `there is no flag "${flagKey}"`;
      return failed(flagKey, defaultValue, "FLAG_NOT_FOUND", message, metadata);
    }
    const said = { flagKey, reason: "STATIC", metadata: metadataOf(revision, { override: decision.via }) } as const;
    if (defaultValue !== undefined && typeof defaultValue !== "boolean") {
      return Object.freeze({ ...said, value: defaultValue });
    }
    return Object.freeze({ ...said, value: decision.variant === "on", variant: decision.variant });
  };
}
