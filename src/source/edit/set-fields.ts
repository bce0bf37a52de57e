import type { FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import { andText, shellWord } from "../../core/text.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { isList } from "../load/lists.ts";
import type { Assignment } from "./assignment.ts";
import { refused, type Refused } from "./edit-result.ts";
import { FLAG_FIELDS, OVERLAY_FIELDS, type OverlayField } from "./field-order.ts";

export interface SetTarget {
  readonly key: FlagKey;
  readonly json: JsonObject;
  readonly file: FlagFile;
  readonly environments: readonly string[];
  /** Null for the base. */
  readonly environment: string | null;
  /** Edit the base although overlays hide the edit from some environments. */
  readonly maskedToo: boolean;
  /** What a command that is printed has to say again, empty or beginning with a space: ` --pr`. */
  readonly again?: string | undefined;
}

/** The file as it says after the assignments, or why that cannot be. The text is not looked at. */
export function setFields(target: SetTarget, assignments: readonly Assignment[]): JsonObject | Refused {
  let json = target.json;
  for (const assignment of assignments) {
    const [field = ""] = assignment.steps;
    const problem = fieldProblem(target, assignment, assignments) ?? maskProblem(target, field, assignments);
    if (problem !== undefined) return problem;
    const next = target.environment === null ? setIn(json, assignment, json) : setInOverlay(target, json, assignment);
    if (isRefusal(next)) return next;
    json = next;
  }
  return json;
}

export function isRefusal(value: JsonObject | Refused): value is Refused {
  return value["ok"] === false && typeof value["because"] === "string";
}

function isOverlayField(field: string): field is OverlayField {
  return OVERLAY_FIELDS.some((known) => known === field);
}

function fieldProblem(
  { key, environment }: SetTarget,
  { steps, typed }: Assignment,
  all: readonly Assignment[],
): Refused | undefined {
  const [field = ""] = steps;
  if (field === "environments") {
    return refused("usage", `${typed}: overlays are edited with --env`, `hoist set ${key} enabled=true --env NAME`);
  }
  if (field === "tests") {
    return refused("usage", `${typed}: tests are edited in the file`, `hoist test ${key} runs them`);
  }
  if (!FLAG_FIELDS.some((known) => known === field)) {
    const { message, hint = "" } = unknownName("field", field, FLAG_FIELDS);
    return refused("usage", `${typed}: ${message}`, hint);
  }
  if (field === "rules" && steps.length < 3) {
    const hint = `name the rule: hoist set ${key} 'rules["NAME"].rollout=50%'; whole rules are written in the file`;
    return refused("usage", `${typed}: rules are set one field at a time`, hint);
  }
  if (environment === null || isOverlayField(field)) return undefined;
  const own = all.filter((each) => isOverlayField(each.steps[0] ?? ""));
  const shared = all.filter((each) => !own.includes(each));
  // Every word of what was typed stands in one of the lines.
  const hints = [`hoist set ${key} ${wordsOf(shared)}        for all environments`];
  if (own.length > 0) hints.push(`hoist set ${key} ${wordsOf(own)} --env ${environment}`);
  return refused(
    "usage",
    `${field} is one for all environments, an overlay has ${OVERLAY_FIELDS.join(", ")}`,
    hints.join("\n"),
  );
}

/** An overlay replaces whole keys, so an edit of the base would not reach the environments that have their own. */
function maskProblem(
  { key, file, environment, maskedToo, again = "" }: SetTarget,
  field: string,
  all: readonly Assignment[],
): Refused | undefined {
  if (environment !== null || maskedToo || !isOverlayField(field)) return undefined;
  const masking = Object.entries(file.environments ?? {}).flatMap(([name, o]) =>
    o[field] === undefined ? [] : [name],
  );
  if (masking.length === 0) return undefined;
  const own = wordsOf(all.filter(({ steps }) => isOverlayField(steps[0] ?? "")));
  const lines = masking.map((name) => `hoist set ${key} ${own} --env ${name}${again}`);
  const has = masking.length === 1 ? "has its" : "have their";
  return refused(
    "usage",
    `${andText(masking)} ${has} own ${field}, so this edit would not reach ${masking.length === 1 ? "it" : "them"}`,
    [
      ...lines,
      `hoist set ${key} ${wordsOf(all)} --base${again}        the file's own ${field}, for the environments without one`,
    ].join("\n"),
  );
}

function wordsOf(assignments: readonly Assignment[]): string {
  return assignments.map(({ typed }) => shellWord(typed)).join(" ");
}

function setInOverlay(target: SetTarget, json: JsonObject, assignment: Assignment): JsonObject | Refused {
  const { environment, key } = target;
  const [field = "", ...inside] = assignment.steps;
  const overlays = mappingIn(json, "environments");
  const overlay = mappingIn(overlays, environment ?? "");
  if (field === "rules" && overlay["rules"] === undefined) {
    const line = `hoist set ${key} ${shellWord(assignment.typed)}`;
    return refused(
      "usage",
      `${environment} has no rules of its own, and an overlay replaces rules as a whole`,
      `${line}        in every environment without rules of its own\nor copy rules: under environments.${environment} first`,
    );
  }
  // What lies inside a key that the overlay does not have is taken over from the base with it.
  const start = inside.length > 0 && overlay[field] === undefined && json[field] !== undefined;
  const next = setIn(start ? { ...overlay, [field]: json[field] ?? null } : overlay, assignment, json);
  if (isRefusal(next)) return next;
  return withMember(json, "environments", withMember(overlays, environment ?? "", next));
}

/** Sets one key of a mapping; one that has become empty is taken out. */
function withMember(json: JsonObject, key: string, value: JsonObject): JsonObject {
  const { [key]: _, ...others } = json;
  if (Object.keys(value).length === 0) return others;
  return { ...json, [key]: value };
}

/** @param base  the file as it stands: who is dealt by what is kept where only the share is given */
function setIn(json: JsonObject, assignment: Assignment, base: JsonObject): JsonObject | Refused {
  const { steps, value } = assignment;
  const [field = "", ...inside] = steps;
  if (field === "rules") return setInRule(json, assignment);
  const old = json[field] ?? (field === "rollout" ? base["rollout"] : undefined);
  const next = field === "rollout" ? rolloutWith(old, inside, value) : memberWith(json[field], inside, value);
  const { [field]: _, ...others } = json;
  return next === undefined ? others : { ...json, [field]: next };
}

function setInRule(json: JsonObject, { steps, value, typed }: Assignment): JsonObject | Refused {
  const [, name = "", field = "", ...inside] = steps;
  const rules = json["rules"];
  const list = isList(rules) ? rules.filter(isJsonObject) : [];
  const byName = list.findIndex((rule) => rule["name"] === name);
  const index = byName === -1 && /^[1-9][0-9]*$/.test(name) ? Number(name) - 1 : byName;
  const rule = list[index];
  if (rule === undefined) {
    const names = list.flatMap((each) => (typeof each["name"] === "string" ? [each["name"]] : []));
    const { message, hint = "" } = unknownName("rule", name, names);
    return refused("usage", `${typed}: ${message}`, hint);
  }
  const next =
    field === "rollout" ? rolloutWith(rule["rollout"], inside, value) : memberWith(rule[field], inside, value);
  const { [field]: _, ...others } = rule;
  const changed: JsonObject = next === undefined ? others : { ...rule, [field]: next };
  return { ...json, rules: list.map((each, at) => (at === index ? changed : each)) };
}

/** A bare share changes only the share: dealing by another attribute would move people without anybody asking for it. */
function rolloutWith(
  old: JsonValue | undefined,
  inside: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  const isShare = (json: JsonValue | undefined): json is string => typeof json === "string" && json.endsWith("%");
  const portion = isJsonObject(old) && old["percentage"] !== undefined ? old : undefined;
  if (inside.length === 0) return portion !== undefined && isShare(value) ? { ...portion, percentage: value } : value;
  const [member] = inside;
  if (inside.length === 1 && member === "percentage" && portion === undefined && value !== undefined) return value;
  const start = isShare(old) ? { percentage: old } : old;
  const next = memberWith(start, inside, value);
  return isJsonObject(next) && canonicalJson(Object.keys(next)) === '["percentage"]' && isShare(old)
    ? next["percentage"]
    : next;
}

function memberWith(
  old: JsonValue | undefined,
  inside: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  const [step, ...deeper] = inside;
  if (step === undefined) return value;
  const json = isJsonObject(old) ? old : {};
  const next = memberWith(json[step], deeper, value);
  const { [step]: _, ...others } = json;
  return next === undefined ? others : { ...json, [step]: next };
}

function mappingIn(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isJsonObject(value) ? value : {};
}
