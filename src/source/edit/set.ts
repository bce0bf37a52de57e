import type { FlagKey } from "../../core/flag/flag.ts";
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { unknownName } from "../../core/diagnostic/unknown-name.ts";
import { andText, shellWord } from "../../core/text.ts";
import { type Assignment, parseAssignment } from "./assignment.ts";
import type { LoadedFlag } from "../load/load.ts";
import { editFlag, findFlag } from "./edit-flag.ts";
import { type Edited, refused } from "./edit-result.ts";
import { FLAG_FIELDS, OVERLAY_FIELDS, type OverlayField } from "./field-order.ts";
import { overlayIn, withField, withOverlay } from "./flag-json.ts";
import type { FlagTree } from "./flag-tree.ts";
import { own } from "../../core/own.ts";

/** Where an edit applies. */
export interface SetTarget {
  readonly key: FlagKey;
  /** The overlay to edit; null for the base. */
  readonly environment: string | null;
  /** Whether to edit the base even if overlays hide the edit from some environments. */
  readonly evenIfMasked: boolean;
  /** Options that every printed command repeats: empty, or begins with a space, e.g. ` --pr`. */
  readonly commandSuffix?: string | undefined;
}

/**
 * Changes fields of one flag's file, in the overlay of one environment or in the base.
 *
 * @param changes  each in the form `path=value`
 */
export function setInFlag(tree: FlagTree, target: SetTarget, changes: readonly string[]): Edited {
  const { key, environment } = target;
  const found = findFlag(tree, key, environment);
  const assignments = changes.map(parseAssignment);
  let { json } = found;
  for (const assignment of assignments) {
    checkField(target, assignment, assignments);
    checkReach(target, found.flag, assignment, assignments);
    json = environment === null ? setIn(json, assignment, json) : setInOverlay(json, key, environment, assignment);
  }
  return editFlag(tree, { key, json, environment });
}

function isOverlayField(field: string | undefined): field is OverlayField {
  return OVERLAY_FIELDS.some((known) => known === field);
}

function checkField({ key, environment }: SetTarget, { steps, typed }: Assignment, all: readonly Assignment[]): void {
  const [field = ""] = steps;
  if (field === "environments") {
    throw refused("USAGE", `${typed}: use --env to edit an overlay`, `hoist set ${key} enabled=true --env NAME`);
  }
  if (field === "tests") {
    throw refused("USAGE", `${typed}: edit tests in the file itself`, `hoist test ${key} runs them`);
  }
  if (!FLAG_FIELDS.some((known) => known === field)) {
    const { message, hint } = unknownName("field", field, FLAG_FIELDS);
    throw refused("USAGE", `${typed}: ${message}`, hint);
  }
  if (field === "rules" && steps.length < 3) {
    const hint = `name the rule: hoist set ${key} 'rules["NAME"].rollout=50%'; add and remove rules in the file itself`;
    throw refused("USAGE", `${typed}: rules are set one field at a time`, hint);
  }
  if (environment === null || isOverlayField(field)) return;
  const own = all.filter((each) => isOverlayField(each.steps[0]));
  const shared = all.filter((each) => !own.includes(each));
  // Together, the suggested commands contain everything that was typed.
  const hints = [`hoist set ${key} ${typedWords(shared)}        for all environments`];
  if (own.length > 0) hints.push(`hoist set ${key} ${typedWords(own)} --env ${environment}`);
  const message = `${field} is the same in all environments; an overlay can only set ${OVERLAY_FIELDS.join(", ")}`;
  throw refused("USAGE", message, hints.join("\n"));
}

