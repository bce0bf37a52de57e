import { ALL_COLUMNS, byActor, kindOf, UPSERT_ASSIGNMENTS, WRITTEN_COLUMNS, writtenValues } from "../columns.ts";
import {
  type AuditRecord,
  checkBookkeeping,
  type Ledger,
  READ_LAST_RECORD,
  READ_LEDGER,
  READ_RECORDS,
} from "../bookkeeping.ts";
import { checkHead, verifyWritten } from "../head.ts";
import type { Head, RowWrite, SyncBatch } from "../store.ts";
import type { SqliteConnection, SqliteValue } from "./driver.ts";
import { DIALECT, readHead, readSnapshot } from "./read.ts";
import { own } from "../../core/own.ts";

const UPSERT = `
  INSERT INTO feature_toggles (${WRITTEN_COLUMNS.join(", ")}, archived_at)
  VALUES (${WRITTEN_COLUMNS.map(() => "?").join(", ")}, iif(?, ${DIALECT.now}, NULL))
  ON CONFLICT (feature_key) DO UPDATE SET ${UPSERT_ASSIGNMENTS},
  archived_at = iif(excluded.archived_at IS NULL, NULL, coalesce(feature_toggles.archived_at, excluded.archived_at))`;

/** Writes a batch inside a transaction of the caller, which has taken the lock. @throws the errors of FlagStore.apply */
export function writeBatch(db: SqliteConnection, batch: SyncBatch, isNew: boolean, label: string): Head {
  const before = readHead(db, label);
  checkHead(before, batch.from, isNew, label);
  const keys = batch.writes.map(({ key }) => key);
  const states = readStates(db, keys);
  const last = db.get<{ readonly last: number }>(READ_LAST_RECORD)?.last ?? 0;
  if (batch.newEpoch !== null) db.run("UPDATE flaghoist_head SET epoch = ?", batch.newEpoch);
  for (const group of byActor(batch.writes)) {
    setActor(db, group[0].changedBy, group[0].notes, group[0].commit);
    for (const write of group) db.run(UPSERT, ...valuesOf(write));
  }
  setActor(db, null, null, null);
  db.run("UPDATE flaghoist_head SET commit_sha = ?", batch.commit);
  const { syncId, commit, startedBy, summary } = batch;
  const recordSync = `INSERT INTO flaghoist_syncs (sync_id, commit_sha, revision, started_by, summary)
    SELECT ?, ?, revision, ?, ? FROM flaghoist_head`;
  db.run(recordSync, syncId, commit, startedBy, JSON.stringify(summary));
  const written = readSnapshot(db, label, ALL_COLUMNS, keys);
  verifyWritten(batch, written, label);
  const records = db.all<AuditRecord>(READ_RECORDS, last);
  const ledger = db.get<Ledger>(READ_LEDGER, syncId, commit) ?? { actors: 0, filled: 0, syncs: 0 };
  const found = {
    before,
    after: written.head,
    states: { before: states, after: readStates(db, keys) },
    records,
    ledger,
  };
  checkBookkeeping(batch, found, label);
  return written.head;
}

/** Reads the content of rows, without what triggers write. */
function readStates(db: SqliteConnection, keys: readonly string[]): ReadonlyMap<string, string> {
  const select = `SELECT feature_key AS key, state FROM feature_toggles JOIN flaghoist_state USING (id)
    WHERE feature_key IN (SELECT value FROM json_each(?))`;
  const rows = db.all<{ readonly key: string; readonly state: string }>(select, JSON.stringify(keys));
  return new Map(rows.map(({ key, state }) => [key, state]));
}

function setActor(db: SqliteConnection, changedBy: string | null, notes: string | null, commit: string | null): void {
  const update = "UPDATE flaghoist_actor SET changed_by = ?, notes = ?, commit_sha = ?, row_before = NULL";
  db.run(update, changedBy, notes, commit);
}

function valuesOf(write: RowWrite): readonly SqliteValue[] {
  const values = writtenValues(write);
  return [...WRITTEN_COLUMNS.map((column) => valueOf(column, own(values, column))), write.archived ? 1 : 0];
}

function valueOf(column: string, value: unknown): SqliteValue {
  if (kindOf(column) === "json") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  throw new TypeError(`column ${column} got a value of type ${typeof value}`);
}
