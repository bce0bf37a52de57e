import { isSameVersion, type LiveSnapshot } from "../../store/store.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
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
  { environment, logger }: Pick<Settings, "environment" | "logger">,
  state: FlagState,
  standby: () => StandbySnapshot | undefined,
  onChanged: (snapshot: Snapshot) => void,
) {
  let surpriseBefore: string | undefined;

  function warnOnce(surprise: string | undefined): void {
    if (surprise !== undefined && surprise !== surpriseBefore) logger.warn(surprise);
    surpriseBefore = surprise;
  }

  /** Reads every row. The standby snapshot is read only if a row cannot be read. */
  function readStored(stored: LiveSnapshot, previous: Snapshot | undefined): Snapshot {
    const definitions = state.definitions();
    const snapshot = readSnapshot(stored, { source: "database", previous, definitions });
    if (snapshot.setAside.length === 0 || previous !== undefined) return snapshot;
    const saved = standby()?.read();
    return saved === undefined ? snapshot : readSnapshot(stored, { source: "database", previous: saved, definitions });
  }

  return {
    /**
     * Serves the content. The last good rows of `previous` replace rows that cannot be read.
     *
     * @param held  the flags that the content disables only until a higher revision or a new epoch
     */
    serve: (stored: LiveSnapshot, previous: Snapshot | undefined, held: readonly FlagKey[]): void => {
      const current = state.snapshot();
      const isKnown =
        previous !== undefined && isSameVersion(previous.head, stored.head) && sameRows(previous.rows, stored.rows);
      if (current?.source === "database") warnOnce(surpriseText(environment, stored, current, held));
      if (isKnown && previous.source === "database") return;
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
      const before = state.snapshot();
      if (killed === undefined || killed === before) return;
      state.install(killed, false);
      // The kills must outlast a restart, and so must the knowledge that the database went back.
      if (killed !== previous || killed.isDiverged !== before?.isDiverged) onChanged(killed);
    },
  };
}
