import { contextFrom } from "../flag/attribute.ts";
import { type ConditionTrace, traceCondition } from "./condition-trace.ts";
import type { FlagDefinitions } from "../flag/definitions.ts";
import { MAX_REQUIREMENT_DEPTH } from "../flag/requirement-depth.ts";
import type { Evaluation, EvaluationContext, EvaluationMetadata, Reason } from "./evaluation.ts";
import type { Flag, FlagKey, Requirement, Rollout, VariantName } from "../flag/flag.ts";
import { flawOf } from "../flag/flaw.ts";
import { defaultRollout } from "../flag/serving-rules.ts";
import type { JsonValue } from "../json.ts";
import { type ListingTrace, type Pins, type ServeTrace, traceLists, traceServe } from "./serve-trace.ts";
import { contextFailure, failed, metadataOf } from "./outcome.ts";
import {
  type Decision,
  type OverrideInput,
  overridesOf,
  type ResolvedOverrides,
} from "../override/override-resolve.ts";
import type { Truth } from "./truth.ts";
import { own } from "../own.ts";

/** One step of an evaluation. The kinds are listed in the order in which they occur. */
export type TraceStep =
  | { readonly step: "override"; readonly override: Decision | null }
  /** Only for a key that is not a live flag. */
  | { readonly step: "absent"; readonly as: "archived" | "unknown"; readonly isDefined: boolean }
  /** Only for a flag that cannot be evaluated. */
  | { readonly step: "flaw"; readonly message: string }
  | { readonly step: "enabled"; readonly enabled: boolean }
  | RequirementStep
  | RuleStep
  | DefaultRolloutStep
  /** Nothing matched. */
  | { readonly step: "off"; readonly variant: VariantName };

/** The check of one requirement. */
export interface RequirementStep {
  readonly step: "requirement";
  readonly requirement: Requirement;
  /** What the required flag serves to this context; null when it serves nothing or was not evaluated. */
  readonly served: VariantName | null;
  readonly isMet: boolean;
  /** Why the required flag could not be evaluated. */
  readonly problem: "unknown" | "too-deep" | null;
}

/** The evaluation of one rule. */
export interface RuleStep extends ServeTrace {
  readonly step: "rule";
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly matches: Truth;
  /** Null for a rule with a share of 0 %: its condition is not evaluated. */
  readonly condition: ConditionTrace | null;
}

/** The evaluation of the default rollout. */
export interface DefaultRolloutStep extends ServeTrace {
  readonly step: "last-line";
  readonly strategy: Rollout["strategy"];
  readonly listings: readonly ListingTrace[] | null;
  readonly matches: boolean;
}

/** An answer, with the steps that led to it. */
export interface Trace {
  readonly evaluation: Evaluation;
  readonly steps: readonly TraceStep[];
}

export interface TraceOptions extends OverrideInput {
  readonly archived?: Iterable<FlagKey> | undefined;
  /** The archived flags that were disabled manually: they keep serving their off variant. */
  readonly archivedKills?: ReadonlyMap<FlagKey, Flag> | undefined;
  /** Buckets of the traced flag only; required flags use their own buckets. */
  readonly pins?: Pins | undefined;
}

/** The inputs that all flags of one trace share. */
interface Inquiry {
  readonly flags: ReadonlyMap<FlagKey, Flag>;
  readonly archived: ReadonlySet<FlagKey>;
  readonly archivedKills: ReadonlyMap<FlagKey, Flag>;
  readonly definitions: FlagDefinitions;
  readonly overrides: ResolvedOverrides;
  readonly revision: number | undefined;
  readonly context: EvaluationContext;
  /** What the evaluated required flags serve, stored because one flag may be required through very many chains. */
  readonly served: Map<FlagKey, VariantName | null>;
  readonly fits: Map<string, boolean>;
}

/**
 * Evaluates one flag by interpreting it, and records every step for `hoist why` and inline tests. It is implemented
 * independently of the compiled evaluator and must always give the same answer; tests compare the two. Never
 * throws.
 */
export function trace(
  flags: ReadonlyMap<FlagKey, Flag>,
  key: FlagKey,
  context: EvaluationContext,
  options: TraceOptions = {},
): Trace {
  const archived = new Set(options.archived);
  const inquiry: Inquiry = {
    flags,
    archived,
    archivedKills: options.archivedKills ?? new Map(),
    definitions: options.definitions ?? {},
    overrides: overridesOf(options, flags, archived),
    revision: options.revision,
    context: contextFrom(context),
    served: new Map(),
    fits: new Map(),
  };
  const steps: TraceStep[] = [];
  try {
    return { evaluation: traceKey(inquiry, key, options.pins ?? {}, steps), steps };
  } catch (error) {
    return { evaluation: contextFailure(key, undefined, error, metadataOf(options.revision)), steps };
  }
}

function traceKey(inquiry: Inquiry, key: FlagKey, pins: Pins, steps: TraceStep[]): Evaluation {
  const { flags, definitions, overrides, revision } = inquiry;
  const flag = flags.get(key);
  const definition = own(definitions, key);
  const known = flag ?? definition;
  const override = (known ? overrides.byKey.get(key) : overrides.ofUnknown(key)) ?? null;
  steps.push({ step: "override", override });
  if (override) {
    const variants = known?.variants ?? { on: true, off: false };
    return answer(inquiry, key, variants, override.variant, "STATIC", { override: override.via });
  }
  if (flag) return traceFlag(inquiry, flag, pins, steps);

  const as = inquiry.archived.has(key) ? "archived" : "unknown";
  const killed = inquiry.archivedKills.get(key);
  steps.push({ step: "absent", as, isDefined: definition !== undefined && killed === undefined });
  if (killed) return traceFlag(inquiry, killed, pins, steps);
  if (definition) {
    return answer(inquiry, key, definition.variants, definition.fallback, "DEFAULT", { source: "definitions" });
  }
  const message = as === "archived" ? `flag "${key}" is archived` : `there is no flag "${key}"`;
  return failed(key, undefined, "FLAG_NOT_FOUND", message, metadataOf(revision));
}

