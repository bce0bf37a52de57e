import { ALL_COLUMNS, byActor, GIT_COLUMNS, JSON_COLUMNS, writtenColumns } from "../columns.ts";
import { checkHead, verified } from "../head.ts";
import type { SqliteConnection, SqliteValue } from "./driver.ts";
import { NOW, readHead, readSnapshot } from "./read.ts";
import type { Head, RowWrite, SyncBatch } from "../store.ts";

const WRITTEN = ["feature_key", ...GIT_COLUMNS, "synced", "path", "commit_sha"];
const UPSERT = `
  INSERT INTO feature_toggles (${WRITTEN.join(", ")}, archived_at)
  VALUES (${WRITTEN.map(() => "?").join(", ")}, iif(?, ${NOW}, NULL))
  ON CONFLICT (feature_key) DO UPDATE SET
  ${WRITTEN.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(", ")},
  archived_at = iif(excluded.archived_at IS NULL, NULL, coalesce(feature_toggles.archived_at, excluded.archived_at))`;

/** Inside a transaction of the caller's, which has taken the lock. @throws as FlagStore.apply */
export function writeBatch(db: SqliteConnection, batch: SyncBatch, label: string): Head {
  checkHead(readHead(db, label), batch.from, label);
  for (const group of byActor(batch.writes)) {
    setActor(db, group[0].changedBy, group[0].notes, group[0].commit);
    for (const write of group) db.run(UPSERT, ...valuesOf(write));
  }
  setActor(db, null, null, null);
  db.run("UPDATE flaghoist_head SET commit_sha = ?", batch.commit);
  const { syncId, commit, startedBy, summary } = batch;
  db.run(
    `INSERT INTO flaghoist_syncs (sync_id, commit_sha, revision, started_by, summary)
     SELECT ?, ?, revision, ?, ? FROM flaghoist_head`,
    syncId,
    commit,
    startedBy,
    JSON.stringify(summary),
  );
  const keys = batch.writes.map(({ key }) => key);
  const written = readSnapshot(db, label, ALL_COLUMNS, keys);
  verified(batch.verify, written, label);
  return written.head;
}

function setActor(db: SqliteConnection, changedBy: string | null, notes: string | null, commit: string | null): void {
  const update = "UPDATE flaghoist_actor SET changed_by = ?, notes = ?, commit_sha = ?, row_before = NULL";
  db.run(update, changedBy, notes, commit);
}

function valuesOf(write: RowWrite): readonly SqliteValue[] {
  const columns = writtenColumns(write);
  return [...WRITTEN.map((column) => valueOf(column, columns[column])), write.archived ? 1 : 0];
}

function valueOf(column: string, value: unknown): SqliteValue {
  if (JSON_COLUMNS.some((json) => json === column)) return JSON.stringify(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  throw new TypeError(`column ${column} got a ${typeof value}`);
}
