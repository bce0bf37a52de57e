import type { FlagDefinitions } from "../core/flag/definitions.ts";
import { counted } from "../core/text.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

/** Describes the data that is served while the database does not answer, e.g. `revision 6 from memory, 42 s old`. */
export function servedText({ source, savedAt, head }: Snapshot, ageMs: number | null): string {
  if (source !== "database") return `revision ${head.revision} from the ${snapshotName(source)} of ${savedAt}`;
  return `revision ${head.revision} from memory${ageMs === null ? "" : `, ${Math.round(ageMs / 1000)} s old`}`;
}

/** Describes in one line the data that a client has started with, e.g. `production, revision 57 (91c0d3a), 9 flags from postgres …`. */
export function startText(
  environment: string,
  snapshot: Snapshot | undefined,
  definitions: FlagDefinitions | undefined,
  origin: { readonly database: string | null; readonly snapshotFile: string | undefined; readonly isBehind: boolean },
): string {
  if (snapshot === undefined) {
    const known = Object.keys(definitions ?? {}).length;
    const used =
      known > 0 ? `using the generated fallbacks of ${counted(known, "flag")}` : "callers get their default values";
    return `${environment}, no flag data yet: ${used}`;
  }
  const { head, live, source, savedAt } = snapshot;
  const commit = head.commit === null ? "" : ` (${head.commit.slice(0, 7)})`;
  const loaded = `${environment}, revision ${head.revision}${commit}, ${counted(live.size, "flag")} from`;
  if (source === "database") return `${loaded} ${origin.database ?? "the database"}`;
  const file = source === "disk" && origin.snapshotFile !== undefined ? ` (${origin.snapshotFile})` : "";
  const why = origin.isBehind
    ? "the database answered, but its version is not served"
    : "the database has not answered yet";
  return `${loaded} the ${snapshotName(source)} of ${savedAt}${file}: ${why}`;
}

function snapshotName(source: "disk" | "bundled"): string {
  return source === "disk" ? "saved snapshot" : "bundled snapshot";
}
