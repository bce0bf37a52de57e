import type { Scalar } from "../../core/flag/condition.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import type { FlagKey, FlagType, VariantName } from "../../core/flag/flag.ts";
import type { Budget } from "../../core/work.ts";
import type { AttributeDeclaration, ConfigFile } from "./config-file.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "./flag-file.ts";
import type { SegmentFile } from "./segment-file.ts";

/**
 * The names that a file may use. A member is undefined if its own declaration is broken. References to it are then not
 * checked, because the cause is already reported.
 */
export interface Vocabulary {
  readonly environments: ReadonlySet<string> | undefined;
  readonly attributes: ReadonlyMap<string, AttributeDeclaration> | undefined;
  readonly owners: ReadonlySet<string> | undefined;
  /** All segment files, readable or not. */
  readonly segments: ReadonlySet<string>;
  readonly flags: ReadonlyMap<FlagKey, FlagVariants>;
  /** The budget of the run for finding names that are similar to an unknown one. */
  readonly names: Budget;
}

/** The type and the variants of a flag. A member is undefined if it is missing from the flag's file. */
export interface FlagVariants {
  readonly type: FlagType | undefined;
  readonly names: ReadonlySet<VariantName> | undefined;
}

/** `userId` needs no declaration. */
const USER_ID: AttributeDeclaration = { type: "string" };

/** Returns the names that the files declare. */
export function vocabularyOf(
  config: Draft<ConfigFile> | undefined,
  segments: readonly Draft<SegmentFile>[],
  flags: readonly Draft<FlagFile>[],
  names: Budget,
): Vocabulary {
  const declared = <Key extends "environments" | "attributes" | "owners">(
    key: Key,
  ): NonNullable<ConfigFile[Key]> | undefined => {
    if (config === undefined || config.unusable.has(key)) return undefined;
    return config.json[key] ?? {};
  };
  const attributes = declared("attributes");
  return {
    environments: nameSet(declared("environments")),
    attributes: attributes && new Map(Object.entries({ userId: USER_ID, ...attributes })),
    owners: nameSet(declared("owners")),
    segments: new Set(segments.map(({ name }) => name)),
    flags: new Map(flags.map((draft) => [draft.name, variantsOf(draft)])),
    names,
  };
}

/** Returns the type and the variants of a flag, as far as its file has them. */
export function variantsOf({ json, unusable }: Draft<FlagFile>): FlagVariants {
  const type = unusable.has("type") ? undefined : (json.type ?? "boolean");
  if (type === "boolean") return { type, names: new Set(["on", "off"]) };
  return { type, names: json.variants && new Set(Object.keys(json.variants)) };
}

/** Returns the possible values of attributes: those that declare their values, and booleans. */
export function declaredValues({ attributes = new Map() }: Vocabulary): DeclaredValues {
  const known = new Map<string, readonly Scalar[]>();
  for (const [name, { type, values }] of attributes) {
    if (type === "boolean") known.set(name, [true, false]);
    else if (values !== undefined) known.set(name, values);
  }
  return known;
}

function nameSet(mapping: object | undefined): ReadonlySet<string> | undefined {
  return mapping && new Set(Object.keys(mapping));
}
