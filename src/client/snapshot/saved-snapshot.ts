import { createHash } from "node:crypto";
import { isJsonObject } from "../../core/json.ts";
import type { RawRow } from "../../core/row/row.ts";
import type { Head, StoredSnapshot } from "../../store/store.ts";

/** Names the file format. A new format gets a new name, so that an old program ignores the file instead of misreading it. */
const FORMAT = "flaghoist-snapshot-1";

/** A snapshot as saved on disk or bundled with an application. */
export interface SavedSnapshot extends StoredSnapshot {
  /** The last good row of each flag whose current row cannot be read. */
  readonly kept: readonly RawRow[];
  /** The time of the save, ISO 8601. */
  readonly savedAt: string;
  /** Whether the database has shown an older version of this history. Kept in the head, which is read first. */
  readonly isDiverged?: true;
}

/** Returns the text of a file that {@link parseSavedSnapshot} reads: JSON, with a checksum over the snapshot. */
export function savedSnapshotText(saved: SavedSnapshot): string {
  const { head, rows, kept, savedAt, isDiverged } = saved;
  const snapshot = JSON.stringify({ head: { ...head, isDiverged }, savedAt, kept, rows });
  return enveloped(snapshot);
}

function enveloped(snapshot: string): string {
  const sha256 = createHash("sha256").update(snapshot).digest("hex");
  return `{"format":"${FORMAT}","sha256":"${sha256}","snapshot":${snapshot}}\n`;
}

/** A saved snapshot, or the reason why it cannot be used. */
export type ParsedSnapshot = { readonly ok: true; readonly saved: SavedSnapshot } | UnusableSnapshot;
/** The reason why a saved snapshot cannot be used, for a log message. */
export type UnusableSnapshot = { readonly ok: false; readonly reason: string };

/** Reads the bytes of a saved snapshot. A file with even one changed or missing byte is refused. */
export function parseSavedSnapshot(bytes: Uint8Array, environment: string): ParsedSnapshot {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: "it is not valid JSON: truncated or damaged" };
  }
  const parsed = snapshotIn(json, environment);
  // The checksum covers the snapshot; this comparison covers the bytes around it.
  if (parsed.ok && isJsonObject(json) && enveloped(JSON.stringify(json["snapshot"])) !== text) {
    return { ok: false, reason: "its text differs from what was saved: edited or damaged" };
  }
  return parsed;
}

/** Matches how {@link savedSnapshotText} begins. A head that contains a brace does not match; such a file is parsed completely. */
const BEGINNING = new RegExp(
  `^\\{"format":"${FORMAT}","sha256":"[0-9a-f]{64}","snapshot":\\{"head":(\\{[^{}]*\\}),"savedAt":"([^"\\\\]*)","kept":\\[`,
);
const BEGINNING_BYTES = 4096;

/**
 * Reads only the beginning of a saved snapshot, which is cheap. Returns undefined if the file does not begin and end like a
 * saved snapshot. The rest of the file may still be damaged.
 */
export function peekSavedSnapshot(
  bytes: Uint8Array,
): Pick<SavedSnapshot, "head" | "savedAt" | "isDiverged"> | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [, headText, savedAt] = BEGINNING.exec(whole.subarray(0, BEGINNING_BYTES).toString("utf8")) ?? [];
  if (headText === undefined || savedAt === undefined || whole.subarray(-4).toString("latin1") !== "]}}\n") {
    return undefined;
  }
  try {
    const json: unknown = JSON.parse(headText);
    const head = headIn(json);
    return head && { head, savedAt, ...divergenceIn(json) };
  } catch {
    return undefined;
  }
}

/** Returns an upper bound on the number of rows in a saved snapshot, without parsing it. */
export function maxRowsIn(bytes: Uint8Array): number {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = whole.indexOf(KEY_COLUMN); at !== -1; at = whole.indexOf(KEY_COLUMN, at + KEY_COLUMN.length))
    count += 1;
  return count;
}

const KEY_COLUMN = Buffer.from('"feature_key":');

/** Reads a saved snapshot from parsed JSON, e.g. a file that the application imported. */
export function snapshotIn(json: unknown, environment: string): ParsedSnapshot {
  if (!isJsonObject(json)) return { ok: false, reason: "it is not a saved snapshot" };
  const { format, sha256, snapshot } = json;
  if (format !== FORMAT) return { ok: false, reason: `its format is not ${FORMAT}` };
  const digest = createHash("sha256")
    .update(JSON.stringify(snapshot) ?? "")
    .digest("hex");
  if (digest !== sha256) return { ok: false, reason: "its checksum does not match: edited or damaged" };
  if (!isJsonObject(snapshot)) return { ok: false, reason: "it contains no snapshot" };
  const head = headIn(snapshot["head"]);
  const { savedAt } = snapshot;
  const rows = rowsIn(snapshot["rows"]);
  const kept = rowsIn(snapshot["kept"]);
  if (!head || !rows || !kept || typeof savedAt !== "string")
    return { ok: false, reason: "it has no valid head or rows" };
  if (rows.length === 0) return { ok: false, reason: "it contains no flags" };
  if (head.environment !== environment) {
    return { ok: false, reason: `it is a snapshot of ${head.environment}, but this process runs in ${environment}` };
  }
  return { ok: true, saved: { head, rows, kept, savedAt, ...divergenceIn(snapshot["head"]) } };
}

function headIn(json: unknown): Head | undefined {
  if (!isJsonObject(json)) return undefined;
  const { environment, storeId, epoch, revision, commit } = json;
  if (typeof environment !== "string" || typeof storeId !== "string") return undefined;
  if (typeof epoch !== "number" || typeof revision !== "number") return undefined;
  if (typeof commit !== "string" && commit !== null) return undefined;
  return { environment, storeId, epoch, revision, commit };
}

function divergenceIn(head: unknown): Pick<SavedSnapshot, "isDiverged"> {
  return isJsonObject(head) && head["isDiverged"] === true ? { isDiverged: true } : {};
}

function rowsIn(json: unknown): readonly RawRow[] | undefined {
  return Array.isArray(json) && json.every(isJsonObject) ? json : undefined;
}
