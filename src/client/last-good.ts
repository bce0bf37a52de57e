import type { Logger } from "./logger.ts";
import { keptRows, type Snapshot } from "./snapshot.ts";
import { startSnapshotSaver } from "./snapshot-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** The copy on disk that the next process starts from when it finds no database. */
export interface LastGood {
  readonly keep: (snapshot: Snapshot) => void;
  readonly status: () => { readonly path: string; readonly lastError: string | null };
  readonly close: () => Promise<void>;
}

/** Keeps it in one file. A file that cannot be written is one warning, whatever the reasons are later. */
export function keepLastGood(path: string, surroundings: Surroundings, logger: Logger): LastGood {
  let lastError: string | null = null;
  let isWarned = false;
  const saver = startSnapshotSaver(path, surroundings, (reason) => {
    lastError = reason ?? null;
    if (reason === undefined || isWarned) return;
    isWarned = true;
    logger.warn(
      `the last good snapshot cannot be saved in ${path} (${reason}); FLAGS_SNAPSHOT_FILE names another place`,
    );
  });
  return {
    keep: (snapshot) => {
      const { head, rows } = snapshot;
      saver.save({ head, rows, kept: keptRows(snapshot), savedAt: surroundings.today().toISOString() });
    },
    status: () => ({ path, lastError }),
    close: saver.close,
  };
}
