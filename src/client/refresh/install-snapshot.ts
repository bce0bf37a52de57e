import { isSameVersion, type LiveSnapshot } from "../../store/store.ts";
import type { FlagState } from "../flag-state.ts";
import type { Settings } from "../options.ts";
import { readSnapshot, sameRows, type Snapshot, withKills } from "../snapshot/snapshot.ts";
import type { StandbySnapshot } from "../snapshot/standby.ts";
import { newlySetAsideTexts, surpriseText } from "./accept-text.ts";

/**
 * Creates the functions that bring content of the database into use.
 *
 * @param onChanged  called with each snapshot that has to be saved: it differs from the standby snapshot or the served one
 */
export function createInstallation(
  logger: Settings["logger"],
  state: FlagState,
  standby: () => StandbySnapshot | undefined,
  onChanged: (snapshot: Snapshot) => void,
) {
  /** Reads every row. The standby snapshot is read only if a row cannot be read. */
  function readStored(stored: LiveSnapshot, previous: Snapshot | undefined): Snapshot {
    const definitions = state.definitions();
    const snapshot = readSnapshot(stored, { source: "database", previous, definitions });
    if (snapshot.setAside.length === 0 || previous !== undefined) return snapshot;
    const saved = standby()?.read();
    return saved === undefined ? snapshot : readSnapshot(stored, { source: "database", previous: saved, definitions });
  }

  return {
    /** Serves the content. The last good rows of `previous` replace rows that cannot be read. */
    serve: (stored: LiveSnapshot, previous: Snapshot | undefined): void => {
      const current = state.snapshot();
      const isKnown =
        previous !== undefined && isSameVersion(previous.head, stored.head) && sameRows(previous.rows, stored.rows);
      if (isKnown && previous.source === "database") return;
      const surprise = current?.source === "database" ? surpriseText(stored, current) : undefined;
      if (surprise !== undefined) logger.warn(surprise);
      const snapshot: Snapshot = isKnown
        ? { ...previous, source: "database", savedAt: null, head: stored.head, rows: stored.rows }
        : readStored(stored, previous);
      for (const text of newlySetAsideTexts(snapshot.setAside, current?.setAside ?? [])) logger.error(text);
      state.install(snapshot, true);
      if (!isKnown || previous.source !== "disk") onChanged(snapshot);
    },
    /** Serves `previous`, with the flags disabled that the content disables. Nothing else of the content applies. */
    disableAsIn: ({ rows }: LiveSnapshot, previous: Snapshot | undefined): void => {
      const killed = previous && withKills(previous, rows);
      if (killed === undefined || killed === state.snapshot()) return;
      state.install(killed, false);
      // The kills must outlast a restart during which the database is down.
      if (killed !== previous) onChanged(killed);
    },
  };
}
