import { unknownName } from "../core/diagnostic/unknown-name.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { ROLLOUT_STRATEGIES, type RolloutStrategy } from "../core/row/row.ts";
import { refused } from "../source/edit/edit-result.ts";

/** Changes to a flag, by the columns of the table. Absent and undefined fields stay unchanged. */
export interface ToggleUpdates {
  readonly enabled?: boolean | undefined;
  readonly rollout_strategy?: RolloutStrategy | undefined;
  /** 0 to 100, at most 3 decimals. Only for the strategy `percentage`; every other strategy accepts only 100. */
  readonly rollout_percentage?: number | undefined;
  /** `roles` for the strategy `role`; `user_ids`, `workshop_ids`, `postal_codes`, `roles` or attributes for `whitelist`. */
  readonly target_config?: Readonly<Record<string, readonly (string | number)[]>> | undefined;
  /** Applies to all environments, as description and metadata do. */
  readonly display_name?: string | undefined;
  readonly description?: string | undefined;
  /** Replaces the whole mapping, except that `owner`, `kind`, `expires` and `tags` change only when they are named. */
  readonly metadata?: JsonObject | undefined;
}

/** The check of each field, and what it accepts in words. */
const FIELDS: { readonly [field in keyof ToggleUpdates]-?: readonly [(value: unknown) => boolean, string] } = {
  enabled: [(value) => typeof value === "boolean", "true or false"],
  rollout_strategy: [
    (value) => ROLLOUT_STRATEGIES.some((known) => known === value),
    `one of ${ROLLOUT_STRATEGIES.join(", ")}`,
  ],
  rollout_percentage: [isPercentage, "a number from 0 to 100 with at most 3 decimals"],
  target_config: [isTargets, 'lists of ids by name, e.g. { workshop_ids: ["workshop-1"] }'],
  display_name: [isText, "a non-empty string"],
  description: [isText, "a non-empty string"],
  metadata: [(value) => isJsonObject(value) && isJson(value), "a mapping of JSON values"],
};
const CHECKS = new Map(Object.entries(FIELDS));

/** Checks the updates that a program passed in, field by field, because they may come from a form. @throws FlagError USAGE */
export function parseUpdates(updates: unknown): ToggleUpdates {
  const accepted = `accepted: ${[...CHECKS.keys()].join(", ")}`;
  if (!isJsonObject(updates)) throw refused("USAGE", `updates: expected an object, found ${kindOf(updates)}`, accepted);
  const given = Object.entries(updates).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) {
    const check = CHECKS.get(field);
    if (check === undefined) {
      const { message, hint } = unknownName("field", field, CHECKS.keys());
      throw refused("USAGE", `updates: ${message}`, hint);
    }
    const [isValid, expected] = check;
    if (isValid(value)) continue;
    const found = typeof value === "number" || typeof value === "string" ? JSON.stringify(value) : kindOf(value);
    throw refused("USAGE", `updates.${field}: expected ${expected}, found ${found}`, accepted);
  }
  if (given.length === 0) throw refused("USAGE", "updates: no field is given", accepted);
  return Object.fromEntries(given);
}

function isPercentage(value: unknown): boolean {
  if (typeof value !== "number" || !(value >= 0 && value <= 100)) return false;
  // Decimals are counted in the text, because 0.1 + 0.2 has more of them than anyone typed.
  return /^\d+(?:\.\d{1,3})?$/.test(String(value));
}

function isTargets(value: unknown): boolean {
  const isId = (id: unknown) => isText(id) || Number.isSafeInteger(id);
  return isJsonObject(value) && Object.values(value).every((ids) => Array.isArray(ids) && ids.every(isId));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isJsonObject(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : isJsonObject(value) ? "an object" : typeof value;
}
