import { readBundled } from "./bundled.ts";
import type { Settings } from "./options.ts";
import { mostRowsIn, type ParsedSnapshot, parseSavedSnapshot, peekSavedSnapshot } from "./saved-snapshot.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { snapshotBytes } from "./snapshot-file.ts";

/** A snapshot of an earlier process, or the one of the image. It is understood when somebody needs it: while the database answers, nobody does. */
export interface Fallback {
  /** As its beginning says; what stands below may turn out to be damaged, and another be read in its place. */
  readonly head: Snapshot["head"];
  /** How many rows it has, or more. */
  readonly mostRows: () => number;
  /** Undefined where nothing can be used; what is damaged is warned of once. */
  readonly read: () => Snapshot | undefined;
}

/**
 * What there is to serve while the database cannot be had, best first: the last good snapshot on disk, then the one shipped
 * with the application. One that is damaged or of another environment is left out, with a warning. Never rejects.
 */
export async function readFallbacks(
  settings: Settings,
  snapshotFile: string | undefined,
): Promise<Fallback | undefined> {
  const { environment, logger, bundled, definitions } = settings;
  const [onDisk, shipped] = await Promise.all([
    snapshotFile === undefined ? undefined : snapshotBytes(snapshotFile),
    readBundled(bundled, environment),
  ]);

  function understood(parsed: ParsedSnapshot, source: "disk" | "bundled", what: string): Snapshot | undefined {
    if (!parsed.ok) {
      logger.warn(`${what} is not used: ${parsed.reason}`);
      return undefined;
    }
    const { head, rows, kept, savedAt } = parsed.saved;
    const lastGood = readSnapshot({ head, rows: kept }, { source, previous: undefined, definitions });
    return readSnapshot({ head, rows }, { source, savedAt, previous: lastGood, definitions });
  }

  /** Understood at once. */
  function now(parsed: ParsedSnapshot | undefined, source: "disk" | "bundled", what: string): readonly Fallback[] {
    const snapshot = parsed && understood(parsed, source, what);
    if (snapshot === undefined) return [];
    return [{ head: snapshot.head, mostRows: () => snapshot.rows.length, read: () => snapshot }];
  }

  /** Understood when it is needed, unless its beginning looks odd already. */
  function later(bytes: Uint8Array, what: string): readonly Fallback[] {
    const peeked = peekSavedSnapshot(bytes);
    if (peeked?.head.environment !== environment) return now(parseSavedSnapshot(bytes, environment), "disk", what);
    let read: { readonly snapshot: Snapshot | undefined } | undefined;
    return [
      {
        head: peeked.head,
        mostRows: () => mostRowsIn(bytes),
        read: () => {
          read ??= { snapshot: understood(parseSavedSnapshot(bytes, environment), "disk", what) };
          return read.snapshot;
        },
      },
    ];
  }

  const saved = `the saved snapshot ${snapshotFile ?? ""}`;
  const found = [
    ...(onDisk instanceof Uint8Array ? later(onDisk, saved) : now(onDisk, "disk", saved)),
    ...now(shipped, "bundled", `the bundled snapshot${typeof bundled === "string" ? ` ${bundled}` : ""}`),
  ];
  const [best] = found;
  return best && { ...best, read: () => firstOf(found) };
}

function firstOf(fallbacks: readonly Fallback[]): Snapshot | undefined {
  for (const { read } of fallbacks) {
    const snapshot = read();
    if (snapshot !== undefined) return snapshot;
  }
  return undefined;
}
