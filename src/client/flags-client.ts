import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import type { EventName, Listener } from "./events.ts";
import type { ClientStatus } from "./status.ts";

/** The value of an attribute, or a list of values. A list meets a condition if one of its elements does. */
export type AttributeValue = string | number | boolean | readonly (string | number | boolean)[];

/** The attributes of one evaluation, as declared in `flags/_config.yaml`. The listed names are common ones; other names are allowed. */
export interface FlagContext extends EvaluationContext {
  readonly userRole?: AttributeValue | undefined;
  readonly workshopId?: AttributeValue | undefined;
  readonly sessionId?: AttributeValue | undefined;
  readonly postalCode?: AttributeValue | undefined;
}

/** Evaluates flags in memory. The methods are synchronous, never throw, and do not access database, disk, environment or clock. */
export interface FlagReader {
  /** Returns whether a boolean flag is on; false if it is unknown or of a different type. */
  readonly isEnabled: (key: FlagKey, context?: FlagContext) => boolean;
  /** Returns the value, or the default if the flag is unknown or of a different type. */
  readonly value: ValueOf;
  /** Returns the value with variant, reason and metadata. */
  readonly evaluate: (key: FlagKey, defaultValue?: JsonValue, context?: FlagContext) => Evaluation;
  /** Evaluates every flag of the table and of the generated definitions, in key order. */
  readonly evaluateAll: (context?: FlagContext) => readonly Evaluation[];
}

/** Returns a value of the type of its default. The content of an object is not checked. */
export interface ValueOf {
  (key: FlagKey, defaultValue: boolean, context?: FlagContext): boolean;
  (key: FlagKey, defaultValue: string, context?: FlagContext): string;
  (key: FlagKey, defaultValue: number, context?: FlagContext): number;
  (key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue;
}

/** A reader of the flags at one revision. Later changes do not affect it. */
export interface PinnedFlags extends FlagReader {
  /** Null if there was no data yet. */
  readonly revision: number | null;
}

/** A client for the flags of one environment, kept up to date. */
export interface FlagsClient extends FlagReader {
  /** Returns a reader of the current revision, for all evaluations of one request. */
  readonly pin: () => PinnedFlags;
  /** Returns the state of the client as plain JSON, without secrets. */
  readonly status: () => ClientStatus;
  /** Adds a listener. The returned function removes it. */
  readonly on: <Name extends EventName>(name: Name, listener: Listener<Name>) => () => void;
  /** Stops refreshing and closes the database. Evaluations still work. May be called twice. */
  readonly close: () => Promise<void>;
}
