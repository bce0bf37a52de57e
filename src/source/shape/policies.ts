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

type PolicyName = keyof z.infer<typeof policiesShape>;

/** The diagnostic that reports a violation of each policy. Codes are API: add new ones, never rename or reuse one. */
const VIOLATIONS = {
  maxStep: {
    code: "step-too-large",
    meaning: "a share rises by more than policy maxStep in a protected environment, without an acknowledgement",
  },
  maxFlags: {
    code: "too-many-flags",
    meaning: "more flags than policy maxFlags change in a protected environment, so the sync will ask",
  },
  stagingFirst: {
    code: "staging-first",
    meaning: "a protected environment would serve people something that the preceding environment does not serve them",
  },
  maxExpiryDays: {
    code: "expires-too-late",
    meaning: "expires is further ahead than policy maxExpiryDays allows",
  },
} as const satisfies Readonly<Record<PolicyName, { readonly code: string; readonly meaning: string }>>;

type ViolationCode = (typeof VIOLATIONS)[keyof typeof VIOLATIONS]["code"];

/** The code of each policy, with its meaning. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codes of the table above
export const VIOLATION_CODES = Object.fromEntries(
  Object.values(VIOLATIONS).map(({ code, meaning }) => [code, meaning]),
) as Readonly<Record<ViolationCode, string>>;

/** The policies that apply to protected environments. Null means that there is no limit. */
export interface Policies extends Readonly<Record<PolicyName, number | boolean | null>> {
  /** The largest rise of a share that needs no acknowledgement. */
  readonly maxStep: Share | null;
  /** The most flags that one sync may change without an acknowledgement. */
  readonly maxFlags: number | null;
  readonly stagingFirst: boolean;
  readonly maxExpiryDays: number | null;
}

/** Returns the policies of a file, with defaults filled in. */
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

/** Returns the lower of two limits. Null means that there is no limit. */
function lower(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
