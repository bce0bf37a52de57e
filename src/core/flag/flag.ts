import type { Condition } from "./condition.ts";
import type { JsonObject, JsonValue } from "../json.ts";

/**
 * The key of a flag, which is the name of its file. Matches `^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`, at most 64 characters.
 */
export type FlagKey = string;
/** The name of a variant, which rules serve and evaluations return. A boolean flag has exactly `on` and `off`. */
export type VariantName = string;

export const FLAG_TYPES = ["boolean", "string", "number", "object"] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

export const FLAG_KINDS = ["release", "experiment", "ops", "permission"] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

/** A share in thousandths of a percent: a whole number, 0 (nobody) to 100,000 (everyone). 25 % is 25,000. */
export type Share = number;
/** The share that includes everyone: 100 %. */
export const WHOLE: Share = 100_000;

/** The subject attribute of a share that names no other. */
export const DEFAULT_BY = "userId";

/**
 * A share of the subjects, which are the values of the attribute `by`. A subject stays included while the share rises.
 */
export interface Portion {
  readonly share: Share;
  readonly by: string;
}

/**
 * What a rule serves: one variant, or a split whose shares add up to {@link WHOLE}. The order of the split decides
 * which subjects get which variant.
 */
export type Serve = { readonly variant: VariantName } | { readonly split: readonly SplitPart[] };

/** One part of a split: a variant and its share. */
export interface SplitPart {
  readonly variant: VariantName;
  readonly share: Share;
}

/**
 * A rule: its condition, its share, and what it serves. A context outside the share continues with the next rule;
 * without a share the rule serves everyone who matches.
 */
export interface Rule {
  readonly name: string;
  readonly when: Condition;
  readonly portion: Portion | null;
  readonly serve: Serve;
}

/** The default rollout, for everyone whom no rule served. The strategies have the names that the table uses. */
export type Rollout =
  | { readonly strategy: "all" }
  | { readonly strategy: "percentage"; readonly portion: Portion }
  | { readonly strategy: "role"; readonly roles: readonly string[] }
  | { readonly strategy: "whitelist"; readonly lists: Readonly<Record<string, readonly string[]>> };

/**
 * A requirement: another flag must serve one of these variants to the same context; otherwise this flag serves its off
 * variant.
 */
export interface Requirement {
  readonly flag: FlagKey;
  readonly variants: readonly VariantName[];
}

/**
 * A flag in one environment: its file with the overlay applied and the segments written out. A row of the table
 * contains exactly this, and evaluation reads exactly this.
 */
export interface Flag {
  readonly key: FlagKey;
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly kind: FlagKind | null;
  /** The date after which the flag should be removed, `YYYY-MM-DD`. Evaluation ignores it. */
  readonly expires: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
  readonly type: FlagType;
  readonly variants: Readonly<Record<VariantName, JsonValue>>;
  /** Served when the flag is disabled or killed, or when its requirements are not met. */
  readonly offVariant: VariantName;
  /** The code default: served when no synced data is available. */
  readonly fallback: VariantName;
  readonly enabled: boolean;
  readonly rules: readonly Rule[];
  readonly rollout: Rollout;
  readonly serve: Serve;
  readonly requires: readonly Requirement[];
  /**
   * The salt of the flag's shares and splits, so that two 10 % flags reach different people. Contains neither `:` nor
   * `#`.
   */
  readonly salt: string;
  /** Whether browsers may see the flag's value. */
  readonly client: boolean;
  /** Whether every widening in a protected environment needs an acknowledgement. */
  readonly protected: boolean;
}

/** The variants of a boolean flag. */
export const BOOLEAN_VARIANTS = { on: true, off: false } as const;
