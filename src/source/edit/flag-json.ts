import { conditionJson } from "../../core/row/condition-json.ts";
import {
  DEFAULT_BY,
  type Flag,
  type Portion,
  type Rollout,
  type Rule,
  type Serve,
  type Share,
} from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";
import type { Segment } from "../load/segments.ts";

/** Returns the mapping under a key; an empty one when there is none. */
export function mappingIn(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isJsonObject(value) ? value : {};
}

/** Returns a share as text, e.g. `33.333%`. Exact, since shares are whole thousandths of a percent. */
function shareWritten(share: Share): string {
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

export function serveJson(serve: Serve, type: Flag["type"]): JsonValue {
  const isBoolean = type === "boolean";
  if ("variant" in serve) return isBoolean ? serve.variant === "on" : serve.variant;
  const written = (variant: string) => (isBoolean ? String(variant === "on") : variant);
  return {
    split: Object.fromEntries(serve.split.map(({ variant, share }) => [written(variant), shareWritten(share)])),
  };
}

/**
 * Returns a rule as a flag file writes it. Rows contain the whole condition of a segment where files contain its name:
 * undefined when such a condition differs from the segment in the files.
 */
export function ruleJson(
  rule: Rule,
  type: Flag["type"],
  segments: ReadonlyMap<string, Segment>,
): JsonObject | undefined {
  const condition = named(conditionJson(rule.when), segments);
  if (condition === undefined) return undefined;
  const isDefault = type === "boolean" && "variant" in rule.serve && rule.serve.variant === "on";
  return {
    name: rule.name,
    if: condition,
    ...(rule.portion === null ? {} : { rollout: portionJson(rule.portion) }),
    ...(isDefault ? {} : { serve: serveJson(rule.serve, type) }),
  };
}

/** Replaces the conditions of segments by their names. */
function named(json: JsonObject, segments: ReadonlyMap<string, Segment>): JsonObject | undefined {
  const entries: (readonly [string, JsonValue])[] = [];
  for (const [key, value] of Object.entries(json)) {
    const next =
      key === "segment" && isJsonObject(value)
        ? segmentNames(value, segments)
        : key === "any" || key === "all" || key === "none"
          ? namedParts(value, segments)
          : value;
    if (next === undefined) return undefined;
    entries.push([key, next]);
  }
  return Object.fromEntries(entries);
}

function segmentNames(inlined: JsonObject, segments: ReadonlyMap<string, Segment>): JsonValue | undefined {
  const names = Object.keys(inlined);
  const isKnown = names.every((name) => {
    const segment = segments.get(name);
    return segment !== undefined && canonicalJson(conditionJson(segment.when)) === canonicalJson(inlined[name]);
  });
  if (!isKnown) return undefined;
  return names.length === 1 ? names[0] : names;
}

function namedParts(value: JsonValue, segments: ReadonlyMap<string, Segment>): JsonValue | undefined {
  if (!isList(value)) return undefined;
  const parts = value.map((part) => (isJsonObject(part) ? named(part, segments) : undefined));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}
