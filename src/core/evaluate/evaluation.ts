import type { FlagKey, VariantName } from "../flag/flag.ts";
import type { JsonValue } from "../json.ts";

/**
 * The attributes, by name, of the user or request for which a flag is evaluated. The subject is `userId`;
 * `targetingKey` is accepted in its place, and `userId` applies if both are given. Undefined attributes count as
 * missing.
 */
export interface EvaluationContext {
  readonly targetingKey?: string | number | undefined;
  readonly userId?: string | number | undefined;
  readonly [attribute: string]: unknown;
}

/** OpenFeature's reasons; no others appear. */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "ERROR";

/** OpenFeature's error codes. Its SDKs replace the value with the caller's default whenever a code is set. */
export type EvaluationErrorCode = "FLAG_NOT_FOUND" | "PARSE_ERROR" | "TYPE_MISMATCH" | "PROVIDER_NOT_READY" | "GENERAL";

/** Additional information about an answer. A member without a value is absent, not undefined. */
export interface EvaluationMetadata {
  readonly revision?: number;
  /** The name of the rule that decided. */
  readonly rule?: string;
  /** The variable (or pattern) that decided, e.g. `FEATURE_X` or `FLAGS_KILL=workshop_*`. */
  readonly override?: string;
  /** The source of the answer if it is not the table, e.g. `definitions`. */
  readonly source?: string;
  /** The subject attributes that a share or a split needs and the context does not have. */
  readonly missing?: readonly string[];
  readonly stale?: boolean;
}

/** One answer: the value, the reason and metadata. Frozen, because callers share it. */
export interface Evaluation<Value extends JsonValue = JsonValue> {
  readonly flagKey: FlagKey;
  readonly value: Value;
  /** Absent if the value is the caller's default. */
  readonly variant?: VariantName;
  readonly reason: Reason;
  readonly errorCode?: EvaluationErrorCode;
  readonly errorMessage?: string;
  readonly metadata: EvaluationMetadata;
}
