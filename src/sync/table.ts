import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import type { LiveRow } from "../core/plan/live-row.ts";
import type { OnDrift } from "../core/plan/merge.ts";
import { planChanges, type Plan } from "../core/plan/plan.ts";
import { flagOfRow } from "../core/row/row-codec.ts";
import { digest } from "../source/load/digest.ts";
import type { Desired } from "../source/read/desired.ts";
import type { AuditEntry, FlagStore, Head } from "../store/store.ts";
import { editorOf, editorsOf, isKilledAndDeleted, type Editors } from "./manual-changes.ts";

/** The table of one environment at one moment, with its manual changes. */
export interface TableState {
  /** The name of the database in messages. */
  readonly label: string;
  readonly head: Head;
  readonly rows: ReadonlyMap<FlagKey, LiveRow>;
  /** The newest manual entry of the audit, by flag. */
  readonly newestManual: ReadonlyMap<FlagKey, AuditEntry>;
  readonly editors: Editors;
}

/** Reads the table. @throws FlagError STORE_CORRUPT for a row without a key; the errors of the store */
export async function readTable(store: FlagStore): Promise<TableState> {
  const snapshot = await store.read();
  const newestManual = await newestManualOf(store);
  const editors = await editorsOf(store, snapshot, newestManual);
  const rows = new Map(
    snapshot.rows.map((raw) => {
      const read = flagOfRow(raw);
      const key = read.ok ? read.row.feature_key : read.key;
      // The database declares this column as unique, non-null text.
      if (key === null) throw new FlagError("STORE_CORRUPT", "a row of feature_toggles has no feature_key");
      return [key, read];
    }),
  );
  return { label: store.label, head: snapshot.head, rows, newestManual, editors };
}

/** Returns the table of a database that does not exist yet. */
export function emptyTable(environment: string, label: string): TableState {
  const head = { environment, storeId: "", epoch: 0, revision: 0, commit: null };
  return { label, head, rows: new Map(), newestManual: new Map(), editors: new Map() };
}

/** Returns the newest manual entry of the audit by flag; an empty map for a role that may not read the audit. */
export async function newestManualOf(store: FlagStore): Promise<ReadonlyMap<FlagKey, AuditEntry>> {
  try {
    return await store.manualChanges();
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return new Map();
    throw error;
  }
}

/** Refuses a database that serves a different environment. @throws FlagError WRONG_DATABASE */
export function checkEnvironment({ label, head }: Pick<TableState, "label" | "head">, environment: string): void {
  if (head.environment === environment) return;
  const variable = `FLAGS_DATABASE_URL_${environment.toUpperCase().replaceAll("-", "_")}`;
  throw new FlagError("WRONG_DATABASE", `${label} serves ${head.environment}, not ${environment}`, {
    hint: `name another database with --database, ${variable} or FLAGS_DATABASE_URL`,
  });
}

/** Plans the changes that make the table match the files. Pure: it checks neither ancestry nor policies. */
export function planTable(
  { head, rows, newestManual, editors }: TableState,
  { flags, commit }: Pick<Desired, "flags" | "commit">,
  { release, onDrift }: { readonly release: ReadonlySet<FlagKey>; readonly onDrift: OnDrift },
): Plan {
  const deleted = [...newestManual].filter(([key, { action }]) => action === "deleted" && !rows.has(key));
  const plan = planChanges({
    environment: head.environment,
    from: { revision: head.revision, commit: head.commit },
    to: { commit },
    desired: flags,
    live: rows,
    release,
    onDrift,
    deletedManually: new Set(deleted.map(([key]) => key)),
    killedAndDeleted: new Set(deleted.filter(([, entry]) => isKilledAndDeleted(entry)).map(([key]) => key)),
    digest,
  });
  const manualChanges = plan.manualChanges.map((change): ManualChange => {
    const entry = editorOf(change, editors) ?? newestManual.get(change.key);
    if (entry === undefined) return change;
    const { changedBy, changedAt, notes, revision } = entry;
    return { ...change, by: { changedBy, changedAt, notes, revision } };
  });
  return { ...plan, manualChanges };
}

/**
 * Returns the manual changes to a table, and what a sync of the files would do with them. Ignores ancestry, because a
 * branch that is about to be merged is often behind the table.
 *
 * @param flags  flags without errors, whose tests pass
 * @throws FlagError WRONG_DATABASE; the errors of the store
 */
export async function manualChangesNow(
  store: FlagStore,
  environment: string,
  flags: Desired["flags"],
): Promise<readonly ManualChange[]> {
  const table = await readTable(store);
  checkEnvironment(table, environment);
  return planTable(table, { flags, commit: null }, { release: new Set(), onDrift: "keep" }).manualChanges;
}
