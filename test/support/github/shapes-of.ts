/** A JSON value that is an object. */
export type Json = Readonly<Record<string, unknown>>;

/** The parts of an OpenAPI 3.0 description that are used. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/**
 * One operation with its path, its parameters and its possible answers. Schemas are JSON Schema, names are in `schemas`.
 */
export interface OperationShape {
  readonly method: string;
  /** With its parameters in braces, e.g. `/repos/{owner}/{repo}/git/ref/{ref}`. */
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  /** The request body; null if there is none. */
  readonly body: { readonly required: boolean; readonly schema: Json } | null;
  /** The schemas of answers by status; null for an answer without a body. */
  readonly answers: Readonly<Record<string, Json | null>>;
}

/** The part of GitHub's description against which tests check requests and answers. */
export interface Shapes {
  readonly operations: Readonly<Record<string, OperationShape>>;
  readonly schemas: Readonly<Record<string, Json>>;
}

/**
 * Returns the named operations and every schema that they use, without descriptions and examples.
 *
 * @throws Error  if the description does not have one of the operations
 */
export function shapesOf(description: Description, names: readonly string[]): Shapes {
  const reached = new Map<string, Json>();
  const found = new Map<string, OperationShape>();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = String(operation["operationId"]);
      if (names.includes(name)) found.set(name, operationShape(method, path, operation));
    }
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`not in the description: ${missing.join(", ")}`);
  return { operations: Object.fromEntries(found), schemas: Object.fromEntries(reached) };

  function operationShape(method: string, path: string, operation: Json): OperationShape {
    const parameters = list(operation["parameters"]).map(resolved);
    const body = operation["requestBody"] as Json | undefined;
    const bodySchema = body && schemaIn(body);
    const answers = Object.entries(operation["responses"] as Readonly<Record<string, Json>>);
    return {
      method: method.toUpperCase(),
      path,
      parameters: parameters
        .filter((parameter) => parameter["in"] !== "header")
        .map((parameter) => ({
          name: String(parameter["name"]),
          in: String(parameter["in"]),
          required: parameter["required"] === true,
          schema: schemaOf(parameter["schema"] as Json),
        })),
      body: body && bodySchema ? { required: body["required"] === true, schema: bodySchema } : null,
      answers: Object.fromEntries(answers.map(([status, answer]) => [status, schemaIn(resolved(answer)) ?? null])),
    };
  }

  function schemaIn(holder: Json): Json | undefined {
    const contents = holder["content"] as Readonly<Record<string, Json>> | undefined;
    const content = contents?.["application/json"];
    return content && schemaOf(content["schema"] as Json);
  }

  /** Resolves a reference to a parameter or an answer. */
  function resolved(node: Json): Json {
    const pointer = node["$ref"];
    if (typeof pointer !== "string") return node;
    const [, , kind = "", name = ""] = pointer.split("/");
    const target = description.components[kind]?.[name];
    if (target === undefined) throw new Error(`${pointer} is not in the description`);
    return target;
  }

  function schemaOf(node: Json): Json {
    const pointer = node["$ref"];
    if (typeof pointer !== "string") return jsonSchema(node, schemaOf);
    const name = pointer.split("/").at(-1) ?? "";
    if (!reached.has(name)) {
      reached.set(name, {}); // First, because schemas refer to themselves.
      reached.set(name, jsonSchema(resolved(node), schemaOf));
    }
    return { $ref: `#/schemas/${name}` };
  }
}

/** The keywords of a schema that restrict values. All others are descriptive or for other tools. */
const KEPT = ["type", "enum", "required", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems"];
const FORMATS = ["date-time", "uri"];

/** Converts OpenAPI 3.0 to JSON Schema: `nullable` becomes a type. */
function jsonSchema(node: Json, child: (node: Json) => Json): Json {
  const schema: Record<string, unknown> = {};
  for (const key of KEPT) if (key in node) schema[key] = node[key];
  if (FORMATS.includes(String(node["format"]))) schema["format"] = node["format"];
  const properties = node["properties"] as Readonly<Record<string, Json>> | undefined;
  if (properties) {
    schema["properties"] = Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, child(of)]));
  }
  if (node["items"]) schema["items"] = child(node["items"] as Json);
  const others = node["additionalProperties"];
  if (typeof others === "boolean") schema["additionalProperties"] = others;
  else if (others !== undefined) schema["additionalProperties"] = child(others as Json);
  if (node["allOf"] !== undefined) schema["allOf"] = list(node["allOf"]).map(child);
  // The description says "one of" where several fit, e.g. of two errors with the same fields.
  const either = [...list(node["anyOf"]), ...list(node["oneOf"])];
  if (either.length > 0) schema["anyOf"] = either.map(child);
  if (node["nullable"] !== true) return schema;
  return { anyOf: [{ type: "null" }, schema] };
}

function list(value: unknown): readonly Json[] {
  return (value ?? []) as readonly Json[];
}
