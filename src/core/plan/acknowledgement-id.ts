import type { Flag } from "../flag/flag.ts";
import { canonicalJson } from "../json.ts";
import { PROSE_COLUMNS } from "../row/row.ts";
import { columnsOf } from "../row/row-codec.ts";

/**
 * Returns the id that acknowledges the end state of one flag in one environment. It changes with every field that
 * evaluation reads, and it depends only on git, so it can be written into the file before anything is synced.
 */
export function acknowledgementId(environment: string, flag: Flag, digest: (text: string) => string): string {
  const read = Object.entries(columnsOf(flag)).filter(([column]) => !PROSE_COLUMNS.has(column));
  return digest(canonicalJson({ environment, key: flag.key, ...Object.fromEntries(read) }));
}
