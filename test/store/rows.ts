import { randomUUID } from "node:crypto";
import type { FlagColumns } from "../../src/core/row/row.ts";
import type { FlagStore, Head, RowWrite, SyncBatch } from "../../src/store/store.ts";

const COLUMNS: FlagColumns = {
  display_name: "Workshop routing",
  description: "",
  enabled: false,
  rollout_strategy: "all",
  rollout_percentage: 100,
  target_config: {},
  rollout_by: "userId",
  rules: [],
  serve: "on",
  requires: {},
  flag_type: "boolean",
  variants: { on: true, off: false },
  off_variant: "off",
  fallback: "off",
  salt: "workshop_routing",
  client: false,
  protected: false,
  metadata: {},
};

/** A whole row to be written; only what matters to the test is named. */
export function aWrite(
  of: Partial<Omit<RowWrite, "columns">> & { readonly columns?: Partial<FlagColumns> } = {},
): RowWrite {
  const { key = "workshop_routing", columns = {}, ...others } = of;
  const whole = { ...COLUMNS, salt: key, ...columns };
  return {
    key,
    columns: whole,
    synced: whole,
    archived: false,
    path: `flags/${key}.yaml`,
    commit: "91c0d3a",
    changedBy: "dana@acme.dev",
    notes: "#412 Route by workshop",
    ...others,
  };
}

/** Applies the writes from the head that the store has now. */
export async function write(
  store: FlagStore,
  writes: readonly RowWrite[],
  more: Partial<SyncBatch> = {},
): Promise<Head> {
  return store.apply({ ...batch(await store.readHead(), writes), ...more });
}

export function batch(from: SyncBatch["from"], writes: readonly RowWrite[]): SyncBatch {
  return {
    syncId: randomUUID(),
    from,
    commit: "91c0d3a",
    writes,
    startedBy: "ci@acme.dev",
    summary: { updated: writes.length },
    newEpoch: null,
    verify: () => {},
  };
}
