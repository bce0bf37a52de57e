import type { FlagKey, FlagKind, FlagType, VariantName } from "./flag.ts";
import type { JsonObject } from "../json.ts";

/**
 * What an application knows of a flag at build time, safe for browsers: no rules, no targets. Written by `hoist generate`;
 * what a client answers from when it has no data at all.
 */
export interface FlagDefinition {
  readonly name: string;
  readonly description: string;
  readonly owner: string | null;
  readonly kind: FlagKind | null;
  readonly type: FlagType;
  readonly variants: JsonObject;
  readonly offVariant: VariantName;
  /** The code default, a variant. */
  readonly fallback: VariantName;
  readonly tags: readonly string[];
  readonly client: boolean;
}

export type FlagDefinitions = Readonly<Record<FlagKey, FlagDefinition>>;
