import type { FlagDefinitions } from "./definitions.ts";
import type { Flag, FlagKey } from "./flag.ts";
import type { KnownFlag } from "./override-resolve.ts";

/** What overrides have to know: of live flags, and of those that only the generated definitions know. */
export function knownFlags(flags: ReadonlyMap<FlagKey, Flag>, definitions: FlagDefinitions): readonly KnownFlag[] {
  const live = Array.from(flags.values(), (flag) => knownFlag(flag.key, flag));
  const generated = Object.entries(definitions).filter(([key]) => !flags.has(key));
  return [...live, ...generated.map(([key, definition]) => knownFlag(key, definition))];
}

function knownFlag(key: FlagKey, flag: Pick<Flag, "type" | "variants" | "offVariant" | "tags">): KnownFlag {
  const { type, variants, offVariant, tags } = flag;
  return { key, type, variants: Object.keys(variants), offVariant, tags };
}
