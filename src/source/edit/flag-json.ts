import { conditionJson } from "../../core/row/condition-json.ts";
import { DEFAULT_BY, type Flag, type Portion, type Rollout, type Rule, type Serve } from "../../core/flag/flag.ts";
import { isJsonObject, type JsonObject, type JsonValue, sameJson } from "../../core/json.ts";
import type { Segment } from "../load/segments.ts";
import { refused } from "./edit-result.ts";
import { own, without } from "../../core/own.ts";

/** Returns the mapping under a key; an empty one when there is none. */
export function mappingIn(json: JsonObject, key: string): JsonObject {
  const value = own(json, key);
  return isJsonObject(value) ? value : {};
}

/** Returns the overlay of an environment; an empty one when there is none. */
export function overlayIn(json: JsonObject, environment: string): JsonObject {
  return mappingIn(mappingIn(json, "environments"), environment);
}

/** Replaces the overlay of an environment. Removes the overlay if it is empty, and `environments` with the last overlay. */
export function withOverlay(json: JsonObject, environment: string, overlay: JsonObject): JsonObject {
  return withMapping(json, "environments", withMapping(mappingIn(json, "environments"), environment, overlay));
}

function withMapping(json: JsonObject, key: string, value: JsonObject): JsonObject {
  return withField(json, key, Object.keys(value).length === 0 ? undefined : value);
}

/** Sets a field in its place; undefined removes it. */
export function withField(json: JsonObject, field: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? without(json, field) : { ...json, [field]: value };
}

/** Returns a share as text, e.g. `33.333%`. The text is exact, because shares are whole thousandths of a percent. */
function shareWritten(share: Portion["share"]): string {
  return `${share / 1000}%`;
}

/** Returns a default rollout as a flag file writes it. */
export function rolloutJson(rollout: Rollout): JsonValue {
  switch (rollout.strategy) {
    case "all":
      return "all";
    case "role":
      return { roles: rollout.roles };
    case "whitelist":
      return { whitelist: rollout.lists };
    case "percentage": {
      const isNobody = rollout.portion.share === 0 && rollout.portion.by === DEFAULT_BY;
      return isNobody ? "none" : portionJson(rollout.portion);
    }
  }
}

function portionJson({ share, by }: Portion): JsonValue {
  return by === DEFAULT_BY ? shareWritten(share) : { percentage: shareWritten(share), by };
}

/** Returns what is served as a flag file writes it. */
export function serveJson(serve: Serve, type: Flag["type"]): JsonValue {
  const isBoolean = type === "boolean";
  if ("variant" in serve) return isBoolean ? serve.variant === "on" : serve.variant;
  const written = (variant: string) => (isBoolean ? String(variant === "on") : variant);
  return {
    split: Object.fromEntries(serve.split.map(({ variant, share }) => [written(variant), shareWritten(share)])),
  };
}

/**
 * Returns a rule as a flag file writes it. Rows contain the whole condition of a segment, while files contain its name.
 *
 * @throws FlagError INVALID_FLAGS when such a condition differs from the segment in the files
 */
export function ruleJson(rule: Rule, type: Flag["type"], segments: ReadonlyMap<string, Segment>): JsonObject {
  const condition = conditionJson(rule.when, (anyOf) => {
    const isKnown = anyOf.every(({ name, when }) => {
      const segment = segments.get(name);
      return segment !== undefined && sameJson(conditionJson(segment.when), conditionJson(when));
    });
    if (!isKnown) {
      const message = `rule "${rule.name}" in the table uses a segment that differs from the one in flags/_segments/`;
      throw refused("INVALID_FLAGS", message, "write the rule into the file yourself, or update the segment first");
    }
    const names = anyOf.map(({ name }) => name);
    const [only = names] = names;
    return names.length === 1 ? only : names;
  });
  const isDefault = type === "boolean" && "variant" in rule.serve && rule.serve.variant === "on";
  return {
    name: rule.name,
    if: condition,
    ...(rule.portion === null ? {} : { rollout: portionJson(rule.portion) }),
    ...(isDefault ? {} : { serve: serveJson(rule.serve, type) }),
  };
}
