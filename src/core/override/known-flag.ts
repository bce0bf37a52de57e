import type { Flag, FlagKey, VariantName } from "../flag/flag.ts";
import { switchWord } from "./override-text.ts";

/** The part of a flag that overrides need. */
export type KnownFlag = Pick<Flag, "key" | "type" | "variants" | "offVariant" | "tags">;

/** The flags that overrides can refer to. */
export interface KnownFlags {
  /** Live flags, and flags that only the generated definitions contain. */
  readonly flags: readonly KnownFlag[];
  readonly archived: ReadonlySet<FlagKey>;
  /** False until a table has been read: until then, a name that matches nothing is not a problem. */
  readonly isComplete: boolean;
}

/** Returns the variant that a value names: by its exact name, else by a word such as `off`; undefined for any other value. */
export function variantMeant(value: string, flag: KnownFlag): VariantName | undefined {
  if (Object.hasOwn(flag.variants, value)) return value;
  const word = switchWord(value);
  if (word === "off") return flag.offVariant;
  return word === "on" && flag.type === "boolean" ? "on" : undefined;
}
