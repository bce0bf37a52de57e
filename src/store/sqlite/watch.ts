import type { Watch } from "../store.ts";
import { keepConnection } from "./connection.ts";
import type { SqliteConnection } from "./driver.ts";

/** The interval between checks. It can be short, because `PRAGMA data_version` takes microseconds. */
const POLL_MS = 200;

/**
 * Calls back when the head in the file has changed, or when the file has been replaced. Also calls back once at the start, so
 * that no change between the first read and the start of the watch is missed.
 */
export function watchSqlite(file: string, onHint: () => void): Watch {
  const connection = keepConnection(file, file, "ro", "PRAGMA busy_timeout = 0");
  let known: { readonly db: SqliteConnection; readonly version: number | undefined; readonly head: string } | undefined;

  function hasChanged(): boolean {
    const db = connection.current();
    const before = known?.db === db ? known : undefined;
    const version = db.get<{ data_version: number }>("PRAGMA data_version")?.data_version;
    if (before !== undefined && version === before.version) return false;
    // Heartbeats change the file too: only a changed head is a reason to read everything.
    const head = JSON.stringify(db.get("SELECT store_id, epoch, revision, commit_sha FROM flaghoist_head"));
    known = { db, version, head };
    return head !== before?.head;
  }

  const timer = setInterval(() => {
    let changed: boolean;
    try {
      changed = hasChanged();
    } catch {
      // The file is gone, locked or no longer a database: readers report that, and the next tick tries again.
      connection.close();
      known = undefined;
      return;
    }
    if (changed) onHint();
  }, POLL_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      connection.close();
    },
    isPushing: () => known !== undefined,
  };
}
