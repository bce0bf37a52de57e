import type { FlagKey } from "../core/flag/flag.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";

/** What overrides of running instances make of one flag. */
export interface SeenOverride {
  readonly key: FlagKey;
  /** What they serve by it, each once; `overridden` where an instance does not say. */
  readonly variants: readonly string[];
  /** The variables and patterns behind it, each once, e.g. `FEATURE_CHECKOUT`. */
  readonly via: readonly string[];
  /** So many instances override it, of so many that are running. */
  readonly instances: number;
  readonly of: number;
}

/**
 * The flags that running instances override, in key order, from what their heartbeats say.
 *
 * @param instances  those that are running; of each, what it makes of a flag by the flag's key
 */
export function seenOverrides(instances: readonly { readonly overrides: JsonObject }[]): readonly SeenOverride[] {
  const keys = new Set(instances.flatMap(({ overrides }) => Object.keys(overrides)));
  return [...keys].sort().map((key) => {
    const reported = instances.flatMap(({ overrides }) => (Object.hasOwn(overrides, key) ? [overrides[key]] : []));
    const texts = (name: string) => reported.map((each) => (isJsonObject(each) ? each[name] : undefined));
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
