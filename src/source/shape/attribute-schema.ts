import { isJsonObject, isList, type JsonObject } from "../../core/json.ts";
import { operatorsOf } from "./operators.ts";
import type { AttributeDeclaration } from "./config-file.ts";
import { clause } from "./json-schema.ts";

/**
 * Returns a definition `Attribute.<name>` for each declared attribute: the operators that apply to its type, and only its
 * declared values.
 *
 * @param general  the schema of the matcher of any attribute: a value, a list of values, or a mapping of operators
 */
export function attributeDefinitions(
  attributes: ReadonlyMap<string, AttributeDeclaration>,
  general: JsonObject,
): JsonObject {
  const operators = operatorSchemas(general);
  const entries = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, declaration]) => [`Attribute.${name}`, matcher(declaration, operators)]),
  );
}

/** Returns the declared values as examples, which editors propose without refusing others. */
export function valuesOf(declaration: AttributeDeclaration | undefined): JsonObject {
  if (declaration === undefined) return {};
  const { description, values, type } = declaration;
  const examples = type === "boolean" ? [true, false] : values;
  return { ...(description !== undefined && { description }), ...(examples !== undefined && { examples }) };
}

function matcher({ type, description, values }: AttributeDeclaration, operators: JsonObject): JsonObject {
  const value = {
    type: type === "number" || type === "boolean" ? type : "string",
    ...(values !== undefined && { enum: values }),
  };
  const plain = [value, { type: "array", minItems: 1, items: value }];
  const known = operatorsOf(type).flatMap((name) => {
    const schema = operators[name];
    if (!isJsonObject(schema)) return [];
    return [[name, name === "not" ? { ...schema, anyOf: plain } : schema] as const];
  });
  const can = `Valid for a ${type}: a value, a list, ${known.map(([name]) => name).join(", ")}.`;
  const operatorMapping = {
    properties: Object.fromEntries(known),
    additionalProperties: false,
    description: "One or more operators; all of them must hold.",
  };
  const found = values === undefined ? `a ${type}` : values.join(", ");
  return {
    description: description === undefined ? can : `${description} ${can}`,
    anyOf: [...plain, { type: "object" }],
    errorMessage: `expected a value (${found}), a list of values, or a mapping of operators`,
    // The operators are not inside the union: an editor would mark the whole mapping for one wrong operator in it.
    ...clause({ type: "object" }, operatorMapping),
  };
}

/** Returns the schemas of the operators: the properties of the branch that is a mapping. */
function operatorSchemas({ anyOf }: JsonObject): JsonObject {
  const branches = isList(anyOf) ? anyOf.filter(isJsonObject) : [];
  const properties = branches.find(({ type }) => type === "object")?.["properties"];
  return isJsonObject(properties) ? properties : {};
}
