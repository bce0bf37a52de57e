import { statSync } from "node:fs";
import { openSqlite, type SqliteConnection } from "./driver.ts";
import { checkFile } from "./errors.ts";
import { checkTables } from "./tables.ts";

/**
 * Keeps one connection open, and opens a new one when the file has been replaced, e.g. by a restored backup.
 *
 * @param label  names the file in the error STORE_MISSING, which `current` throws while the file does not exist
 * @param setup  SQL to run on each new connection
 */
export function keepConnection(file: string, label: string, mode: "ro" | "rw", setup = "") {
  let kept: { readonly db: SqliteConnection; readonly identity: string } | undefined;
  const close = (): void => {
    kept?.db.close();
    kept = undefined;
  };
  return {
    close,
    current(): SqliteConnection {
      checkFile(file, label);
      const { dev, ino } = statSync(file);
      const identity = `${dev}:${ino}`;
      if (kept?.identity === identity) return kept.db;
      close();
      const db = openSqlite(file, mode);
      kept = { db, identity };
      try {
        db.exec(setup);
        checkTables(db, label, file);
      } catch (error) {
        close();
        throw error;
      }
      return db;
    },
  };
}
