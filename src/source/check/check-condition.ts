import type { Scalar } from "../../core/flag/condition.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { isJsonObject, isList, listOf, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { AttributeDeclaration } from "../shape/config-file.ts";
import { operandFault, operandOf, operatorsOf } from "../shape/operators.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { checkRepeats, errorAtKey, errorAtValue, foundText, type Site } from "./report.ts";

/** Checks the names, types and values in a condition whose shape is valid, and that no part of it is empty. */
export function* checkCondition(site: Site, condition: JsonObject, words: Vocabulary): Generator<Diagnostic> {
  const entries = Object.entries(condition);
  if (entries.length === 0) {
    const message = `${site.who} has an empty condition, which would match everyone`;
    yield errorAtValue(
      site,
      "empty-condition",
      message,
      "name an attribute; for everyone, use the flag's default rollout",
    );
  }
  for (const [key, value] of entries) {
    const at = inside(site, key);
    if (key === "segment") yield* checkSegments(at, value, words);
    else if (key !== "any" && key !== "all" && key !== "none") yield* checkAttribute(at, key, value, words);
    else {
      for (const [index, part] of listOf(value).entries()) {
        if (isJsonObject(part)) yield* checkCondition(inside(at, index), part, words);
      }
    }
  }
}

function inside(site: Site, step: string | number): Site {
  return { ...site, path: [...site.path, step] };
}

function* checkSegments(site: Site, value: JsonValue, { segments, names }: Vocabulary): Generator<Diagnostic> {
  for (const [index, name] of listOf(value).entries()) {
    if (typeof name !== "string" || segments.has(name)) continue;
    const message = `${site.who} names segment "${name}", which does not exist`;
    const at = isList(value) ? inside(site, index) : site;
    yield errorAtValue(at, "unknown-segment", message, suggestion(name, segments, "segments", names));
  }
  yield* checkRepeats(site, value);
}

/**
 * Checks that an attribute is declared, unless the declarations themselves are broken.
 *
 * @param at  whether the key or the value at the site names the attribute
 */
export function* checkDeclared(
  site: Site,
  name: string,
  { attributes, names }: Vocabulary,
  at: "key" | "value",
): Generator<Diagnostic> {
  if (attributes === undefined || attributes.has(name)) return;
  const message = `${site.who} uses attribute "${name}", which is not declared in flags/_config.yaml`;
  const error = at === "key" ? errorAtKey : errorAtValue;
  yield error(site, "unknown-attribute", message, suggestion(name, attributes.keys(), "declared attributes", names));
}

function* checkAttribute(site: Site, name: string, matcher: JsonValue, words: Vocabulary): Generator<Diagnostic> {
  yield* checkDeclared(site, name, words, "key");
  if (!isJsonObject(matcher)) return yield* checkValues(site, name, words, matcher);
  const operators = Object.entries(matcher);
  if (operators.length === 0) {
    const message = `${site.who} has an empty condition on attribute "${name}"`;
    yield errorAtValue(site, "empty-condition", message, "write a value, a list, or an operator");
  }
  for (const [operator, operand] of operators) {
    yield* checkOperator(inside(site, operator), name, words, operator, operand);
  }
}

function* checkOperator(
  site: Site,
  name: string,
  words: Vocabulary,
  operator: string,
  operand: JsonValue,
): Generator<Diagnostic> {
  const declaration = words.attributes?.get(name);
  const valid = declaration && operatorsOf(declaration.type);
  if (valid?.some((known) => known === operator) === false) {
    const message = `${site.who} uses operator "${operator}" on attribute "${name}", which is a ${declaration?.type}`;
    const hint = `valid for a ${declaration?.type}: a value, a list, ${valid.join(", ")}`;
    return yield errorAtKey(site, "operator-type", message, hint);
  }
  if (operandOf(operator) === "values") return yield* checkValues(site, name, words, operand);
  const fault = operandFault(operator, operand);
  if (fault === undefined) return yield* checkRepeats(site, operand);
  const message = `${site.who} compares "${name}" with ${foundText(operand)}, which ${fault.problem}`;
  yield errorAtValue(site, fault.code, message, fault.hint);
}

/** Checks the value, or the list of values, that an attribute is compared with. */
export function* checkValues(
  site: Site,
  name: string,
  { attributes, names }: Vocabulary,
  value: JsonValue,
): Generator<Diagnostic> {
  const declaration = attributes?.get(name);
  if (declaration !== undefined) {
    for (const [index, item] of listOf(value).entries()) {
      yield* checkValue(isList(value) ? inside(site, index) : site, name, { ...declaration, names }, item);
    }
  }
  yield* checkRepeats(site, value);
}

function* checkValue(
  site: Site,
  name: string,
  { type, values, names }: AttributeDeclaration & Pick<Vocabulary, "names">,
  value: JsonValue,
): Generator<Diagnostic> {
  const isQuoted = type !== "number" && type !== "boolean";
  if (typeof value !== (isQuoted ? "string" : type)) {
    const message = `${site.who} compares "${name}" with the ${typeof value} ${foundText(value)}, but the attribute is a ${type}`;
    const hint = isQuoted ? "put the value in quotes" : "write the value without quotes";
    return yield errorAtValue(site, "value-type", message, hint);
  }
  if (values === undefined || setOf(values).has(value)) return;
  const message = `${site.who} compares "${name}" with ${foundText(value)}, which is not one of its declared values`;
  const hint = suggestion(textOf(value), textsOf(values), "declared values", names);
  yield errorAtValue(site, "unknown-value", message, hint);
}

const sets = new WeakMap<readonly Scalar[], ReadonlySet<unknown>>();

/** Returns the declared values as a set, which is created once: a file may compare with thousands of them. */
function setOf(values: readonly Scalar[]): ReadonlySet<unknown> {
  const set = sets.get(values) ?? new Set(values);
  sets.set(values, set);
  return set;
}

function* textsOf(values: readonly Scalar[]): Iterable<string> {
  for (const value of values) yield String(value);
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : foundText(value);
}
