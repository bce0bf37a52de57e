import type { Work } from "../core/work.ts";
import type { Sides } from "./flag-changes.ts";
import type { PlanWithNeeds } from "./needs.ts";

/** The change of one environment, with the preceding environment in the order of promotion. */
export interface Stage {
  readonly plan: PlanWithNeeds;
  readonly isProtected: boolean;
  readonly sides: Sides;
  readonly earlier: Stage | null;
  /** The work that the run may still do. */
  readonly work: Work;
}
