import semver from "semver";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { momentOf } from "../../core/evaluate/moment.ts";
import type { AttributeDeclaration, AttributeType } from "../shape/config-file.ts";
import type { Operator } from "../shape/condition-shape.ts";
import { type ParsedFile, problemAtKey, problemAtValue } from "../load/parsed-file.ts";
import { listOf } from "../load/lists.ts";
import type { Path } from "../load/tree.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { orText } from "../../core/text.ts";
import { foundText } from "./wording.ts";

/** Where a condition stands, and who asks, e.g. `rule "staff try it first"`. */
export interface ConditionSite {
  readonly file: ParsedFile;
  readonly path: Path;
  readonly who: string;
}

/** What is wrong with a condition of the right shape: names, types, values, emptiness. */
export function checkCondition(site: ConditionSite, condition: JsonObject, words: Vocabulary): readonly Diagnostic[] {
  const { file, path, who } = site;
  const entries = Object.entries(condition);
  if (entries.length === 0) {
    const message = `${who} has an empty condition, which would hold for everybody`;
    return [
      problemAtValue(file, path, {
        code: "empty-condition",
        message,
        hint: "name an attribute, or use the flag's last line for everybody",
      }),
    ];
  }
  return entries.flatMap(([key, value]) => {
    const at = { ...site, path: [...path, key] };
    if (key === "segment") return checkSegments(at, value, words);
    if (key !== "any" && key !== "all" && key !== "none") return checkAttribute(at, key, value, words);
    return listOf(value).flatMap((part, index) =>
      isJsonObject(part) ? checkCondition({ ...at, path: [...at.path, index] }, part, words) : [],
    );
  });
}

function checkSegments(site: ConditionSite, value: JsonValue, { segments }: Vocabulary): readonly Diagnostic[] {
  const unknown = (name: JsonValue, path: Path): readonly Diagnostic[] => {
    if (typeof name !== "string" || segments.has(name)) return [];
    const message = `${site.who} names segment "${name}", which does not exist`;
    return [
      problemAtValue(site.file, path, {
        code: "unknown-segment",
        message,
        hint: suggestion(name, segments, "segments"),
      }),
    ];
  };
  if (!Array.isArray(value)) return unknown(value, site.path);
  return [
    ...value.flatMap((name: JsonValue, index) => unknown(name, [...site.path, index])),
    ...checkRepeats(site, value),
  ];
}

/** The declaration of an attribute, or why there is none. Nothing where attributes cannot be checked. */
export function checkDeclared(
  site: ConditionSite,
  name: string,
  { attributes }: Vocabulary,
  at: "key" | "value",
): readonly Diagnostic[] {
  if (attributes === undefined || attributes.has(name)) return [];
  const problem = {
    code: "unknown-attribute",
    message: `${site.who} asks for attribute "${name}", which flags/_config.yaml does not declare`,
    hint: suggestion(name, attributes.keys(), "attributes"),
  } as const;
  return [at === "key" ? problemAtKey(site.file, site.path, problem) : problemAtValue(site.file, site.path, problem)];
}

function checkAttribute(
  site: ConditionSite,
  name: string,
  matcher: JsonValue,
  words: Vocabulary,
): readonly Diagnostic[] {
  const undeclared = checkDeclared(site, name, words, "key");
  const declaration = undeclared.length > 0 ? undefined : words.attributes?.get(name);
  if (!isJsonObject(matcher)) return checkValues(site, name, declaration, matcher).concat(undeclared);
  const entries = Object.entries(matcher);
  if (entries.length === 0) {
    const message = `${site.who} asks nothing of attribute "${name}"`;
    return [
      problemAtValue(site.file, site.path, {
        code: "empty-condition",
        message,
        hint: "write a value, a list, or an operator",
      }),
    ];
  }
  return entries
    .flatMap(([operator, operand]) => {
      return checkOperator({ ...site, path: [...site.path, operator] }, name, declaration, operator, operand);
    })
    .concat(undeclared);
}

