import { manualChangeText, manualOutcomeText } from "../../core/describe/describe-manual-change.ts";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import { manualChangesIn } from "../../core/plan/drift.ts";
import type { ManualChange } from "../../core/plan/manual-change.ts";
import { flagOfRow } from "../../core/row/row-codec.ts";
import { manualEntriesOf, withEditor } from "../../sync/manual-changes.ts";
import { byWhom } from "../plan/plan-text.ts";
import type { OpenTable } from "./log-tables.ts";

/** A flag that somebody disabled manually and nobody has released. */
export interface Kill {
  readonly environment: string;
  readonly change: ManualChange;
}

/**
 * Finds the kills that are in effect, however long ago they were made: a log that is limited may not go back that far. Leaves out
 * tables whose rows may not be read.
 *
 * @param key  null for all flags
 */
export async function killsIn(tables: readonly OpenTable[], key: FlagKey | null): Promise<readonly Kill[]> {
  const found = await Promise.all(tables.map((table) => killsOf(table, key)));
  return found.flat();
}

async function killsOf({ environment, store }: OpenTable, key: FlagKey | null): Promise<readonly Kill[]> {
  try {
    const { rows } = await store.read();
    const reads = new Map(rows.map((raw) => [String(raw.feature_key), flagOfRow(raw)]));
    const kills = [...reads].flatMap(([each, read]) => {
      if (!read.ok || (key !== null && each !== key)) return [];
      const isArchived = read.row.archived_at !== null;
      const changes = manualChangesIn(each, read.row, read.flag).filter(({ kind }) => kind === "disabled");
      return changes.map((change): ManualChange => (isArchived ? { ...change, isArchived: true } : change));
    });
    if (kills.length === 0) return [];
    const entries = await manualEntriesOf(store, reads);
    return kills.map((change) => ({ environment, change: withEditor(change, entries) }));
  } catch (error) {
    if (error instanceof FlagError && error.code === "STORE_FORBIDDEN") return [];
    throw error;
  }
}

/** Renders a kill: `production: voice_logging disabled manually 3 h ago by deploy@ops (INC-412); stays disabled until released`. */
export function killText({ environment, change }: Kill, now: Date): string {
  const what = `${manualChangeText(change)}${byWhom(change.by, now)}; ${manualOutcomeText(change)}`;
  return `${environment}: ${change.key} ${what}`;
}
