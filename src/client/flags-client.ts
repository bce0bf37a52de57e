import type { Evaluation, EvaluationContext } from "../core/evaluate/evaluation.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonValue } from "../core/json.ts";
import type { EventName, Listener } from "./events.ts";
import type { ClientStatus } from "./status.ts";

/** One attribute: a value, or a list of which one element has to match. */
export type AttributeValue = string | number | boolean | readonly (string | number | boolean)[];

/** What is known of who asks: the attributes of `flags/_config.yaml`, these among them. */
export interface FlagContext extends EvaluationContext {
  readonly userRole?: AttributeValue | undefined;
  readonly workshopId?: AttributeValue | undefined;
  readonly sessionId?: AttributeValue | undefined;
  readonly postalCode?: AttributeValue | undefined;
}

/** Answers from memory: synchronous, never throws, touches neither database, disk, environment nor clock. */
export interface FlagReader {
  /** Whether a boolean flag is on; false for one that is unknown or of another type. */
  readonly isEnabled: (key: FlagKey, context?: FlagContext) => boolean;
  /** The value, or the default where the flag is unknown or of another type. */
  readonly value: ValueOf;
  /** The value, and why. */
  readonly evaluate: (key: FlagKey, defaultValue?: JsonValue, context?: FlagContext) => Evaluation;
  /** Every flag that the table or the generated definitions know, in key order. */
  readonly evaluateAll: (context?: FlagContext) => readonly Evaluation[];
}

/** A value is of its default's type; what an object holds is not checked. */
export interface ValueOf {
  (key: FlagKey, defaultValue: boolean, context?: FlagContext): boolean;
  (key: FlagKey, defaultValue: string, context?: FlagContext): string;
  (key: FlagKey, defaultValue: number, context?: FlagContext): number;
  (key: FlagKey, defaultValue: JsonValue, context?: FlagContext): JsonValue;
}

/** Flags of one moment: what the client learns later changes nothing here. */
export interface PinnedFlags extends FlagReader {
  /** Null before any data. */
  readonly revision: number | null;
}

/** The flags of one environment, kept up to date. */
export interface FlagsClient extends FlagReader {
  /** For one request: all its answers from one revision. */
  readonly pin: () => PinnedFlags;
  readonly status: () => ClientStatus;
  /** The returned function takes the listener away. */
  readonly on: <Name extends EventName>(name: Name, listener: Listener<Name>) => () => void;
  /** Stops refreshing and lets go of the database; answers stay as they were. May be called twice. */
  readonly close: () => Promise<void>;
}
