import { FlagError } from "../../core/errors.ts";
import { type Head, isSameHistory, isSameVersion, type StoredSnapshot } from "../../store/store.ts";
import type { FlagState } from "../flag-state.ts";
import type { Settings } from "../options.ts";
import { readSnapshot, sameRows, type Snapshot, withKills } from "../snapshot/snapshot.ts";
import type { StandbySnapshot } from "../snapshot/standby.ts";
import type { SetAside } from "../status.ts";

/** The maximum number of rows. A larger table was probably filled by a runaway script. */
const MAX_ROWS = 20_000;
/** Up to this many rows may vanish without a sync, even if they are most of the table. */
const FEW_ROWS = 5;

/** Decides which content of the database is served. */
export interface SnapshotAcceptance {
  /**
   * Compares the database's head with the served one. `older`: the database is behind, so it confirms nothing.
   *
   * @throws FlagError WRONG_DATABASE
   */
  readonly compare: (head: Head) => "same" | "differs" | "older";
  /** Serves the content, or returns the error that explains why it is refused. */
  readonly accept: (stored: StoredSnapshot) => FlagError | undefined;
}

/**
 * Creates the check that database content must pass before it is served. Within an epoch the served revision never
 * decreases, even if a lagging replica returns an older one; the content of a different epoch is accepted as a separate
 * history. Implausible content is refused as a whole, but flags that it disables are disabled.
 *
 * @param standby     returns a snapshot of an earlier process. Until the first snapshot is accepted, its last good rows
 *   replace unreadable ones, and its row count decides what is plausible
 * @param onAccepted  called with each snapshot that differs from the standby snapshot or the served one
 */
export function createSnapshotAcceptance(
  { environment, logger }: Pick<Settings, "environment" | "logger">,
  state: FlagState,
  standby: () => StandbySnapshot | undefined,
  onAccepted: (snapshot: Snapshot) => void,
): SnapshotAcceptance {
  let isBehind = false;

  function compare(head: Head): "same" | "differs" | "older" {
    if (head.environment !== environment) {
      const message = `the database serves ${head.environment}, but this process runs in ${environment}`;
      throw new FlagError("WRONG_DATABASE", message, { hint: "correct FLAGS_ENV or the database address" });
    }
    const current = state.snapshot();
    if (current === undefined || !isSameHistory(current.head, head)) return "differs";
    const wasBehind = isBehind;
    isBehind = head.revision < current.head.revision;
    if (isBehind) {
      const message = `database is at revision ${head.revision}; still serving the newer revision ${current.head.revision}`;
      if (!wasBehind)
        logger.warn(`${message}; the database is a lagging replica, or a backup that was restored without a new epoch`);
      return "older";
    }
    return current.source === "database" && isSameVersion(current.head, head) ? "same" : "differs";
  }

  function accept(stored: StoredSnapshot): FlagError | undefined {
    const current = state.snapshot();
    const { previous, reason } = plausibility(stored, current, standby());
    if (reason !== undefined) {
      const killed = previous && withKills(previous, stored.rows);
      if (killed !== undefined && killed !== current) state.install(killed, false);
      return new FlagError("STORE_CORRUPT", reason, {
        hint: "repair the table with a sync; flags that the table disables are already disabled in this process",
      });
    }
    const isKnown =
      previous !== undefined && isSameVersion(previous.head, stored.head) && sameRows(previous.rows, stored.rows);
    if (isKnown && previous.source === "database") return undefined;
    const surprise = current?.source === "database" ? surpriseIn(stored, current) : undefined;
    if (surprise !== undefined) logger.warn(surprise);
    const snapshot: Snapshot = isKnown
      ? { ...previous, source: "database", savedAt: null, head: stored.head, rows: stored.rows }
      : readStored(stored, previous, standby(), state.definitions());
    for (const text of newlySetAside(snapshot.setAside, current?.setAside ?? [])) logger.error(text);
    state.install(snapshot, true);
    if (!isKnown || previous.source !== "disk") onAccepted(snapshot);
    return undefined;
  }

  return { compare, accept };
}

/** Compares a table with its previous state. The standby snapshot is read only if the table looks implausible. */
function plausibility(
  stored: StoredSnapshot,
  current: Snapshot | undefined,
  standby: StandbySnapshot | undefined,
): { readonly previous: Snapshot | undefined; readonly reason: string | undefined } {
  if (current === undefined && standby !== undefined && implausibility(stored, standby) === undefined) {
    return { previous: undefined, reason: undefined };
  }
  const previous = current ?? standby?.read();
  const before = previous && { head: previous.head, maxRows: () => previous.rows.length };
  return { previous, reason: implausibility(stored, before) };
}

/**
 * Returns why a table's content is refused as a whole, or undefined. A sync archives rows and never deletes them. If more than
 * half of the rows are gone and no sync has written a new commit, the table was truncated or only partly restored.
 */
function implausibility(
  next: StoredSnapshot,
  before: Pick<StandbySnapshot, "head" | "maxRows"> | undefined,
): string | undefined {
  if (next.rows.length > MAX_ROWS) return `the flag table has ${next.rows.length} rows; at most ${MAX_ROWS} are read`;
  if (before === undefined || !isSameHistory(before.head, next.head)) return undefined;
  if (next.head.commit !== before.head.commit) return undefined;
  const rowCount = before.maxRows();
  const gone = rowCount - next.rows.length;
  if (gone <= FEW_ROWS || gone * 2 <= rowCount) return undefined;
  return `${gone} of ${rowCount} rows are gone from the flag table, and no sync has run since`;
}

/** Reads every row. The standby snapshot is read only if a row cannot be read. */
function readStored(
  stored: StoredSnapshot,
  previous: Snapshot | undefined,
  standby: StandbySnapshot | undefined,
  definitions: ReturnType<FlagState["definitions"]>,
): Snapshot {
  const snapshot = readSnapshot(stored, { source: "database", previous, definitions });
  if (snapshot.setAside.length === 0 || previous !== undefined) return snapshot;
  const saved = standby?.read();
  return saved === undefined ? snapshot : readSnapshot(stored, { source: "database", previous: saved, definitions });
}

function surpriseIn({ head, rows }: StoredSnapshot, current: Snapshot): string | undefined {
  if (!isSameHistory(current.head, head)) {
    const from = `epoch ${current.head.epoch} revision ${current.head.revision}`;
    const to = `epoch ${head.epoch} revision ${head.revision}`;
    return `database was restored or recreated: now serving ${to} instead of ${from}`;
  }
  if (current.head.revision !== head.revision || sameRows(current.rows, rows)) return undefined;
  return `rows changed while the revision stayed ${head.revision}: a trigger is missing; run hoist db migrate`;
}

function newlySetAside(now: readonly SetAside[], before: readonly SetAside[]): readonly string[] {
  const known = new Set(before.map(({ key, problem }) => `${key} ${problem}`));
  return now
    .filter(({ key, problem }) => !known.has(`${key} ${problem}`))
    .map(
      ({ key, problem, serves }) =>
        `the row of ${key ?? "an unknown flag"} cannot be read (${problem}): ${SERVES[serves]}`,
    );
}

const SERVES: Readonly<Record<SetAside["serves"], string>> = {
  "last good": "its last readable version stays in use",
  off: "it serves its off variant",
  nothing: "callers get their default value",
};
