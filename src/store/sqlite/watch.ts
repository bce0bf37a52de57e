import { statSync } from "node:fs";
import { openSqlite, type SqliteConnection } from "./driver.ts";

/** `PRAGMA data_version` takes microseconds. */
const POLL_MS = 200;

interface Watched {
  readonly db: SqliteConnection;
  readonly identity: string;
  version: number | undefined;
  state: string;
}

/**
 * Calls back when the file has a new state, or when another file has taken its place. Also calls back once at the start, so
 * that no change between the first read and the watch is missed.
 */
export function watchSqlite(file: string, onHint: () => void): () => void {
  let watched: Watched | undefined;
  const forget = (): void => {
    watched?.db.close();
    watched = undefined;
  };
  const timer = setInterval(() => {
    let changed: boolean;
    try {
      changed = hasChanged();
    } catch {
      // The file is gone, locked or no longer a database: readers report that, and the next tick tries again.
      forget();
      return;
    }
    if (changed) onHint();
  }, POLL_MS);
  timer.unref();

  function hasChanged(): boolean {
    const { dev, ino } = statSync(file);
    const identity = `${dev}:${ino}`;
    if (watched?.identity !== identity) {
      forget();
      const db = openSqlite(file, "ro");
      watched = { db, identity, version: undefined, state: "" };
      db.waitForLocks(0);
    }
    const version = watched.db.get<{ data_version: number }>("PRAGMA data_version")?.data_version;
    if (version === watched.version) return false;
    // Heartbeats change the file too: only a changed head is a reason to read everything.
    const state = JSON.stringify(watched.db.get("SELECT store_id, epoch, revision, commit_sha FROM flaghoist_head"));
    const moved = state !== watched.state;
    watched.version = version;
    watched.state = state;
    return moved;
  }

  return () => {
    clearInterval(timer);
    forget();
  };
}
