import { unknownName } from "../core/diagnostic/unknown-name.ts";
import { ROLLOUT_STRATEGIES } from "../core/row/row.ts";
import { refused, type Refused } from "../source/edit/edit-result.ts";
import type { ToggleUpdates } from "./toggle-updates.ts";

const CHECKS: { readonly [field in keyof Required<ToggleUpdates>]: (value: unknown) => string | undefined } = {
  enabled: (value) => (typeof value === "boolean" ? undefined : "true or false"),
  rollout_strategy: (value) =>
    ROLLOUT_STRATEGIES.some((known) => known === value) ? undefined : `one of ${ROLLOUT_STRATEGIES.join(", ")}`,
  rollout_percentage: (value) => (isPercentage(value) ? undefined : "a number from 0 to 100 with at most 3 decimals"),
  target_config: (value) =>
    isTargets(value) ? undefined : 'lists of ids by name, e.g. { workshop_ids: ["workshop-1"] }',
  display_name: (value) => (isText(value) ? undefined : "a text that is not empty"),
  description: (value) => (isText(value) ? undefined : "a text that is not empty"),
  metadata: (value) => (isRecord(value) && isJson(value) ? undefined : "a mapping of what JSON can say"),
};
const FIELDS = Object.keys(CHECKS);

/** What a program handed in, checked field by field: it may come from a form. */
export function parseUpdates(updates: unknown): ToggleUpdates | Refused {
  const accepted = `accepted: ${FIELDS.join(", ")}`;
  if (!isRecord(updates)) return refused("usage", `updates: expected an object, found ${kindOf(updates)}`, accepted);
  const given = Object.entries(updates).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) {
    const check = Object.entries(CHECKS).find(([known]) => known === field)?.[1];
    if (check === undefined) {
      const { message, hint = accepted } = unknownName("field", field, FIELDS);
      return refused("usage", `updates: ${message}`, hint);
    }
    const expected = check(value);
    if (expected === undefined) continue;
    const found = typeof value === "number" || typeof value === "string" ? JSON.stringify(value) : kindOf(value);
    return refused("usage", `updates.${field}: expected ${expected}, found ${found}`, accepted);
  }
  if (given.length === 0) return refused("usage", "updates: nothing is to be changed", accepted);
  return Object.fromEntries(given);
}

function isPercentage(value: unknown): boolean {
  if (typeof value !== "number" || !(value >= 0 && value <= 100)) return false;
  // As decimal text: 0.1 + 0.2 is no share that somebody meant.
  return /^\d+(?:\.\d{1,3})?$/.test(String(value));
}

function isTargets(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((ids) => Array.isArray(ids) && ids.every(isId));
}

function isId(id: unknown): boolean {
  return (typeof id === "string" && id.trim() !== "") || Number.isSafeInteger(id);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : isRecord(value) ? "an object" : typeof value;
}

/** Narrows what {@link parseUpdates} returns. */
export function isRefusal(result: ToggleUpdates | Refused): result is Refused {
  return "because" in result;
}
