import { FlagError } from "../../core/errors.ts";
import { type Attempt, ATTEMPTS } from "../attempt.ts";
import { type HeadRow, headOf, READ_HEAD } from "../head.ts";
import { commonQueries } from "../queries.ts";
import type { FlagStore, StoreMode } from "../store.ts";
import { createWatches, isToBeCreated } from "../watches.ts";
import { applyToPostgres } from "./apply.ts";
import { numbered, openPool, queryReadOnly } from "./driver.ts";
import { postgresError } from "./errors.ts";
import { DIALECT, READ_EVALUATED, READ_SNAPSHOT, snapshotOf, type SnapshotRow } from "./read.ts";
import { watchPostgres } from "./watch.ts";

/**
 * Opens a store in a PostgreSQL database that has flaghoist's tables. Reading works through a pooler, because it needs no session.
 *
 * @throws FlagError STORE_MISSING unless it is opened for a sync; STORE_NEWER, STORE_UNREACHABLE, STORE_FORBIDDEN; USAGE if
 *   `pg` is not installed
 */
export async function openPostgresStore(url: string, label: string, mode: StoreMode): Promise<FlagStore> {
  const readOnly = mode.kind === "read";
  const pool = await openPool(url).catch((error: unknown) => {
    throw postgresError(error, ATTEMPTS.open, url, label);
  });

  async function query<Row extends object>(attempt: Attempt, sql: string, ...values: unknown[]): Promise<Row[]> {
    try {
      if (readOnly) return await queryReadOnly<Row>(pool, numbered(sql), values);
      return (await pool.query<Row>(numbered(sql), values)).rows;
    } catch (error) {
      throw postgresError(error, attempt, url, label);
    }
  }
  async function readHead() {
    const [row] = await query<HeadRow>(ATTEMPTS.readHead, READ_HEAD);
    return headOf(row, label);
  }

  try {
    await readHead();
  } catch (error) {
    if (!isToBeCreated(error, mode)) {
      pool.end().catch(() => {});
      throw error;
    }
  }
  const notify = (channel: string): Promise<unknown> => pool.query("SELECT pg_catalog.pg_notify($1, '')", [channel]);
  const { watch, isPushing, stopAll } = createWatches((onHint) => watchPostgres(url, onHint, notify));
  let closing: Promise<void> | undefined;
  return {
    label,
    ...commonQueries(query, DIALECT, isPushing),
    readHead,
    read: async (purpose) => {
      const select = purpose === "evaluation" ? READ_EVALUATED : READ_SNAPSHOT;
      const [row] = await query<SnapshotRow>(ATTEMPTS.readFlags, select);
      return snapshotOf(row, label);
    },
    apply: (batch) => {
      if (readOnly) throw new FlagError("STORE_READ_ONLY", `${label} was opened for reading only`);
      return applyToPostgres(url, batch, label, mode);
    },
    watch,
    isPushing,
    close: () => {
      stopAll();
      closing ??= pool.end();
      return closing;
    },
  };
}
