import { isSameHistory, type StoredSnapshot } from "../../store/store.ts";
import { sameRows, type Snapshot } from "../snapshot/snapshot.ts";
import type { SetAside } from "../status.ts";

/** Describes an unusual change of the database, for a warning; undefined for a usual one. */
export function surpriseText({ head, rows }: StoredSnapshot, current: Snapshot): string | undefined {
  if (!isSameHistory(current.head, head)) {
    const from = `epoch ${current.head.epoch} revision ${current.head.revision}`;
    const to = `epoch ${head.epoch} revision ${head.revision}`;
    return `database was restored or recreated: now serving ${to} instead of ${from}`;
  }
  if (current.head.revision !== head.revision || sameRows(current.rows, rows)) return undefined;
  return `rows changed while the revision stayed ${head.revision}: a trigger is missing; run hoist db migrate`;
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
