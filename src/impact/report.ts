import type { Need } from "./needs.ts";
import type { Change, PlanProblem } from "../core/plan/change.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import type { Difference } from "../core/plan/difference.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { Measured } from "./margin.ts";
import type { Move } from "./moves.ts";
import type { ChangeKind } from "./change-kind.ts";
import type { PopulationNote } from "./population.ts";

/** The effect of a branch on the people who use the flags. Views turn it into text. */
export interface ChangeReport {
  /** The commit at which the branch left its base. `ref` is the name as given, e.g. `origin/main`. */
  readonly from: { readonly ref: string; readonly commit: string | null };
  /** `commit` is null for files that are not committed; `name` then names them. */
  readonly to: { readonly commit: string | null; readonly name?: string };
  /** All environments in the order of promotion, including those in which nothing changes. */
  readonly environments: readonly EnvironmentReport[];
  readonly population: PopulationNote;
  readonly checks: { readonly flags: number; readonly testsPassed: number };
}

/** The effect of a branch in one environment. */
export interface EnvironmentReport {
  readonly environment: string;
  readonly isProtected: boolean;
  /** The changed flags, ordered by the number of people that they affect, then by key. */
  readonly flags: readonly FlagReport[];
  readonly unchanged: number;
  /** People for whom at least one flag answers differently. */
  readonly flipped: Measured;
  /** The subject attributes that `flipped` takes everyone to have. */
  readonly among: readonly string[];
  /** The attributes that decide `flipped` although it is a guess how common their values are; sorted by name. */
  readonly guessed: readonly string[];
  /** Everything that has to be acknowledged, for single flags and for the whole plan. */
  readonly needs: readonly Need[];
  readonly problems: readonly PlanProblem[];
  /** The id for `hoist sync --acknowledge`, if the table equals the base. */
  readonly planId: string;
  /** The manual changes to the table; null if no table was read. */
  readonly manualChanges: readonly ManualChange[] | null;
}

/** A flag of one environment whose definition or answers change. */
export interface FlagReport {
  readonly key: FlagKey;
  /** Null if its file is gone. */
  readonly path: string | null;
  /** `reached`: the flag itself is unchanged, but it requires a flag that changes. */
  readonly action: Change["action"] | "reached";
  readonly kind: ChangeKind;
  readonly differences: readonly Difference[];
  /** What changed the flag, other than its own file: `segment staff`, `requires new_checkout`. */
  readonly via: readonly string[];
  /** The flag in plain English; null if it does not exist. */
  readonly before: string | null;
  readonly after: string | null;
  readonly flips: Flips;
  readonly needs: readonly Need[];
  readonly warnings: readonly ReportWarning[];
}

/** A warning that is shown before merging. It does not block the merge. */
export interface ReportWarning {
  readonly code:
    | "masked-by-hand"
    | "masked-by-override"
    | "overwrites-hand-edit"
    | "ahead"
    | "expires-soon"
    | "not-measured";
  readonly text: string;
}

/** The people who get a different answer. */
export interface Flips {
  /**
   * `exact`: counted in buckets, valid for all people who have the attributes in `among`. `sampled`: estimated from
   * contexts that were generated from the declared attributes. `counted`: counted over all contexts of a file.
   * `too-large`: not measured, because the work budget of the run is used up.
   */
  readonly method: "exact" | "sampled" | "counted" | "too-large";
  /** The number of contexts that were evaluated; null if the figure is exact. */
  readonly sample: number | null;
  readonly flipped: Measured;
  /** The moves from one variant to another, by what decides the new answer; largest first. */
  readonly moves: readonly Move[];
  /** The subject attributes that the figure takes everyone to have, because no `missing` is declared for them. */
  readonly among: readonly string[];
  /** The attributes that decide the figure although it is a guess how common their values are; sorted by name. */
  readonly guessed: readonly string[];
  /** What a sampled figure takes for granted. */
  readonly assumed: readonly Assumption[];
}

/**
 * A fact about people that no declaration states. `one-value`: everyone has one value of each attribute, not a list.
 * `independent`: the attributes do not depend on each other. `unlisted`: nobody has an id that a list or a condition
 * names.
 */
export interface Assumption {
  readonly kind: "one-value" | "independent" | "unlisted";
  readonly attributes: readonly string[];
}
