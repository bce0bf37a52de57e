import type { FlagDefinitions } from "../flag/definitions.ts";
import type { Flag, FlagKey } from "../flag/flag.ts";
import type { ParsedOverrides } from "./override.ts";
import { type KnownFlag, type ResolvedOverrides, resolveOverrides } from "./override-resolve.ts";

/** What is known besides the live flags. */
export interface OverrideInput {
  readonly revision?: number | undefined;
  readonly overrides?: ParsedOverrides | undefined;
  readonly definitions?: FlagDefinitions | undefined;
}

/** What the overrides make of live flags, and of those that only the generated definitions know. */
export function overridesOf(
  { overrides, definitions = {}, revision }: OverrideInput,
  flags: ReadonlyMap<FlagKey, Flag>,
  archived: ReadonlySet<FlagKey>,
): ResolvedOverrides {
  const isComplete = flags.size > 0 || archived.size > 0 || revision !== undefined;
  const parsed = overrides ?? { settings: [], kills: [], ignored: [], problems: [] };
  const isAnySet = parsed.settings.length > 0 || parsed.kills.length > 0 || parsed.ignored.length > 0;
  return resolveOverrides(parsed, { flags: isAnySet ? knownFlags(flags, definitions) : [], archived, isComplete });
}

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
