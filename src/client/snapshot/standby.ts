import type { FlagState } from "../flag-state.ts";
import type { Settings } from "../options.ts";
import { maxRowsIn, type ParsedSnapshot, parseSavedSnapshot, peekSavedSnapshot, snapshotIn } from "./saved-snapshot.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { bundledSnapshotBytes, savedSnapshotBytes } from "./snapshot-file.ts";

/**
 * A snapshot that can be served while the database is unreachable: one saved by an earlier process, or one bundled with the
 * application. It is parsed only when it is needed.
 */
export interface StandbySnapshot {
  /** The head that the file begins with. If the rest is damaged, {@link read} returns a different snapshot. */
  readonly head: Snapshot["head"];
  readonly isDiverged: boolean;
  /** Returns an upper bound on the number of rows in the snapshot. */
  readonly maxRows: () => number;
  /** Returns the snapshot, or undefined if nothing is usable. Damage is logged once. */
  readonly read: () => Snapshot | undefined;
}

/** Creates the part of a client that serves a standby snapshot while the database is unreachable. */
export function createStandby(state: Pick<FlagState, "snapshot" | "install">) {
  let standby: StandbySnapshot | undefined;
  let isNeeded = false;
  function serve(): void {
    if (state.snapshot() !== undefined) return;
    const snapshot = standby?.read();
    if (snapshot !== undefined) state.install(snapshot, false);
  }
  return {
    /** Returns the snapshot while it may be needed. */
    snapshot: () => standby,
    /**
     * Supplies the snapshot. Reading it from disk may finish only after the database has answered or has been found
     * unreachable.
     */
    offer: (snapshot: StandbySnapshot | undefined) => {
      if (state.snapshot()?.source === "database") return;
      standby = snapshot;
      if (isNeeded) serve();
    },
    /** Serves the snapshot now, or as soon as it is offered, unless there is data already. */
    use: () => {
      isNeeded = true;
      serve();
    },
    /** Drops the snapshot, because the database has answered. */
    discard: () => {
      standby = undefined;
    },
  };
}

type StandbySource = Exclude<Snapshot["source"], "database">;

/**
 * Finds the best standby snapshot: the saved one, then the bundled one. A snapshot that is damaged or belongs to a
 * different environment is skipped with a warning. Never rejects.
 *
 * @param signal  ends the reads
 */
export async function findStandby(
  settings: Settings,
  snapshotFile: string | undefined,
  signal?: AbortSignal,
): Promise<StandbySnapshot | undefined> {
  const { environment, logger, bundled, definitions } = settings;
  const [saved, shipped] = await Promise.all([
    snapshotFile === undefined ? undefined : savedSnapshotBytes(snapshotFile, signal),
    readBundled(bundled, environment, signal),
  ]);

  function read(parsed: ParsedSnapshot, source: StandbySource, name: string): Snapshot | undefined {
    if (!parsed.ok) {
      logger.warn(`${name} is not used: ${parsed.reason}`);
      return undefined;
    }
    const { head, rows, kept, savedAt, isDiverged } = parsed.saved;
    const lastGood = readSnapshot({ head, rows: kept }, { source, previous: undefined, definitions });
    const snapshot = readSnapshot({ head, rows }, { source, savedAt, previous: lastGood, definitions });
    return isDiverged ? { ...snapshot, isDiverged } : snapshot;
  }
  function readNow(parsed: ParsedSnapshot, source: StandbySource, name: string): readonly StandbySnapshot[] {
    const snapshot = read(parsed, source, name);
    if (snapshot === undefined) return [];
    const { head, isDiverged = false } = snapshot;
    return [{ head, isDiverged, maxRows: () => snapshot.rows.length, read: () => snapshot }];
  }
  /** Defers the parsing, unless the beginning of the file already shows that it cannot be used. */
  function readLater(bytes: Uint8Array, name: string): readonly StandbySnapshot[] {
    const peeked = peekSavedSnapshot(bytes);
    if (peeked?.head.environment !== environment) return readNow(parseSavedSnapshot(bytes, environment), "disk", name);
    const readOnce = once(() => read(parseSavedSnapshot(bytes, environment), "disk", name));
    const { head, isDiverged = false } = peeked;
    return [{ head, isDiverged, maxRows: () => maxRowsIn(bytes), read: readOnce }];
  }

  const found: StandbySnapshot[] = [];
  const savedName = `snapshot file ${snapshotFile}`;
  if (saved instanceof Uint8Array) found.push(...readLater(saved, savedName));
  else if (saved !== undefined) found.push(...readNow(saved, "disk", savedName));
  const bundledName = typeof bundled === "string" ? `bundled snapshot ${bundled}` : "the bundled snapshot";
  if (shipped !== undefined) found.push(...readNow(shipped, "bundled", bundledName));
  const [best] = found;
  return best && { ...best, read: () => firstReadable(found) };
}

/** Reads the snapshot bundled with the application, given as a path or as parsed JSON. Never rejects. */
async function readBundled(
  bundled: unknown,
  environment: string,
  signal: AbortSignal | undefined,
): Promise<ParsedSnapshot | undefined> {
  if (bundled === undefined) return undefined;
  if (typeof bundled !== "string") return snapshotIn(bundled, environment);
  const bytes = await bundledSnapshotBytes(bundled, signal);
  if (bytes === undefined) return { ok: false, reason: "it does not exist" };
  return bytes instanceof Uint8Array ? parseSavedSnapshot(bytes, environment) : bytes;
}

function once<Result>(work: () => Result): () => Result {
  let done: { readonly result: Result } | undefined;
  return () => (done ??= { result: work() }).result;
}

function firstReadable(snapshots: readonly StandbySnapshot[]): Snapshot | undefined {
  for (const { read } of snapshots) {
    const snapshot = read();
    if (snapshot !== undefined) return snapshot;
  }
  return undefined;
}
