import type { FlagKey, FlagKind, FlagType, VariantName } from "./flag.ts";
import type { JsonObject } from "../json.ts";

/**
 * The definition of a flag that is built into an application. Safe for browsers: it contains no rules and no targets.
 * `hoist generate` writes it, and a client answers from it when it has no other data.
 */
export interface FlagDefinition {
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly kind: FlagKind | null;
  readonly type: FlagType;
  readonly variants: JsonObject;
  readonly offVariant: VariantName;
  /** The name of the variant that is the code default. */
  readonly fallback: VariantName;
  readonly tags: readonly string[];
  readonly client: boolean;
}

/** The definitions of all flags that an application was built with, by key. */
export type FlagDefinitions = Readonly<Record<FlagKey, FlagDefinition>>;