function checkOperator(
  site: ConditionSite,
  name: string,
  declaration: AttributeDeclaration | undefined,
  operator: string,
  operand: JsonValue,
): readonly Diagnostic[] {
  const { file, path, who } = site;
  if (declaration !== undefined && !operatorsOf(declaration.type).some((known) => known === operator)) {
    const message = `${who} asks "${operator}" of attribute "${name}", which is a ${declaration.type}`;
    const hint = `a ${declaration.type} can be asked: a value, a list, ${operatorsOf(declaration.type).join(", ")}`;
    return [problemAtKey(file, path, { code: "operator-type", message, hint })];
  }
  if (operator === "not") return checkValues(site, name, declaration, operand);
  if (operator === "semver" && semver.validRange(textOf(operand)) === null) {
    const message = `${who} compares "${name}" with ${foundText(operand)}, which is no version range`;
    return [problemAtValue(file, path, { code: "bad-range", message, hint: 'e.g. ">=5.5", ">=5.5 <7" or "^5.5.0"' })];
  }
  if ((operator === "before" || operator === "after") && momentOf(textOf(operand)) === undefined) {
    const message = `${who} compares "${name}" with ${foundText(operand)}, which is no day or moment`;
    return [
      problemAtValue(file, path, {
        code: "bad-date",
        message,
        hint: "e.g. 2027-03-01, or 2027-03-01T09:00:00Z with its offset",
      }),
    ];
  }
  return checkRepeats(site, operand);
}

const TEXT_OPERATORS: readonly Operator[] = ["not", "contains", "startsWith", "endsWith", "exists"];
const OPERATORS_OF: Readonly<Record<AttributeType, readonly Operator[]>> = {
  string: TEXT_OPERATORS,
  number: ["not", "gt", "gte", "lt", "lte", "exists"],
  boolean: ["not", "exists"],
  version: ["not", "semver", "exists"],
  date: ["not", "before", "after", "exists"],
};

/** What a condition may ask of an attribute of that type, besides a value and a list. */
export function operatorsOf(type: AttributeType): readonly Operator[] {
  return OPERATORS_OF[type];
}

/** Values that an attribute is compared with: of its type, and among the declared ones. */
export function checkValues(
  site: ConditionSite,
  name: string,
  declaration: AttributeDeclaration | undefined,
  value: JsonValue,
): readonly Diagnostic[] {
  const isList = Array.isArray(value);
  const problems = (isList ? value : [value]).flatMap((item: JsonValue, index) => {
    return checkValue(isList ? { ...site, path: [...site.path, index] } : site, name, declaration, item);
  });
  return [...problems, ...checkRepeats(site, value)];
}

function checkValue(
  { file, path, who }: ConditionSite,
  name: string,
  declaration: AttributeDeclaration | undefined,
  value: JsonValue,
): readonly Diagnostic[] {
  if (declaration === undefined) return [];
  const { type, values } = declaration;
  const wanted = type === "number" || type === "boolean" ? type : "string";
  if (typeof value !== wanted) {
    const message = `${who} compares "${name}" with the ${typeof value} ${foundText(value)}, but it is a ${type}`;
    const hint = wanted === "string" ? "put it in quotes, as it is written" : `write it without quotes, as a ${type}`;
    return [problemAtValue(file, path, { code: "value-type", message, hint })];
  }
  if (values === undefined || values.some((known) => known === value)) return [];
  const message = `${who} compares "${name}" with ${foundText(value)}, which is none of its declared values`;
  const hint =
    wanted === "string"
      ? suggestion(textOf(value), values.map(String), "values")
      : `values: ${orText(values.map(String))}`;
  return [problemAtValue(file, path, { code: "unknown-value", message, hint })];
}

/** A warning at the second of two equal values of one list. */
export function checkRepeats({ file, path, who }: ConditionSite, value: JsonValue | undefined): readonly Diagnostic[] {
  if (!Array.isArray(value)) return [];
  const seen = new Set<JsonValue>();
  return value.flatMap((item: JsonValue, index) => {
    if (!seen.has(item)) {
      seen.add(item);
      return [];
    }
    const message = `${who} lists ${foundText(item)} twice`;
    return [
      problemAtValue(file, [...path, index], {
        code: "duplicate-value",
        severity: "warning",
        message,
        hint: "delete one",
      }),
    ];
  });
}

/** Operands that the shape has as text. */
function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : foundText(value);
}
