import type { FlagKey } from "../../core/flag/flag.ts";
import { isSameHistory, type StoredSnapshot } from "../../store/store.ts";
import { sameRows, type Snapshot } from "../snapshot/snapshot.ts";
import type { SetAside } from "../status.ts";
import { syncCommand } from "./refusal.ts";

/** Describes an unusual change of the database, for a warning; undefined for a usual one. */
export function surpriseText(
  environment: string,
  { head, rows }: StoredSnapshot,
  current: Snapshot,
  held: readonly FlagKey[],
): string | undefined {
  if (!isSameHistory(current.head, head)) {
    const from = `epoch ${current.head.epoch} revision ${current.head.revision}`;
    const to = `epoch ${head.epoch} revision ${head.revision}`;
    return `database was restored or recreated: now serving ${to} instead of ${from}`;
  }
  if (current.head.revision !== head.revision) return undefined;
  if (held.length === 0 && sameRows(current.rows, rows)) return undefined;
  const causes = `a trigger is missing (run hoist db check) or a backup was restored (run ${syncCommand(environment)} --new-epoch)`;
  const kept = held.length === 0 ? "" : `; until a higher revision, these flags stay disabled: ${listed(held)}`;
  return `rows changed while the revision stayed ${head.revision}: ${causes}${kept}`;
}

/** The maximum number of flags that a message names. */
const MAX_NAMES = 10;

function listed(keys: readonly FlagKey[]): string {
  const more = keys.length > MAX_NAMES ? ` and ${keys.length - MAX_NAMES} more` : "";
  return `${keys.slice(0, MAX_NAMES).join(", ")}${more}`;
}

/** Describes each row that cannot be read and that could be read before. */
export function newlySetAsideTexts(now: readonly SetAside[], before: readonly SetAside[]): readonly string[] {
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
