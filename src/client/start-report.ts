import { counted } from "../core/text.ts";
import type { Snapshot } from "./snapshot.ts";

export interface StartReport {
  readonly text: string;
  /** False: it answers from something else than the database. */
  readonly isAsWished: boolean;
}

/** One line on what a client answers from, e.g. `production, revision 57 (91c0d3a), 9 flags from postgres …`. */
export function startReport(
  environment: string,
  snapshot: Snapshot | undefined,
  place: { readonly database: string | undefined; readonly snapshotFile: string | undefined },
  definitions: number,
): StartReport {
  if (snapshot === undefined) {
    const what =
      definitions > 0
        ? `${counted(definitions, "flag")} from the generated definitions, each with its fallback`
        : "every flag answers its caller's default";
    return { text: `${environment}, no flag data yet: ${what}`, isAsWished: false };
  }
  const { head, live, source, savedAt } = snapshot;
  const commit = head.commit === null ? "" : ` (${head.commit.slice(0, 7)})`;
  const what = `${environment}, revision ${head.revision}${commit}, ${counted(live.size, "flag")} from`;
  if (source === "database") return { text: `${what} ${place.database ?? "the database"}`, isAsWished: true };
  const file = source === "disk" ? ` in ${place.snapshotFile ?? "a file"}` : " shipped with the application";
  return {
    text: `${what} the snapshot of ${savedAt ?? "another time"}${file}: the database has not answered`,
    isAsWished: false,
  };
}
