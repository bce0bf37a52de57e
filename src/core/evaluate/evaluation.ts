import type { FlagKey, VariantName } from "../flag/flag.ts";
import type { JsonValue } from "../json.ts";

/**
 * What is known of whom a flag is evaluated for. Attributes by name; the subject is `userId` (`targetingKey` is accepted for it; both given:
 * `userId`). Attributes that the caller leaves undefined count as missing.
 */
export interface EvaluationContext {
  readonly targetingKey?: string | number | undefined;
  readonly userId?: string | number | undefined;
  readonly [attribute: string]: unknown;
}

/** OpenFeature's reasons; no others appear. */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "ERROR";

/** OpenFeature's error codes. Its SDKs replace our value by the caller's default wherever one is set. */
export type EvaluationErrorCode = "FLAG_NOT_FOUND" | "PARSE_ERROR" | "TYPE_MISMATCH" | "PROVIDER_NOT_READY" | "GENERAL";

/** What else an answer says. Every member is optional and absent rather than undefined. */
export interface EvaluationMetadata {
  readonly revision?: number;
  /** The rule that answered, by its name. */
  readonly rule?: string;
  /** The variable (or pattern) that decided, e.g. `FEATURE_X` or `FLAGS_KILL=workshop_*`. */
  readonly override?: string;
  /** Where the answer came from when it is not the table: `definitions`, … */
  readonly source?: string;
  /** Subject attributes that a share or a split asked for and the context does not have. */
  readonly missing?: readonly string[];
  readonly stale?: boolean;
}

/** One answer: the value, why, and what else is known. Never mutated, often shared: frozen. */
export interface Evaluation<Value extends JsonValue = JsonValue> {
  readonly flagKey: FlagKey;
  readonly value: Value;
  /** Absent where the value is the caller's default. */
  readonly variant?: VariantName;
  readonly reason: Reason;
  readonly errorCode?: EvaluationErrorCode;
  readonly errorMessage?: string;
  readonly metadata: EvaluationMetadata;
}
