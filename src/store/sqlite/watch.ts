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
 * Calls back when the file has a new state, or when another file has taken its place. Once at the start, too, so that
 * nothing falls between a reader's first read and here.
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
      // Gone, locked or not a database any more: tried again with the next tick, and readers report it.
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
    // Heartbeats write the file as well: only a moved head is worth a read of everything.
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
