import type { Evaluation } from "./evaluation.ts";
import type { FlagKey } from "../flag/flag.ts";
import type { JsonValue } from "../json.ts";
import { failed, metadataOf } from "./outcome.ts";
import type { ResolvedOverrides } from "../override/override-resolve.ts";

/**
 * Makes the answers for keys that neither the table nor the definitions have: FLAG_NOT_FOUND with the caller's default. An
 * override decides even here, so that a kill works before any data exists: true or false for a caller who wants a boolean
 * (or names no default), the default for any other, since nobody knows the variants.
 */
export function unknownAnswer(
  overrides: ResolvedOverrides,
  archived: ReadonlySet<FlagKey>,
  revision: number | undefined,
): (key: FlagKey, defaultValue: JsonValue | undefined) => Evaluation {
  const metadata = metadataOf(revision);
  return (key, defaultValue) => {
    // Callers in JavaScript pass anything.
    const flagKey = typeof key === "string" ? key : "";
    const decision = overrides.ofUnknown(flagKey);
    if (!decision) {
      const message = archived.has(flagKey) ? `flag "${flagKey}" is archived` : `there is no flag "${flagKey}"`;
      return failed(flagKey, defaultValue, "FLAG_NOT_FOUND", message, metadata);
    }
    const said = { flagKey, reason: "STATIC", metadata: metadataOf(revision, { override: decision.via }) } as const;
    if (defaultValue !== undefined && typeof defaultValue !== "boolean") {
      return Object.freeze({ ...said, value: defaultValue });
    }
    return Object.freeze({ ...said, value: decision.variant === "on", variant: decision.variant });
  };
}
