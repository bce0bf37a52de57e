import { isJsonObject, isNestedWithin, type JsonObject } from "../core/json.ts";
import { AUDIT_ACTIONS, type AuditEntry } from "./store.ts";

/** A part of a stored row: its column, what it should be, and whether it is. */
type Part = readonly [column: string, expected: string, isAsExpected: boolean];

/**
 * Returns what is wrong with the first part that is not as expected; null if all are. The schema restricts the columns, but
 * somebody may have bypassed it, and one row must not prevent the others from being read.
 */
export function problemIn(parts: readonly Part[]): string | null {
  const wrong = parts.find(([, , isAsExpected]) => !isAsExpected);
  return wrong === undefined ? null : `${wrong[0]}: expected ${wrong[1]}`;
}

/** Returns a JSON object: text in SQLite, already parsed in PostgreSQL. Returns null for anything else. */
export function jsonObject(value: unknown): JsonObject | null {
  const json: unknown = typeof value === "string" ? parsedOrNull(value) : value;
  return isJsonObject(json) && isNestedWithin(json) ? json : null;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function jsonPart(column: string, value: unknown): Part {
  return [column, "a JSON object", jsonObject(value) !== null];
}

export function wholeNumberPart(column: string, value: unknown): Part {
  return [column, "a whole number below 2^53", Number.isSafeInteger(Number(value))];
}

export function timePart(column: string, value: string): Part {
  return [column, "a time", isTime(value)];
}

export function actionPart(value: string): Part {
  return ["action", `one of ${AUDIT_ACTIONS.join(", ")}`, AUDIT_ACTIONS.some((action) => action === value)];
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/**
 * Gives each entry whose time cannot be read the time of the next newer entry, or else of the next older one, so that entries
 * stay in order.
 *
 * @param entries  newest first
 */
export function withTimes(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  let time = entries.find(({ changedAt }) => isTime(changedAt))?.changedAt ?? new Date(0).toISOString();
  return entries.map((entry) => {
    if (!isTime(entry.changedAt)) return { ...entry, changedAt: time };
    time = entry.changedAt;
    return entry;
  });
}
