import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Json, OperationShape, Shapes } from "./shapes-of.ts";

/** GitHub's own description of the operations that are used, written by `scripts/github-shapes.ts`. */
export const GITHUB_SHAPES = JSON.parse(
  readFileSync(new URL("../../fixtures/github-openapi.json", import.meta.url), "utf8"),
) as Shapes;

/** A request in the terms of the description. Values of path and query are unparsed text. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Undefined: none was sent. */
  readonly body: unknown;
}

const OPTIONS = {
  allErrors: true,
  strict: false,
  formats: {
    "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
    uri: (text: string) => URL.canParse(text),
  },
  // Most schemas are met a few times in a run: what is compiled soonest wins, three to one.
  inlineRefs: false,
  code: { optimize: false },
  validateSchema: false,
};

/** Checks requests and answers against a description. Returns every problem as a sentence. */
export interface ShapeChecks {
  request(operation: string, parts: RequestParts): readonly string[];
  /** @param body undefined: none was sent */
  answer(operation: string, status: number, body: unknown): readonly string[];
}

/** Creates checks whose schemas are compiled on first use, because a test needs only a few. */
export function shapeChecks(shapes: Shapes): ShapeChecks {
  const bodies = new Ajv2020(OPTIONS);
  const texts = new Ajv2020({ ...OPTIONS, coerceTypes: true });
  for (const ajv of [bodies, texts]) ajv.addSchema({ $id: "github", schemas: shapes.schemas });
  const compiled = new Map<string, ValidateFunction>();

  function problems(ajv: Ajv2020, name: string, schema: Json, value: unknown): readonly string[] {
    const known = compiled.get(name) ?? ajv.compile(absolute(schema) as Json);
    compiled.set(name, known);
    if (known(value)) return [];
    return (known.errors ?? []).map(
      ({ instancePath, message }) => `${name}${instancePath}: ${message ?? "does not fit"}`,
    );
  }

  return {
    request(name, { path, query, body }) {
      const operation = shapeOf(shapes, name);
      const found: string[] = [];
      for (const parameter of operation.parameters) {
        const value = (parameter.in === "path" ? path : query)[parameter.name];
        const place = `${name} ${parameter.in} ${parameter.name}`;
        if (value !== undefined) {
          const of = { type: "object", properties: { value: parameter.schema } };
          found.push(...problems(texts, place, of, { value }));
        } else if (parameter.required) found.push(`${place}: is missing`);
      }
      const known = operation.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
      for (const sent of Object.keys(query)) {
        if (!known.includes(sent)) found.push(`${name} query ${sent}: GitHub knows no such parameter`);
      }
      if (operation.body === null) {
        if (body !== undefined) found.push(`${name}: takes no body`);
      } else if (body !== undefined) {
        found.push(...problems(bodies, `${name} body`, operation.body.schema, body));
        found.push(...unknownFields(`${name} body`, operation.body.schema, body));
      } else if (operation.body.required) found.push(`${name} body: is missing`);
      return found;
    },
    answer(name, status, body) {
      const operation = shapeOf(shapes, name);
      // Any GET may be answered so, whether its description says it or not.
      if (status === 304) return body === undefined ? [] : [`${name} 304: has no body`];
      const described = operation.answers[String(status)];
      const place = `${name} ${status}`;
      if (described === null && body !== undefined && status < 400) return [`${place}: has no body`];
      // Any operation may fail in ways that its own description leaves out.
      const schema = described ?? (status >= 400 ? { $ref: "#/schemas/basic-error" } : undefined);
      if (schema === undefined) return described === null ? [] : [`${place}: GitHub knows no such answer`];
      return body === undefined ? [`${place}: the body is missing`] : problems(bodies, place, schema, body);
    },
  };
}

function shapeOf(shapes: Shapes, name: string): OperationShape {
  const operation = shapes.operations[name];
  if (operation === undefined) throw new Error(`${name} is not in test/fixtures/github-openapi.json`);
  return operation;
}

/** Returns unknown fields, which GitHub silently ignores, so that a misspelt option would have no effect. */
function unknownFields(place: string, schema: Json, body: unknown): readonly string[] {
  const properties = schema["properties"] as Json | undefined;
  if (properties === undefined || schema["additionalProperties"] !== undefined) return [];
  if (schema["anyOf"] !== undefined || schema["allOf"] !== undefined) return [];
  const unknown = Object.keys(body as Json).filter((field) => !Object.hasOwn(properties, field));
  return unknown.map((field) => `${place}/${field}: GitHub knows no such field`);
}

/** Converts a reference `#/schemas/x` to the name that ajv uses. */
function absolute(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(absolute);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" ? `github${value}` : absolute(value),
    ]),
  );
}

/** GitHub's description, compiled once for all servers of a test file. */
export const GITHUB_CHECKS = shapeChecks(GITHUB_SHAPES);
