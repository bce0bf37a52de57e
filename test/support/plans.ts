import type { DesiredFlag } from "../../src/core/plan/live-row.ts";
import type { Flag, FlagKey } from "../../src/core/flag/flag.ts";
import { planChanges, type Plan, type PlanInput } from "../../src/core/plan/plan.ts";
import type { ReadRow } from "../../src/core/row/row-codec.ts";
import { editNeeds, withNeeds, type Acknowledging, type Need, type PlanWithNeeds } from "../../src/impact/needs.ts";
import { workFor } from "../../src/core/work.ts";
import { digest } from "../../src/source/load/digest.ts";
import { type AttributeSpec, declared } from "./attributes.ts";
import { flagMap } from "./flags.ts";

export interface GivenPlan extends Partial<Omit<PlanInput, "desired" | "live">> {
  readonly files?: readonly (Flag & { readonly acknowledged?: string })[];
  readonly rows?: readonly ReadRow[];
}

/** Returns the plan of a sync of files into a production table with rows. */
export function planOf({ files = [], rows = [], ...rest }: GivenPlan): Plan {
  return planChanges({
    environment: "production",
    from: { revision: 56, commit: "4be12f0" },
    to: { commit: "91c0d3a" },
    desired: desiredOf(files),
    live: new Map(rows.map((read) => [read.ok ? read.row.feature_key : (read.key ?? ""), read])),
    release: new Set(),
    onDrift: "keep",
    deletedManually: new Map(),
    archivedManually: new Set(),
    digest,
    ...rest,
  });
}

/** Returns the plan with needed acknowledgements. Production is protected, with limits of 25 % and 2 flags. */
export function planWithNeedsOf(given: Omit<GivenPlan, "environment"> & Partial<Acknowledging>): PlanWithNeeds {
  const { acknowledgedPlan = null, environment, ...rest } = given;
  return withNeeds(planOf(rest), {
    environment: environment ?? { name: "production", protected: true },
    policies: { maxStep: 25_000, maxFlags: 2 },
    attributes: [new Map()],
    work: workFor(1),
    desired: desiredOf(given.files ?? []),
    acknowledgedPlan,
  });
}

/** A change of one flag, with the flags that it may require and the declared attributes. */
export interface GivenEdit {
  readonly maxStep?: number | null;
  readonly attributes?: readonly AttributeSpec[];
  readonly others?: readonly Flag[];
}

/** Returns what a change of one flag in production needs. The default limit is 25 %. */
export function needsOfEdit(
  before: Flag | null,
  after: Flag,
  { maxStep = 25_000, attributes = [], others = [] }: GivenEdit = {},
): readonly Need[] {
  const mapOf = (flag: Flag | null) => flagMap([...others, ...(flag === null ? [] : [flag])]);
  const desired = { flag: after, path: `flags/${after.key}.yaml`, acknowledged: null };
  const sides = { before: mapOf(before), after: mapOf(after) };
  const policies = { maxStep, maxFlags: null };
  return editNeeds("production", desired, sides, { policies, attributes: [declared(attributes)], work: workFor(1) });
}

function desiredOf(files: NonNullable<GivenPlan["files"]>): ReadonlyMap<FlagKey, DesiredFlag> {
  return new Map(
    files.map(({ acknowledged = null, ...flag }) => [flag.key, { flag, path: `flags/${flag.key}.yaml`, acknowledged }]),
  );
}