function traceFlag(inquiry: Inquiry, flag: Flag, pins: Pins, steps: TraceStep[]): Evaluation {
  const serving = (variant: VariantName, reason: Reason, extra: EvaluationMetadata = {}) =>
    answer(inquiry, flag.key, flag.variants, variant, reason, extra);
  const flaw = flawOf(flag);
  if (flaw !== undefined) {
    steps.push({ step: "flaw", message: flaw });
    return failed(flag.key, undefined, "PARSE_ERROR", flaw, metadataOf(inquiry.revision));
  }
  steps.push({ step: "enabled", enabled: flag.enabled });
  if (!flag.enabled) return serving(flag.offVariant, "DISABLED");
  for (const requirement of flag.requires) {
    const step = traceRequirement(inquiry, flag, requirement);
    steps.push(step);
    if (!step.isMet) return serving(flag.offVariant, "DEFAULT");
  }

  const missing: string[] = [];
  for (const step of ruleSteps(inquiry, flag, pins)) {
    steps.push(step);
    if (step.missing !== null && !missing.includes(step.missing)) missing.push(step.missing);
    if (step.variant === null) continue;
    const rule = step.step === "rule" ? { rule: step.name } : {};
    return serving(step.variant, reasonOf(step), { ...rule, ...(missing.length > 0 ? { missing } : {}) });
  }
  steps.push({ step: "off", variant: flag.offVariant });
  return serving(flag.offVariant, "DEFAULT", missing.length > 0 ? { missing } : {});
}

function* ruleSteps({ context }: Inquiry, flag: Flag, pins: Pins): Generator<RuleStep | DefaultRolloutStep> {
  for (const [index, rule] of flag.rules.entries()) {
    const condition = rule.portion?.share === 0 ? null : traceCondition(rule.when, context);
    const matches = condition?.outcome ?? false;
    const served = matches === true ? traceServe(flag, rule, context, pins) : NOT_SERVED;
    yield { step: "rule", number: index + 1, name: rule.name, matches, condition, ...served };
  }
  const last = defaultRollout(flag);
  const listings = last.who.kind === "lists" ? traceLists(last.who.lists, context) : null;
  const matches = listings === null || listings.some(({ isListed }) => isListed);
  const served = matches ? traceServe(flag, last, context, pins) : NOT_SERVED;
  yield { step: "last-line", strategy: flag.rollout.strategy, listings, matches, ...served };
}

const NOT_SERVED: ServeTrace = { portion: null, split: null, variant: null, missing: null };

function reasonOf(step: RuleStep | DefaultRolloutStep): Reason {
  if (step.portion !== null || step.split !== null) return "SPLIT";
  return step.step === "last-line" && step.strategy === "all" ? "STATIC" : "TARGETING_MATCH";
}

function traceRequirement(inquiry: Inquiry, flag: Flag, requirement: Requirement): RequirementStep {
  const base = { step: "requirement", requirement } as const;
  if (!fits(inquiry, flag.key, MAX_REQUIREMENT_DEPTH)) {
    return { ...base, served: null, isMet: false, problem: "too-deep" };
  }
  const served = servedBy(inquiry, requirement.flag);
  if (served === undefined) return { ...base, served: null, isMet: false, problem: "unknown" };
  return { ...base, served, isMet: served !== null && requirement.variants.includes(served), problem: null };
}

/** Returns whether the chain of requirements below a flag ends within `steps` steps. A circular chain never ends. */
function fits(inquiry: Inquiry, key: FlagKey, steps: number): boolean {
  const flag = inquiry.flags.get(key);
  const isAsked = flag?.enabled === true && !inquiry.overrides.byKey.has(key) && flawOf(flag) === undefined;
  if (!isAsked || flag.requires.length === 0) return true;
  if (steps === 0) return false;
  const id = `${steps} ${key}`;
  const known = inquiry.fits.get(id);
  if (known !== undefined) return known;
  const answer = flag.requires.every((requirement) => fits(inquiry, requirement.flag, steps - 1));
  inquiry.fits.set(id, answer);
  return answer;
}

/** Returns what a required flag serves; undefined when it is neither live nor overridden, null when it cannot be evaluated. */
function servedBy(inquiry: Inquiry, key: FlagKey): VariantName | null | undefined {
  const { flags, definitions, overrides, served } = inquiry;
  const isOverridden = Object.hasOwn(definitions, key)
    ? overrides.byKey.has(key)
    : overrides.ofUnknown(key) !== undefined;
  if (!flags.has(key) && !isOverridden) return undefined;
  const known = served.get(key);
  if (known !== undefined) return known;
  const variant = traceKey(inquiry, key, {}, []).variant ?? null;
  served.set(key, variant);
  return variant;
}

function answer(
  { revision }: Inquiry,
  flagKey: FlagKey,
  variants: Readonly<Record<VariantName, JsonValue>>,
  variant: VariantName,
  reason: Reason,
  extra: EvaluationMetadata,
): Evaluation {
  const value = own(variants, variant);
  const metadata = metadataOf(revision, extra);
  if (value !== undefined) return { flagKey, value, variant, reason, metadata };
  return failed(
    flagKey,
    undefined,
    "PARSE_ERROR",
    `flag "${flagKey}" has no variant "${variant}"`,
    metadataOf(revision),
  );
}
