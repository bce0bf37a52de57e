import type { FlagKey } from "../core/flag/flag.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { own } from "../core/own.ts";

/** The overrides of one flag in running instances. */
export interface SeenOverride {
  readonly key: FlagKey;
  /**
   * The variants that the overrides serve, without repetition; `overridden` if an instance does not report its variant.
   */
  readonly variants: readonly string[];
  /** The variables and patterns of the overrides, without repetition, e.g. `FEATURE_CHECKOUT`. */
  readonly via: readonly string[];
  /** The number of instances that override the flag, and the number of running instances. */
  readonly instances: number;
  readonly of: number;
}

/**
 * Returns the flags that running instances override, in key order, according to their heartbeats.
 *
 * @param instances  the running instances, each with its overrides by flag key
 */
export function seenOverrides(instances: readonly { readonly overrides: JsonObject }[]): readonly SeenOverride[] {
  const keys = new Set(instances.flatMap(({ overrides }) => Object.keys(overrides)));
  return [...keys].sort().map((key) => {
    const reported = instances.flatMap(({ overrides }) => (Object.hasOwn(overrides, key) ? [own(overrides, key)] : []));
    const texts = (name: string) => reported.map((each) => (isJsonObject(each) ? own(each, name) : undefined));
    const variants = texts("variant").map((text) => (typeof text === "string" ? text : "overridden"));
    const via = texts("via").filter((text) => typeof text === "string");
    return {
      key,
      variants: [...new Set(variants)],
      via: [...new Set(via)].sort(),
      instances: reported.length,
      of: instances.length,
    };
  });
}
