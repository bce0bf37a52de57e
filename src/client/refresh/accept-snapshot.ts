import { FlagError } from "../../core/errors.ts";
import { type Head, isOlder, isSameHistory, isSameVersion, type LiveSnapshot } from "../../store/store.ts";
import type { FlagState } from "../flag-state.ts";
import type { Settings } from "../options.ts";
import { type Snapshot, withHeldKills } from "../snapshot/snapshot.ts";
import type { StandbySnapshot } from "../snapshot/standby.ts";
import type { Behind } from "../status.ts";
import { createInstallation } from "./install-snapshot.ts";
import { trackBehind } from "./behind.ts";
import { refusalOf } from "./refusal.ts";

/** The result of comparing the content of the database with the served snapshot. */
export type Verdict =
  | { readonly kind: "accepted" }
  /** The content is not served; the error says why. Flags that it disables are disabled. */
  | { readonly kind: "refused"; readonly error: FlagError }
  /** A lagging replica: its content changes nothing and confirms nothing. */
  | { readonly kind: "lagging" };

/** Decides which content of the database is served. */
export interface SnapshotAcceptance {
  /**
   * Compares the database's head with the served one. A refusal or a lag: the database is still at the version that was
   * read last, and that is not served.
   *
   * @throws FlagError WRONG_DATABASE
   */
  readonly compare: (head: Head) => "same" | "differs" | Exclude<Verdict, { readonly kind: "accepted" }>;
  /** Serves the content, or refuses it. @throws FlagError WRONG_DATABASE */
  readonly accept: (stored: LiveSnapshot) => Verdict;
  /** Returns the older or diverged version at which the database is; null while it is not behind. */
  readonly behind: () => Behind | null;
}

/**
 * Creates the check that database content must pass before it is served. Among the versions of one database, a client never
 * goes back, even if an older backup is restored or a replica lags behind. After a primary has had an older version, its
 * higher revisions may lack changes, so they are refused until a new epoch. Content of another database is accepted if a
 * sync wrote it. Content that is refused still disables flags, unless it is that of a lagging replica.
 *
 * @param standby     returns a snapshot of an earlier process. Until the first snapshot is accepted, its last good rows
 *   replace unreadable ones, and its version and row count decide what is plausible
 * @param onAccepted  called with each snapshot that has to be saved: it differs from the standby snapshot or the served one
 */
export function createSnapshotAcceptance(
  { environment, logger }: Pick<Settings, "environment" | "logger">,
  state: FlagState,
  standby: () => StandbySnapshot | undefined,
  onAccepted: (snapshot: Snapshot) => void,
): SnapshotAcceptance {
  const { serve, disableAsIn } = createInstallation({ environment, logger }, state, standby, onAccepted);
  const behind = trackBehind(environment, logger);
  /** False after content was refused: then the same version is read again. */
  let isSettled = true;

  function compare(head: Head): ReturnType<SnapshotAcceptance["compare"]> {
    checkEnvironment(environment, head);
    if (behind.isAt(head)) return refusedOrLagging(behind.error());
    const current = state.snapshot();
    return isSettled && current?.source === "database" && isSameVersion(current.head, head) ? "same" : "differs";
  }

  function accept(stored: LiveSnapshot): Verdict {
    checkEnvironment(environment, stored.head);
    const verdict = judge(stored);
    isSettled = verdict.kind === "accepted";
    return verdict;
  }

  function judge(stored: LiveSnapshot): Verdict {
    const saved = standby();
    const current = state.snapshot();
    const newest = current ?? (saved !== undefined && mayLift(stored, saved) ? saved.read() : undefined);
    if (newest !== undefined && isOlder(stored.head, newest.head)) return refuseOlder(stored, newest);
    if (newest !== undefined && isDivergedFrom(stored, newest)) return refuseDiverged(stored, newest);
    const { held, ...content } = withoutLiftedKills(stored, newest);
    // The rows of a saved version were read by another process, possibly before the database was restored to that version.
    if (newest !== undefined && newest.source !== "database" && held.length > 0) return refuseDiverged(stored, newest);
    behind.ended();
    const { previous, error } = plausibility(stored, current, saved, environment);
    if (error === undefined) {
      serve({ ...stored, ...content }, previous, held);
      return { kind: "accepted" };
    }
    disableAsIn(stored, previous);
    return { kind: "refused", error };
  }

  function refuseOlder(stored: LiveSnapshot, newest: Snapshot): Verdict {
    if (stored.isPrimary) return refuseDiverged(stored, newest);
    behind.found(stored, newest.head);
    return { kind: "lagging" };
  }

  function refuseDiverged(stored: LiveSnapshot, newest: Snapshot): Verdict {
    const error = behind.found(stored, newest.head);
    disableAsIn(stored, newest.isDiverged ? newest : { ...newest, isDiverged: true });
    return { kind: "refused", error };
  }

  return { compare, accept, behind: behind.status };
}

function checkEnvironment(environment: string, head: Head): void {
  if (head.environment === environment) return;
  const message = `the database serves ${head.environment}, but this process runs in ${environment}`;
  throw new FlagError("WRONG_DATABASE", message, { hint: "correct FLAGS_ENV or the database address" });
}

function refusedOrLagging(error: FlagError | undefined): Exclude<Verdict, { readonly kind: "accepted" }> {
  return error === undefined ? { kind: "lagging" } : { kind: "refused", error };
}

/** Returns whether content may enable a flag that the standby snapshot disables, without a newer version. */
function mayLift({ head }: LiveSnapshot, saved: StandbySnapshot): boolean {
  if (isOlder(head, saved.head)) return true;
  return isSameHistory(head, saved.head) && (saved.isDiverged || head.revision === saved.head.revision);
}

function isDivergedFrom({ head }: LiveSnapshot, newest: Snapshot): boolean {
  return newest.isDiverged === true && isSameHistory(head, newest.head);
}

/** Returns the rows to serve: what the newest snapshot of the same revision disables stays disabled. */
function withoutLiftedKills(
  { head, rows }: LiveSnapshot,
  newest: Snapshot | undefined,
): ReturnType<typeof withHeldKills> {
  const isSameRevision =
    newest !== undefined && isSameHistory(head, newest.head) && head.revision === newest.head.revision;
  return isSameRevision ? withHeldKills(rows, newest) : { rows, held: [] };
}

/** Compares a table with its previous state. The standby snapshot is read only if the table looks implausible. */
function plausibility(
  stored: LiveSnapshot,
  current: Snapshot | undefined,
  standby: StandbySnapshot | undefined,
  environment: string,
): { readonly previous: Snapshot | undefined; readonly error: FlagError | undefined } {
  if (current === undefined && standby !== undefined && refusalOf(environment, stored, standby) === undefined) {
    return { previous: undefined, error: undefined };
  }
  const previous = current ?? standby?.read();
  const before = previous && { head: previous.head, maxRows: () => previous.rows.length };
  return { previous, error: refusalOf(environment, stored, before) };
}
