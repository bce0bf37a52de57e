import { FlagError } from "../core/errors.ts";
import type { Head, StoredSnapshot } from "../store/store.ts";
import type { Fallback } from "./fallbacks.ts";
import type { HeldFlags } from "./flag-state.ts";
import type { Settings } from "./options.ts";
import { type Before, implausibility } from "./plausible.ts";
import { readSnapshot, sameRows, type Snapshot, withKills } from "./snapshot.ts";
import type { SetAside } from "./status.ts";

/** Decides what of a database is served. */
export interface Intake {
  /** A snapshot of an earlier process: last good rows, and the measure of what is plausible. Read only if need be. */
  readonly remember: (saved: Fallback) => void;
  /** @throws FlagError WRONG_DATABASE */
  readonly compare: (head: Head) => "same" | "differs" | "older";
  readonly accept: (stored: StoredSnapshot) => FlagError | undefined;
}

/**
 * What is served never goes back within an epoch, whatever a lagging replica says; another epoch is another history and is
 * taken over. Content that cannot be meant is refused as a whole, but what it switches off is switched off.
 *
 * @param accepted  told of each snapshot that differs from the one remembered or served
 */
export function createIntake(
  { environment, logger }: Pick<Settings, "environment" | "logger">,
  held: HeldFlags,
  accepted: (snapshot: Snapshot) => void,
): Intake {
  let remembered: Fallback | undefined;
  let isBehind = false;

  function compare(head: Head): "same" | "differs" | "older" {
    if (head.environment !== environment) {
      const message = `the database serves ${head.environment}, this process is ${environment}`;
      throw new FlagError("WRONG_DATABASE", message, { hint: "correct FLAGS_ENV or the database's address" });
    }
    const current = held.snapshot();
    if (current === undefined || !isOneHistory(current.head, head)) return "differs";
    const wasBehind = isBehind;
    isBehind = head.revision < current.head.revision;
    if (isBehind) {
      const message = `the database is at revision ${head.revision}, behind ${current.head.revision}, which stays in use`;
      if (!wasBehind) logger.warn(`${message}: a lagging replica, or a restored backup without a new epoch`);
      return "older";
    }
    const isSame = head.revision === current.head.revision && head.commit === current.head.commit;
    return isSame && current.source === "database" ? "same" : "differs";
  }

  function accept(stored: StoredSnapshot): FlagError | undefined {
    const current = held.snapshot();
    const { previous, reason } = measured(stored, current);
    if (reason !== undefined) {
      if (previous) {
        const killed = withKills(previous, stored.rows);
        if (killed !== current) held.install(killed, false);
      }
      return new FlagError("STORE_CORRUPT", `the flag table is not used: ${reason}`, {
        hint: "put it right with a sync; what the table switches off is off already",
      });
    }
    const isKnown =
      previous !== undefined && isOneVersion(previous.head, stored.head) && sameRows(previous.rows, stored.rows);
    if (isKnown && previous.source === "database") return undefined;
    if (current?.source === "database") logSurprise(current, stored);
    const snapshot: Snapshot = isKnown
      ? { ...previous, source: "database", savedAt: null, head: stored.head, rows: stored.rows }
      : understood(stored, previous);
    logSetAside(snapshot.setAside, current?.setAside ?? []);
    held.install(snapshot, true);
    remembered = undefined;
    if (!isKnown || previous.source !== "disk") accepted(snapshot);
    return undefined;
  }

  /** The saved snapshot is read only where it may matter: nearly every table is plausible. */
  function measured(
    stored: StoredSnapshot,
    current: Snapshot | undefined,
  ): { readonly previous: Snapshot | undefined; readonly reason: string | undefined } {
    if (current !== undefined || remembered === undefined) {
      return { previous: current, reason: implausibility(stored, current && countedIn(current)) };
    }
    const { head, mostRows } = remembered;
    if (implausibility(stored, { head, rowCount: mostRows }) === undefined) {
      return { previous: undefined, reason: undefined };
    }
    const previous = remembered.read();
    return { previous, reason: implausibility(stored, previous && countedIn(previous)) };
  }

  /** The saved snapshot is read only where a row cannot be understood. */
  function understood(stored: StoredSnapshot, previous: Snapshot | undefined): Snapshot {
    const definitions = held.definitions();
    const snapshot = readSnapshot(stored, { source: "database", previous, definitions });
    if (snapshot.setAside.length === 0 || previous !== undefined) return snapshot;
    const saved = remembered?.read();
    return saved === undefined ? snapshot : readSnapshot(stored, { source: "database", previous: saved, definitions });
  }

  function logSurprise(current: Snapshot, stored: StoredSnapshot): void {
    const { head } = stored;
    if (!isOneHistory(current.head, head)) {
      const from = `epoch ${current.head.epoch} revision ${current.head.revision}`;
      logger.warn(
        `the database was restored or made anew: ${from} → epoch ${head.epoch} revision ${head.revision} is taken over`,
      );
    } else if (current.head.revision === head.revision && !sameRows(current.rows, stored.rows)) {
      logger.warn(
        `rows changed while the revision stayed ${head.revision}: a trigger is missing; run hoist db migrate`,
      );
    }
  }

  function logSetAside(now: readonly SetAside[], before: readonly SetAside[]): void {
    const known = new Set(before.map(({ key, problem }) => `${key} ${problem}`));
    for (const { key, problem, serves } of now) {
      if (known.has(`${key} ${problem}`)) continue;
      logger.error(`the row of ${key ?? "an unknown flag"} cannot be understood (${problem}): ${SERVES[serves]}`);
    }
  }

  return {
    remember: (saved) => {
      remembered = saved;
    },
    compare,
    accept,
  };
}

const SERVES: Readonly<Record<SetAside["serves"], string>> = {
  "last good": "it answers as it did before",
  off: "it serves its off variant",
  nothing: "it answers its caller's default",
};

function countedIn({ head, rows }: Snapshot): Before {
  return { head, rowCount: () => rows.length };
}

function isOneHistory(a: Head, b: Head): boolean {
  return a.storeId === b.storeId && a.epoch === b.epoch;
}

function isOneVersion(a: Head, b: Head): boolean {
  return isOneHistory(a, b) && a.revision === b.revision && a.commit === b.commit;
}
