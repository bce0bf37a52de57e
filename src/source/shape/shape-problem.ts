import type { ErrorObject } from "ajv/dist/2020.js";
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { nearest } from "../../core/diagnostic/nearest.ts";
import type { Problem } from "../load/parsed-file.ts";
import { branchesOf, membersOf, resolveRef } from "./json-schema.ts";
import { unknownKeyHint, valueHint } from "./shape-hint.ts";
import type { Path } from "../load/tree.ts";
import { orText } from "../../core/text.ts";
import { foundText } from "../check/report.ts";
import { own } from "../../core/own.ts";

/** One way in which a document does not match its schema. */
export interface ShapeFault {
  readonly path: Path;
  /** Whether the key or the value at `path` is at fault. */
  readonly at: "key" | "value";
  readonly problem: Problem;
  /** For an unknown key, the key that was probably meant. */
  readonly meant?: string | undefined;
  /** For a missing key, its name. */
  readonly missing?: string | undefined;
}

/** One error of ajv, with the data that describes it. */
interface ShapeError {
  readonly error: ErrorObject;
  readonly path: Path;
  /** The value that violates the schema. */
  readonly found: JsonValue;
  /** The schema that the value violates. */
  readonly schema: JsonObject;
  /** The mapping or list that holds the value. */
  readonly holder: JsonValue | undefined;
  readonly root: JsonObject;
}

/**
 * Describes one error of ajv.
 *
 * @param path    of the value at fault
 * @param holder  the mapping or list that holds the value
 * @param root    the schema whose `$defs` the references name
 * @returns       undefined if another error describes the same fault better
 */
export function shapeProblem(
  error: ErrorObject,
  path: Path,
  holder: JsonValue | undefined,
  root: JsonObject,
): ShapeFault | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv returns parts of the document and of the schema
  const [found, schema] = [error.data as JsonValue, (error.parentSchema ?? {}) as JsonObject];
  const shapeError: ShapeError = { error, path, found, schema, holder, root };
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(shapeError);
    case "required":
      return missingKey(shapeError);
    case "propertyNames":
      return wrongName(shapeError);
    case "minItems":
      return wrongValue(shapeError, "empty", `${whereText(path)} is an empty list`, "add an item, or remove the key");
    case "minLength":
      return wrongValue(shapeError, "empty", `${whereText(path)} is an empty string`, "write some text");
    case "type":
    case "anyOf":
      return wrongValue(shapeError, isList(found) && found.length === 0 ? "empty" : "wrong-type");
    default:
      // The `propertyNames` error of the same key says more.
      return "propertyName" in error ? undefined : wrongValue(shapeError, "wrong-value");
  }
}

function unknownKey({ error, path, found, schema }: ShapeError): ShapeFault {
  const key = String(error.params["additionalProperty"]);
  const known = Object.keys(membersOf(schema, "properties"));
  const value = isJsonObject(found) ? own(found, key) : undefined;
  const message = `unknown key "${key}"${insideText(path)}`;
  const problem = { code: "unknown-key", message, hint: unknownKeyHint(key, value, known) } as const;
  return { path: [...path, key], at: "key", meant: nearest(key, known), problem };
}

function missingKey({ error, path, schema, root }: ShapeError): ShapeFault {
  const key = String(error.params["missingProperty"]);
  const { description } = resolveRef(membersOf(membersOf(schema, "properties"), key), root);
  const hint = typeof description === "string" ? `add ${key}   (${description.replace(/\.$/, "")})` : `add ${key}`;
  const message = `required key "${key}" is missing${path.length === 0 ? "" : ` from ${whereText(path)}`}`;
  return { path, at: "key", missing: key, problem: { code: "missing-key", message, hint } };
}

function wrongName({ error, path, schema }: ShapeError): ShapeFault {
  const key = String(error.params["propertyName"]);
  const { errorMessage } = membersOf(schema, "propertyNames");
  const expected = typeof errorMessage === "string" ? errorMessage : "a name";
  const message = `"${key}" is not a valid name in ${whereText(path)}; expected ${expected}`;
  return { path: [...path, key], at: "key", problem: { code: "wrong-value", message } };
}

function wrongValue(
  { path, found, schema, holder }: ShapeError,
  code: "wrong-type" | "wrong-value" | "empty",
  message = `${whereText(path)} ${found === null ? "has no value" : `is ${foundText(found)}`}; expected ${expectedText(schema)}`,
  hint = valueHint(found, schema, holder),
): ShapeFault {
  return { path, at: "value", problem: { code, message, hint } };
}

/** Returns e.g. `serve`, `rule 1`, `item 2 of tags` or `the file`. */
function whereText(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  if (typeof last === "string") return last;
  const list = path.at(-2);
  if (list === "rules" || list === "tests") return `${list.slice(0, -1)} ${last + 1}`;
  return `item ${last + 1} of ${whereText(path.slice(0, -1))}`;
}

function insideText(path: Path): string {
  return path.length === 0 ? "" : ` in ${whereText(path)}`;
}

function expectedText(schema: JsonObject): string {
  const { errorMessage, enum: words, minimum, maxLength } = schema;
  if (typeof errorMessage === "string") return errorMessage;
  if (isList(words)) return orText(words.map(String));
  if (typeof maxLength === "number") return `a string of at most ${maxLength} characters`;
  const types = branchesOf(schema).map(({ type }) => (typeof type === "string" ? own(TYPE_WORDS, type) : undefined));
  const expected = orText([...new Set(types.map((type) => type ?? "a value"))]);
  return typeof minimum === "number" && minimum >= 0 ? `${expected}, at least ${minimum}` : expected;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "nothing",
};
