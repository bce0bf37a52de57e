import semver from "semver";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { momentOf } from "../../core/matcher/moment.ts";
import type { AttributeDeclaration, AttributeType } from "../shape/config-file.ts";
import type { Operator } from "../shape/condition-shape.ts";
import { type ParsedFile, problemAtKey, problemAtValue } from "../load/parsed-file.ts";
import { listOf } from "../load/lists.ts";
import type { Path } from "../load/tree.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
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
    const message = `${who} has an empty condition, which would match everyone`;
    return [
      problemAtValue(file, path, {
        code: "empty-condition",
        message,
        hint: "name an attribute; for everyone, use the flag's default rollout",
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
    message: `${site.who} uses attribute "${name}", which is not declared in flags/_config.yaml`,
    hint: suggestion(name, attributes.keys(), "declared attributes"),
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
    const message = `${site.who} has an empty condition on attribute "${name}"`;
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
    const message = `${who} uses operator "${operator}" on attribute "${name}", which is a ${declaration.type}`;
    const hint = `valid for a ${declaration.type}: a value, a list, ${operatorsOf(declaration.type).join(", ")}`;
    return [problemAtKey(file, path, { code: "operator-type", message, hint })];
  }
  if (operator === "not") return checkValues(site, name, declaration, operand);
  if (operator === "semver" && semver.validRange(textOf(operand)) === null) {
    const message = `${who} compares "${name}" with ${foundText(operand)}, which is not a valid version range`;
    return [
      problemAtValue(file, path, {
        code: "bad-range",
        message,
        hint: 'write a range such as ">=5.5", ">=5.5 <7" or "^5.5.0"',
      }),
    ];
  }
  if ((operator === "before" || operator === "after") && momentOf(textOf(operand)) === undefined) {
    const message = `${who} compares "${name}" with ${foundText(operand)}, which is not a valid date or time`;
    return [
      problemAtValue(file, path, {
        code: "bad-date",
        message,
        hint: "write YYYY-MM-DD, or a time with its offset such as 2027-03-01T09:00:00Z",
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
    const message = `${who} compares "${name}" with the ${typeof value} ${foundText(value)}, but the attribute is a ${type}`;
    const hint = wanted === "string" ? "put the value in quotes" : "write the value without quotes";
    return [problemAtValue(file, path, { code: "value-type", message, hint })];
  }
  if (values === undefined || values.some((known) => known === value)) return [];
  const message = `${who} compares "${name}" with ${foundText(value)}, which is not one of its declared values`;
  const hint =
    wanted === "string"
      ? suggestion(textOf(value), values.map(String), "declared values")
      : `declared values: ${values.join(", ")}`;
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
        hint: "remove one of them",
      }),
    ];
  });
}

/** Operands that the shape has as text. */
function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : foundText(value);
}
