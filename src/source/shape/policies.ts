import type { Share } from "../../core/flag/flag.ts";
import { parseShare } from "./share.ts";

/**
 * Lists the policies of `flags/_config.yaml`: the kind of value, its description in the schema, and the diagnostic that
 * reports a violation. Codes are API: add new ones, never rename or reuse one.
 */
export const POLICIES = {
  maxStep: {
    kind: "share",
    description:
      "The largest jump that needs no acknowledgement: the share of people who get a different answer, other than the off variant.",
    code: "step-too-large",
    meaning: "a jump exceeds policy maxStep in a protected environment, without an acknowledgement",
  },
  maxFlags: {
    kind: "count",
    description: "How many flags may change their answers in one sync without an acknowledgement.",
    code: "too-many-flags",
    meaning:
      "the answers of more flags can change in a protected environment than policy maxFlags allows, so the sync will require an acknowledgement",
  },
  stagingFirst: {
    kind: "boolean",
    description: "true: a protected environment may serve people only what the environment before it serves them too.",
    code: "staging-first",
    meaning: "a protected environment would serve people something that the preceding environment does not serve them",
  },
  maxExpiryDays: {
    kind: "count",
    description: "How many days ahead `expires` may be when it is written.",
    code: "expires-too-late",
    meaning: "expires is further ahead than policy maxExpiryDays allows",
  },
} as const;

export type PolicyName = keyof typeof POLICIES;
type ViolationCode = (typeof POLICIES)[PolicyName]["code"];

/** The diagnostic code of each policy, with its meaning. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codes of the table above
export const VIOLATION_CODES = Object.fromEntries(
  Object.values(POLICIES).map(({ code, meaning }) => [code, meaning]),
) as Readonly<Record<ViolationCode, string>>;

/** Describes `policies` as it is written in the file: a share as text, e.g. "25%". */
export type PoliciesFile = {
  readonly [Name in PolicyName]?:
    | { share: string; count: number; boolean: boolean }[(typeof POLICIES)[Name]["kind"]]
    | undefined;
};

/** The policies that apply to protected environments. Null means that there is no limit. */
export interface Policies extends Readonly<Record<PolicyName, number | boolean | null>> {
  /** The largest jump that needs no acknowledgement. */
  readonly maxStep: Share | null;
  /** The maximum number of flags whose answers one sync may change without an acknowledgement. */
  readonly maxFlags: number | null;
  readonly stagingFirst: boolean;
  readonly maxExpiryDays: number | null;
}

/** Returns the policies of a file, with defaults filled in. */
export function policiesOf(file: PoliciesFile): Policies {
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
