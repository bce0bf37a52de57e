import type { FlagKey } from "../flag/flag.ts";
import { canonicalJson } from "../json.ts";
import { variableOf } from "../override/override-text.ts";
import { planFlag, type Change, type ChangeOptions, type PlanProblem } from "./change.ts";
import type { DesiredFlag, LiveRow } from "./live-row.ts";
import type { ManualChange } from "./manual-change.ts";

/** The desired and live state of one environment, and what applies to the whole plan. */
export interface PlanInput extends Omit<ChangeOptions, "takenNames"> {
  readonly environment: string;
  readonly from: { readonly revision: number; readonly commit: string | null };
  readonly to: { readonly commit: string | null };
  readonly desired: ReadonlyMap<FlagKey, DesiredFlag>;
  /** Every row of the table, including archived ones. */
  readonly live: ReadonlyMap<FlagKey, LiveRow>;
  /** Returns eight hexadecimal digits that stand for a text. */
  readonly digest: (text: string) => string;
}

/** The changes that make the table equal to the files. A sync applies it; views show it. */
export interface Plan {
  readonly environment: string;
  readonly from: PlanInput["from"];
  readonly to: PlanInput["to"];
  /** In key order. */
  readonly changes: readonly Change[];
  readonly manualChanges: readonly ManualChange[];
  /** Rows without a file that no sync wrote: they are served and never archived. */
  readonly unmanaged: readonly FlagKey[];
  /** The keys of rows that were deleted manually; `changes` includes them. */
  readonly putBack: readonly FlagKey[];
  /** The flags that were to be released and had no manual change. */
  readonly nothingToRelease: readonly FlagKey[];
  readonly unchanged: number;
  /** Whether the table has no rows, so creating flags changes no earlier answers of the table. */
  readonly isFirst: boolean;
  readonly problems: readonly PlanProblem[];
  /** Identifies exactly these changes. */
  readonly id: string;
}

/** Plans a sync without writing anything. Pure: the same files and the same table give the same plan. */
export function planChanges(input: PlanInput): Plan {
  const { environment, from, to, desired, live, deletedManually, digest } = input;
  const takenNames = new Map([...live.keys()].map((key) => [variableOf(key), key]));
  const keys = [...new Set([...live.keys(), ...desired.keys()])].sort();
  const flags = keys.map((key) => ({
    key,
    ...planFlag(key, desired.get(key), live.get(key), { ...input, takenNames }),
  }));
  const changes = flags.flatMap(({ change }) => change ?? []);
  const manualChanges = flags.flatMap((flag) => flag.manualChanges);
  return {
    environment,
    from,
    to,
    changes,
    manualChanges,
    unmanaged: flags.flatMap(({ key, state }) => (state === "unmanaged" ? [key] : [])),
    putBack: changes.flatMap(({ key }) => (deletedManually.has(key) ? [key] : [])),
    nothingToRelease: [...input.release].filter((key) => !manualChanges.some((change) => change.key === key)).sort(),
    unchanged: flags.filter(({ change, state }) => change === null && state === "managed").length,
    isFirst: live.size === 0,
    problems: flags.flatMap(({ problems }) => problems),
    id: digest(canonicalJson(changes.map(({ key, action, synced }) => ({ key, action, synced })))),
  };
}
