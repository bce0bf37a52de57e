import {
  verdictOf,
  type Change,
  type ChangeRules,
  type DesiredFlag,
  type HeldEdit,
  type PlanProblem,
} from "./change.ts";
import type { FlagKey } from "../flag/flag.ts";
import { variableOf } from "../override/override-text.ts";
import { canonicalJson } from "../json.ts";
import type { ReadRow } from "../row/row-codec.ts";

export interface PlanInput extends Omit<ChangeRules, "takenNames"> {
  readonly environment: string;
  readonly from: { readonly revision: number; readonly commit: string | null };
  readonly to: { readonly commit: string | null };
  readonly desired: ReadonlyMap<FlagKey, DesiredFlag>;
  /** Every row of the table, archived ones too. */
  readonly live: ReadonlyMap<FlagKey, ReadRow>;
  /** Eight hexadecimal digits that stand for a text. */
  readonly digest: (text: string) => string;
}

/** What makes the table say what the files say. Data: shown by views, done by sync. */
export interface Plan {
  readonly environment: string;
  readonly from: PlanInput["from"];
  readonly to: PlanInput["to"];
  /** In key order. */
  readonly changes: readonly Change[];
  readonly handEdits: readonly HeldEdit[];
  /** Rows that no file stands for and no sync wrote: served, never archived. */
  readonly unmanaged: readonly FlagKey[];
  /** Rows that somebody deleted by hand; among the changes. */
  readonly putBack: readonly FlagKey[];
  readonly unchanged: number;
  /** Whether the table had no row at all: what is created is what was served all along, or nobody has been answered yet. */
  readonly isFirst: boolean;
  readonly problems: readonly PlanProblem[];
  /** Stands for exactly these changes: another change, another id. */
  readonly id: string;
}

/** Decides; writes nothing. Pure: the same files and the same table give the same plan. */
export function planChanges(input: PlanInput): Plan {
  const { desired, live, digest, environment } = input;
  const rules: ChangeRules = { ...input, takenNames: takenNames(live) };
  const keys = [...new Set([...live.keys(), ...desired.keys()])].sort();
  const verdicts = keys.map((key) => ({ key, ...verdictOf(key, desired.get(key), live.get(key), rules) }));
  const changes = verdicts.flatMap(({ change }) => change ?? []);
  const id = digest(canonicalJson(changes.map(({ key, action, synced }) => ({ key, action, synced }))));
  return {
    environment,
    from: input.from,
    to: input.to,
    changes,
    handEdits: verdicts.flatMap(({ handEdits }) => handEdits),
    unmanaged: verdicts.flatMap(({ key, state }) => (state === "unmanaged" ? [key] : [])),
    putBack: changes.flatMap(({ key }) => (input.deletedByHand.has(key) ? [key] : [])),
    unchanged: verdicts.filter(({ change, state }) => change === null && state === "managed").length,
    isFirst: live.size === 0,
    problems: verdicts.flatMap(({ problems }) => problems),
    id,
  };
}

function takenNames(live: PlanInput["live"]): ReadonlyMap<string, FlagKey> {
  return new Map([...live.keys()].map((key) => [variableOf(key), key]));
}
