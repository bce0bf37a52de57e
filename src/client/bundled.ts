import { readFile } from "node:fs/promises";
import { type ParsedSnapshot, parseSavedSnapshot, snapshotIn } from "./saved-snapshot.ts";

/** The snapshot that the application ships: named by its path, or handed in as parsed JSON. Never rejects. */
export async function readBundled(bundled: unknown, environment: string): Promise<ParsedSnapshot | undefined> {
  if (bundled === undefined) return undefined;
  if (typeof bundled !== "string") return snapshotIn(bundled, environment);
  try {
    return parseSavedSnapshot(await readFile(bundled), environment);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
