import { isJsonObject } from "../json.ts";
import type { RawRow, SyncedColumns } from "../row/row.ts";
import type { ManualOutcome } from "./manual-change.ts";

/**
 * Whether a flag was disabled manually. `against-git`: git had enabled it, or no sync ever wrote it. `with-git`: git had
 * disabled it, too.
 */
export type Kill = "none" | "against-git" | "with-git";

/** Returns whether a row was disabled manually. @param synced  what the last sync wrote; null if no sync wrote the row */
export function killOf(
  synced: Pick<SyncedColumns, "enabled" | "killed"> | null,
  { enabled }: { readonly enabled: boolean },
): Kill {
  if (enabled) return "none";
  if (synced === null || synced.enabled) return "against-git";
  return synced.killed === true ? "with-git" : "none";
}

/**
 * Returns whether an archived row was disabled manually. Such a flag keeps serving its off variant: a kill survives the archive,
 * although an archived flag serves its fallback otherwise.
 */
export function isKilledInArchive({ archived_at, enabled, synced }: RawRow): boolean {
  if (typeof archived_at !== "string" || enabled !== false || !isJsonObject(synced)) return false;
  return (
    killOf(
      { enabled: synced["enabled"] === true, ...(synced["killed"] === true ? { killed: true } : {}) },
      { enabled },
    ) !== "none"
  );
}

/**
 * Returns what a sync does with a kill; null if there is none, or if it ends because git has disabled the flag since. A kill
 * that stays keeps the flag disabled, whatever git says.
 */
export function killOutcome(
  kill: Kill,
  desired: { readonly enabled: boolean },
  isReleased: boolean,
): Exclude<ManualOutcome, "overwritten"> | null {
  if (kill === "none" || (kill === "against-git" && !desired.enabled)) return null;
  return isReleased ? "undone" : "stays";
}
