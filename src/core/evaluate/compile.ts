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
import { own } from "../own.ts";

/** The flags to compile, with everything else that decides their answers. */
export interface FlagSetInput {
  readonly flags: Iterable<Flag>;
  /** The keys of archived flags. */
  readonly archived?: Iterable<FlagKey> | undefined;
  /** The archived flags that were disabled manually: they keep serving their off variant. */
  readonly archivedKills?: Iterable<Flag> | undefined;
  /** The revision of the table that the flags were read from; undefined if they were not read from a table. */
  readonly revision?: number | undefined;
  readonly overrides?: ParsedOverrides | undefined;
  readonly definitions?: FlagDefinitions | undefined;
}

/** The flags of one revision, compiled. Immutable: the same context always gets the same answer. */
export interface FlagSet {
  /** Returns the keys of the live flags, sorted by code units. */
  readonly keys: () => readonly FlagKey[];
  /**
   * Evaluates one flag: which variant a context gets, and why. Never throws and never waits. Order of precedence:
   * override → disabled manually and archived → unknown or archived → disabled → requires → rules → default rollout → off variant.
   *
   * @param defaultValue  returned if there is no answer; TYPE_MISMATCH if its type differs from the flag's
   */
  readonly evaluate: (key: FlagKey, context: EvaluationContext, defaultValue?: JsonValue) => Evaluation;
  /** Evaluates a boolean flag: equals `evaluate(key, context, false).value === true`, but is faster. */
  readonly isOn: (key: FlagKey, context: EvaluationContext) => boolean;
  /** The overrides in force, and every problem with them. */
  readonly overrides: ResolvedOverrides;
}

/**
 * Compiles flags: answers are created in advance, conditions become closures, overridden flags become constants. Each
 * flag is compiled when it is first evaluated, so that a program with ten thousand flags starts fast if it uses few of
 * them.
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

/**
 * Returns a function that finds the compiled flag of a key, compiling it the first time. It returns undefined for an
 * unknown key.
 */
function lazyAnswers(
  { revision, definitions = {}, archivedKills = [] }: FlagSetInput,
  flags: ReadonlyMap<FlagKey, Flag>,
  overrides: ResolvedOverrides,
): (key: FlagKey) => Compiled | undefined {
  /** The flags compiled so far, without their requirements. */
  const plain = new Map<FlagKey, Compiled>();
  for (const [key, override] of overrides.byKey) {
    const flag = flags.get(key) ?? own(definitions, key);
    if (flag) plain.set(key, compileOverride({ key, variants: flag.variants }, override, revision));
  }
  const plainOf = (key: FlagKey): Compiled | undefined => {
    const flag = flags.get(key);
    return plain.get(key) ?? (flag && compiledOnce(flag, revision, plain));
  };
  // `plain` includes overridden definitions. A definition that is not overridden meets no requirement.
  const variantOf = (key: FlagKey) => (Object.hasOwn(definitions, key) ? undefined : overrides.ofUnknown(key)?.variant);
  const answers = new Map(withRequirements([...flags.values()], plainOf, variantOf));
  // Added after the requirements, because a code default is not a live flag and meets no requirement.
  for (const [key, definition] of Object.entries(definitions)) {
    if (!flags.has(key) && !plain.has(key)) answers.set(key, compileDefinition(key, definition, revision));
  }
  // These come last: a kill wins over a code default, an override wins over a kill, and neither meets a requirement.
  for (const flag of archivedKills) {
    const isOverridden = plain.has(flag.key) || overrides.ofUnknown(flag.key) !== undefined;
    if (!flags.has(flag.key) && !isOverridden) answers.set(flag.key, compileFlag(flag, revision));
  }
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const first = plainOf(key);
    // The result is not stored if the stack was too full to compile the flag.
    if (first !== undefined && plain.has(key)) answers.set(key, first);
    return first;
  };
}

/** Compiles a flag and stores the result, unless the stack was too full: a call from a shallower stack may succeed. */
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
 * Returns a function that answers for keys that neither the table nor the definitions contain: FLAG_NOT_FOUND with the
 * caller's default. An override applies even here, so that a kill works before any data exists: it serves true or false
 * to callers with a boolean default or none, and the default to all other callers, because the variants are unknown.
 */
function unknownAnswer(
  overrides: ResolvedOverrides,
  archived: ReadonlySet<FlagKey>,
  revision: number | undefined,
): (key: FlagKey, defaultValue: JsonValue | undefined) => Evaluation {
  const metadata = metadataOf(revision);
  return (key, defaultValue) => {
    // Callers in JavaScript can pass anything.
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