/** Refuses an edit of the base that would not reach environments whose overlay replaces the whole field. */
function checkReach(
  { key, environment, evenIfMasked, commandSuffix = "" }: SetTarget,
  { file }: LoadedFlag,
  { steps: [field] }: Assignment,
  all: readonly Assignment[],
): void {
  if (environment !== null || evenIfMasked || !isOverlayField(field)) return;
  const overlays = Object.entries(file.environments ?? {});
  const masking = overlays.flatMap(([name, overlay]) => (overlay[field] === undefined ? [] : [name]));
  if (masking.length === 0) return;
  const own = typedWords(all.filter(({ steps }) => isOverlayField(steps[0])));
  const [have, them] = masking.length === 1 ? ["has its", "it"] : ["have their", "them"];
  const base = `hoist set ${key} ${typedWords(all)} --base${commandSuffix}`;
  throw refused(
    "USAGE",
    `${andText(masking)} ${have} own ${field}, so this edit would not reach ${them}`,
    [
      ...masking.map((name) => `hoist set ${key} ${own} --env ${name}${commandSuffix}`),
      `${base}        the base, for environments without their own ${field}`,
    ].join("\n"),
  );
}

function typedWords(assignments: readonly Assignment[]): string {
  return assignments.map(({ typed }) => shellWord(typed)).join(" ");
}

function setInOverlay(json: JsonObject, key: FlagKey, environment: string, assignment: Assignment): JsonObject {
  const [field = "", ...inside] = assignment.steps;
  const overlay = overlayIn(json, environment);
  if (field === "rules" && overlay["rules"] === undefined) {
    const line = `hoist set ${key} ${shellWord(assignment.typed)}`;
    throw refused(
      "USAGE",
      `${environment} has no rules of its own, and an overlay replaces the whole list of rules`,
      `${line}        in every environment without rules of its own\nor copy rules: into environments.${environment} first`,
    );
  }
  // Setting a part of a field that only the base has copies the rest of the field from the base.
  const isCopied = inside.length > 0 && own(overlay, field) === undefined && own(json, field) !== undefined;
  const copied = isCopied ? { ...overlay, [field]: own(json, field) ?? null } : overlay;
  return withOverlay(json, environment, setIn(copied, assignment, json));
}

/** Sets one field. @param base  the content of the file; a new share keeps the `by` of the rollout there */
function setIn(json: JsonObject, assignment: Assignment, base: JsonObject): JsonObject {
  const { steps, value } = assignment;
  const [field = "", ...inside] = steps;
  if (field === "rules") return setInRule(json, assignment);
  const old = own(json, field) ?? (field === "rollout" ? base["rollout"] : undefined);
  const next = field === "rollout" ? rolloutWith(old, inside, value) : memberWith(own(json, field), inside, value);
  return withField(json, field, next);
}

function setInRule(json: JsonObject, { steps, value, typed }: Assignment): JsonObject {
  const [, name = "", field = "", ...inside] = steps;
  const rules = json["rules"];
  const list = isList(rules) ? rules.filter(isJsonObject) : [];
  const byName = list.findIndex((rule) => rule["name"] === name);
  const index = byName === -1 && /^[1-9][0-9]*$/.test(name) ? Number(name) - 1 : byName;
  const rule = list[index];
  if (rule === undefined) {
    const names = list.flatMap((each) => (typeof each["name"] === "string" ? [each["name"]] : []));
    const { message, hint } = unknownName("rule", name, names);
    throw refused("USAGE", `${typed}: ${message}`, hint);
  }
  const next =
    field === "rollout" ? rolloutWith(rule["rollout"], inside, value) : memberWith(own(rule, field), inside, value);
  const changed = withField(rule, field, next);
  return { ...json, rules: list.with(index, changed) };
}

/**
 * Sets a rollout or one of its members. A share alone does not change `by`: counting by a different attribute would move
 * subjects although nobody asked for it.
 */
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
  return isJsonObject(next) && Object.keys(next).join() === "percentage" && isShare(old) ? next["percentage"] : next;
}

function memberWith(
  old: JsonValue | undefined,
  inside: readonly string[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  const [step, ...deeper] = inside;
  if (step === undefined) return value;
  const json = isJsonObject(old) ? old : {};
  return withField(json, step, memberWith(own(json, step), deeper, value));
}
