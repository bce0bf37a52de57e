import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import type { OnDrift } from "../core/plan/merge.ts";
import { planChanges, type Plan } from "../core/plan/plan.ts";
import { flagOfRow, type ReadRow } from "../core/row/row-codec.ts";
import { digest } from "../source/load/digest.ts";
import type { Desired } from "../source/read/desired.ts";
import type { FlagStore, Head, HighestHeartbeat } from "../store/store.ts";
import { deletedRows, manualEntriesOf, NO_ENTRIES, withEditor, type ManualEntries } from "./manual-changes.ts";

/** The table of one environment at one moment, with its manual changes. */
export interface TableState {
  /** The name of the database in messages. */
  readonly label: string;
  readonly head: Head;
  readonly rows: ReadonlyMap<FlagKey, ReadRow>;
  readonly manual: ManualEntries;
  /** The highest revision that a running process reported; null if there is none, or it may not be read. */
  readonly heartbeat: HighestHeartbeat | null;
}

/** Reads the table. @throws FlagError STORE_CORRUPT for a row without a key; the errors of the store */
export async function readTable(store: FlagStore): Promise<TableState> {
  const heartbeat = await highestHeartbeatOf(store);
  const snapshot = await store.read();
  const rows = new Map(
    snapshot.rows.map((raw) => {
      const read = flagOfRow(raw);
      const key = read.ok ? read.row.feature_key : read.key;
      // The database declares this column as unique, non-null text.
      if (key === null) throw new FlagError("STORE_CORRUPT", "a row of feature_toggles has no feature_key");
      return [key, read];
    }),
  );
  return { label: store.label, head: snapshot.head, rows, manual: await manualEntriesOf(store, rows), heartbeat };
}

/** Returns the table of a database that does not exist yet. */
export function emptyTable(environment: string, label: string): TableState {
  const head = { environment, storeId: "", epoch: 0, revision: 0, commit: null };
  return { label, head, rows: new Map(), manual: NO_ENTRIES, heartbeat: null };
}

/** Returns the highest heartbeat; null for a role that may not read the instances. */
export async function highestHeartbeatOf(store: Pick<FlagStore, "highestHeartbeat">): Promise<HighestHeartbeat | null> {
  try {
    return await store.highestHeartbeat();
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return null;
    throw error;
  }
}

/** Returns whether a head is that of an {@link emptyTable}. */
export function isMissing(head: Head): boolean {
  return head.storeId === "";
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
  { head, rows, manual }: TableState,
  { flags, commit }: Pick<Desired, "flags" | "commit">,
  { release, onDrift }: { readonly release: ReadonlySet<FlagKey>; readonly onDrift: OnDrift },
): Plan {
  const plan = planChanges({
    environment: head.environment,
    from: { revision: head.revision, commit: head.commit },
    to: { commit },
    desired: flags,
    live: rows,
    release,
    onDrift,
    deletedManually: deletedRows(manual, rows),
    archivedManually: new Set(manual.archived.keys()),
    digest,
  });
  return { ...plan, manualChanges: plan.manualChanges.map((change) => withEditor(change, manual)) };
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
