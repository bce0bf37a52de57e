import { FlagError } from "../core/errors.ts";
import type { HeldEdit } from "../core/plan/change.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { OnDrift } from "../core/plan/merge.ts";
import { unknownFlag } from "../core/diagnostic/unknown-name.ts";
import { planChanges } from "../core/plan/plan.ts";
import { flagOfRow, type ReadRow } from "../core/row/row-codec.ts";
import type { AuditEntry, FlagStore, Head, StoredSnapshot } from "../store/store.ts";
import { withNeeds, type PlanWithNeeds } from "../impact/needs.ts";
import type { Desired } from "../source/read/desired.ts";
import { digest } from "../source/load/digest.ts";
import { checkFence } from "./check-ancestry.ts";
import { editorsOf, isKilledAndDeleted, type Editors } from "./manual-changes.ts";
import { limitsOf } from "./limits.ts";

export interface PlanOptions {
  /** Flags whose hand-written changes are undone, kills included. */
  readonly release: ReadonlySet<FlagKey>;
  readonly onDrift: OnDrift;
  /** The id of a plan that somebody said yes to. */
  readonly acknowledgedPlan: string | null;
  /** The live commit, from somebody who knows that the history was rewritten. */
  readonly acceptLive: string | null;
  /** What a printed command has to say again, each empty or beginning with a space. */
  readonly again?: { readonly place: string; readonly intent: string };
}

/** The table at one moment, or what stands for it where there is none yet. */
export interface TableState {
  readonly label: string;
  readonly snapshot: StoredSnapshot;
  /** For each flag that was ever written by hand, the newest such entry. */
  readonly handEdits: ReadonlyMap<FlagKey, AuditEntry>;
  readonly editors: Editors;
}

const NOTHING_AGAIN = { place: "", intent: "" };

export async function readTable(store: FlagStore): Promise<TableState> {
  const snapshot = await store.read();
  const handEdits = await handEditsOf(store);
  return { label: store.label, snapshot, handEdits, editors: await editorsOf(store, snapshot, handEdits) };
}

/** Who wrote by hand, and when; nothing for a role that may not read the audit: the plan is the same, only less is told. */
export async function handEditsOf(store: FlagStore): Promise<ReadonlyMap<FlagKey, AuditEntry>> {
  try {
    return await store.manualChanges();
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return new Map();
    throw error;
  }
}

/** A database that no sync has made yet. */
export function emptyTable(environment: string, label: string): TableState {
  const head = { environment, storeId: "", epoch: 0, revision: 0, commit: null };
  return { label, snapshot: { head, rows: [] }, handEdits: new Map(), editors: new Map() };
}

/** A plan and the state of the table that it was made from. */
export interface Planned {
  readonly plan: PlanWithNeeds;
  /** Which database, for people. */
  readonly database: string;
  /** What a command that is printed for it has to say again. */
  readonly again: { readonly place: string; readonly intent: string };
  readonly head: Head;
  readonly live: ReadonlyMap<FlagKey, ReadRow>;
  /** For each flag that was ever written by hand, the newest such entry. */
  readonly handEdits: ReadonlyMap<FlagKey, AuditEntry>;
}

/**
 * Decides what the files make of the table.
 *
 * @throws FlagError WRONG_DATABASE, COMMIT_NOT_AHEAD, USAGE for a released key that is no flag
 */
export async function planAgainst(table: TableState, desired: Desired, options: PlanOptions): Promise<Planned> {
  const { snapshot, handEdits, editors } = table;
  const { head } = snapshot;
  const environment = desired.environment.name;
  if (head.environment !== environment) throw wrongDatabase(table.label, head, environment);
  if (desired.repository !== null && desired.commit !== null) {
    const commits = { live: head.commit, next: desired.commit, environment };
    await checkFence(desired.repository, commits, options.acceptLive, options.again?.place);
  }
  const live = rowsByKey(snapshot);
  const unknown = [...options.release].find((key) => !live.has(key) && !desired.flags.has(key));
  if (unknown !== undefined) throw noSuchFlag(unknown, [...live.keys(), ...desired.flags.keys()]);
  const deleted = [...handEdits].filter(([key, { action }]) => action === "deleted" && !live.has(key));
  const plan = planChanges({
    environment,
    from: { revision: head.revision, commit: head.commit },
    to: { commit: desired.commit },
    desired: desired.flags,
    live,
    release: options.release,
    onDrift: options.onDrift,
    deletedByHand: new Set(deleted.map(([key]) => key)),
    killedAndDeleted: new Set(deleted.filter(([, entry]) => isKilledAndDeleted(entry)).map(([key]) => key)),
    digest,
  });
  const told = plan.handEdits.map((edit) =>
    withEditor(edit, editors.get(edit.key)?.get(edit.group) ?? handEdits.get(edit.key)),
  );
  const { acknowledgedPlan } = options;
  const limits = await limitsOf(desired, head.commit);
  return {
    plan: withNeeds({ ...plan, handEdits: told }, { ...limits, desired: desired.flags, acknowledgedPlan }),
    database: table.label,
    again: options.again ?? NOTHING_AGAIN,
    head,
    live,
    handEdits,
  };
}

function withEditor(edit: HeldEdit, entry: AuditEntry | undefined): HeldEdit {
  if (entry === undefined) return edit;
  const { changedBy, changedAt, notes, revision } = entry;
  return { ...edit, by: { changedBy, changedAt, notes, revision } };
}

function noSuchFlag(key: FlagKey, keys: readonly FlagKey[]): FlagError {
  const { message, hint } = unknownFlag(key, keys, "flags/ or the table");
  return new FlagError("USAGE", `--release: ${message}`, { hint });
}

function rowsByKey({ rows }: StoredSnapshot): ReadonlyMap<FlagKey, ReadRow> {
  return new Map(
    rows.map((raw) => {
      const read = flagOfRow(raw);
      const key = read.ok ? read.row.feature_key : read.key;
      // The column is the table's unique, non-null text.
      if (key === null) throw new FlagError("STORE_CORRUPT", "a row of feature_toggles has no feature_key");
      return [key, read];
    }),
  );
}

function wrongDatabase(label: string, head: Head, environment: string): FlagError {
  return new FlagError("WRONG_DATABASE", `${label} serves ${head.environment}, not ${environment}`, {
    hint: `name another database: --database, FLAGS_DATABASE_URL_${environment.toUpperCase().replaceAll("-", "_")} or FLAGS_DATABASE_URL`,
  });
}
