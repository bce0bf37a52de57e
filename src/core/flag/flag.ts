import type { Condition } from "./condition.ts";
import type { JsonObject, JsonValue } from "../json.ts";

/** `^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`, at most 64 characters: the name of the flag's file. */
export type FlagKey = string;
/** Names what a rule serves and an evaluation returns. A boolean flag has exactly `on` and `off`. */
export type VariantName = string;

export const FLAG_TYPES = ["boolean", "string", "number", "object"] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

export const FLAG_KINDS = ["release", "experiment", "ops", "permission"] as const;
export type FlagKind = (typeof FLAG_KINDS)[number];

/** A share in thousandths of a percent: a whole number, 0 (nobody) to 100 000 (everyone). 25 % is 25 000. */
export type Share = number;
export const WHOLE: Share = 100_000;

/** The subject attribute of a share that names no other. */
export const DEFAULT_BY = "userId";

/** How much: a share of the subjects, which are the values of the attribute `by`. A subject stays inside as the share rises. */
export interface Portion {
  readonly share: Share;
  readonly by: string;
}

/** What is served: one variant, or a split whose shares add up to {@link WHOLE}, in an order that decides who gets what. */
export type Serve = { readonly variant: VariantName } | { readonly split: readonly SplitPart[] };

export interface SplitPart {
  readonly variant: VariantName;
  readonly share: Share;
}

/** Who, how much and what. A context outside the portion goes on to the next rule; null is everyone who matches. */
export interface Rule {
  readonly name: string;
  readonly when: Condition;
  readonly portion: Portion | null;
  readonly serve: Serve;
}

/** The default rollout: for everyone whom no rule served. The strategies are the words of the table. */
export type Rollout =
  | { readonly strategy: "all" }
  | { readonly strategy: "percentage"; readonly portion: Portion }
  | { readonly strategy: "role"; readonly roles: readonly string[] }
  | { readonly strategy: "whitelist"; readonly lists: Readonly<Record<string, readonly string[]>> };

/** Another flag has to serve one of these variants to the same context, or this one serves its off variant. */
export interface Requirement {
  readonly flag: FlagKey;
  readonly variants: readonly VariantName[];
}

/**
 * One environment's flag: its file with the overlay applied and the segments written out. What stands in a row of the
 * table and what is evaluated are this, no more and no less.
 */
export interface Flag {
  readonly key: FlagKey;
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly kind: FlagKind | null;
  /** The day after which the flag should be gone, `YYYY-MM-DD`. Nothing is evaluated by it. */
  readonly expires: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
  readonly type: FlagType;
  readonly variants: Readonly<Record<VariantName, JsonValue>>;
  /** Served when the flag is disabled, killed, or its requirements are not met. */
  readonly offVariant: VariantName;
  /** The code default: served when no synced data can be had at all. */
  readonly fallback: VariantName;
  readonly enabled: boolean;
  readonly rules: readonly Rule[];
  readonly rollout: Rollout;
  readonly serve: Serve;
  readonly requires: readonly Requirement[];
  /** Names the flag's shares and splits, so that two 10 % flags reach different people. Neither `:` nor `#` in it. */
  readonly salt: string;
  /** Browsers may see its value. */
  readonly client: boolean;
  /** Every widening in a protected environment needs an acknowledgement. */
  readonly protected: boolean;
}

/** The variants of a boolean flag. */
export const BOOLEAN_VARIANTS = { on: true, off: false } as const;
