import { z } from "zod";
import type { Share } from "../../core/flag/flag.ts";
import { shareShape } from "./condition-shape.ts";
import { parseShare } from "./share.ts";

/** Describes `policies` in `flags/_config.yaml`. */
export const policiesShape = z
  .strictObject({
    maxStep: shareShape.meta({ description: "The largest rise of a share that needs no acknowledgement." }).optional(),
    maxFlags: z
      .int()
      .min(1)
      .meta({ description: "How many flags one sync may change without an acknowledgement." })
      .optional(),
    stagingFirst: z
      .boolean()
      .meta({
        description:
          "true: a protected environment may serve people only what the environment before it serves them too.",
      })
      .optional(),
    maxExpiryDays: z
      .int()
      .min(1)
      .meta({ description: "How many days ahead `expires` may be when it is written." })
      .optional(),
  })
  .meta({ description: "Limits on the changes of a pull request." });

/** The policies that protected environments are held to; null where there is no limit. */
export interface Policies {
  /** The largest rise of a share that needs no acknowledgement. */
  readonly maxStep: Share | null;
  /** The most flags that one sync may change without an acknowledgement. */
  readonly maxFlags: number | null;
  readonly stagingFirst: boolean;
  readonly maxExpiryDays: number | null;
}

/** Returns the policies with everything that the file leaves out. */
export function policiesOf(file: z.infer<typeof policiesShape>): Policies {
  return {
    maxStep: file.maxStep === undefined ? null : (parseShare(file.maxStep) ?? null),
    maxFlags: file.maxFlags ?? null,
    stagingFirst: file.stagingFirst ?? false,
    maxExpiryDays: file.maxExpiryDays ?? null,
  };
}

/** Returns the stricter of two policies, limit by limit. */
export function stricterPolicies(one: Policies, other: Policies): Policies {
  return {
    maxStep: lower(one.maxStep, other.maxStep),
    maxFlags: lower(one.maxFlags, other.maxFlags),
    stagingFirst: one.stagingFirst || other.stagingFirst,
    maxExpiryDays: lower(one.maxExpiryDays, other.maxExpiryDays),
  };
}

/** Null is no limit. */
function lower(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
