import { readBundled } from "./bundled.ts";
import type { Settings } from "./options.ts";
import type { ParsedSnapshot } from "./saved-snapshot.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";
import { readSnapshotFile } from "./snapshot-file.ts";

/**
 * What there is to serve while the database cannot be had, best first: the last good snapshot on disk, then the one shipped
 * with the application. One that is damaged or of another environment is left out, with a warning. Never rejects.
 */
export async function readFallbacks(
  settings: Settings,
  snapshotFile: string | undefined,
): Promise<readonly Snapshot[]> {
  const { environment, logger, bundled, definitions } = settings;
  const [onDisk, shipped] = await Promise.all([
    snapshotFile === undefined ? undefined : readSnapshotFile(snapshotFile, environment),
    readBundled(bundled, environment),
  ]);

  function understood(
    parsed: ParsedSnapshot | undefined,
    source: "disk" | "bundled",
    what: string,
  ): readonly Snapshot[] {
    if (parsed === undefined) return [];
    if (!parsed.ok) {
      logger.warn(`${what} is not used: ${parsed.reason}`);
      return [];
    }
    const { head, rows, kept, savedAt } = parsed.saved;
    const lastGood = readSnapshot({ head, rows: kept }, { source, previous: undefined, definitions });
    return [readSnapshot({ head, rows }, { source, savedAt, previous: lastGood, definitions })];
  }
  return [
    ...understood(onDisk, "disk", `the saved snapshot ${snapshotFile ?? ""}`),
    ...understood(shipped, "bundled", `the bundled snapshot${typeof bundled === "string" ? ` ${bundled}` : ""}`),
  ];
}
