import type { ErrorObject } from "ajv/dist/2020.js";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { nearest } from "../../core/diagnostic/nearest.ts";
import type { Problem } from "../load/parsed-file.ts";
import { isSchema, memberOf, type Schema } from "./schema.ts";
import { SHARE_PATTERN } from "./share.ts";
import type { Path } from "../load/tree.ts";
import { guess, suggestion } from "../../core/diagnostic/unknown-name.ts";
import { orText } from "../../core/text.ts";
import { foundText, whereText } from "../check/wording.ts";

/** One fault of shape: what, where, and whether the key or the value is meant. */
export interface ShapeFault {
  readonly path: Path;
  readonly at: "key" | "value";
  readonly problem: Problem;
  /** For a mistyped key, the key that was probably meant. */
  readonly meant?: string | undefined;
  /** For a missing key, its name. */
  readonly missing?: string | undefined;
}

/** One error of ajv in our words; undefined where another error says the same better. */
export function shapeProblem(error: ErrorObject, path: Path): ShapeFault | undefined {
  const schema: Schema = error.parentSchema ?? {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv hands back a part of the document it was given
  const found = error.data as JsonValue;
  const where = whereText(path);
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params["additionalProperty"]);
      const known = Object.keys(memberOf(schema, "properties"));
      // `{ description: one, two }`: what follows the comma is read as a key without a value.
      const isCutOff = key.includes(" ") && isJsonObject(found) && found[key] === null;
      const hint = isCutOff ? "text that contains a comma has to be quoted" : suggestion(key, known, "keys");
      return {
        path: [...path, key],
        at: "key",
        meant: nearest(key, known),
        problem: { code: "unknown-key", message: `"${key}" is no key of ${where}`, hint },
      };
    }
    case "required": {
      const key = String(error.params["missingProperty"]);
      const about = memberOf(memberOf(schema, "properties"), key)["description"];
      const hint = typeof about === "string" ? `add ${key}   (${about.replace(/\.$/, "")})` : `add ${key}`;
      return {
        path,
        at: "key",
        missing: key,
        problem: { code: "missing-key", message: `${where} has no ${key}, which is always written`, hint },
      };
    }
    case "propertyNames": {
      const key = String(error.params["propertyName"]);
      const expected = memberOf(schema, "propertyNames")["errorMessage"];
      return {
        path: [...path, key],
        at: "key",
        problem: {
          code: "wrong-value",
          message: `"${key}" is no name for a key of ${where}, expected ${typeof expected === "string" ? expected : "a name"}`,
        },
      };
    }
    case "minItems":
      return {
        path,
        at: "value",
        problem: { code: "empty", message: `${where} is an empty list`, hint: "name at least one, or delete the key" },
      };
    case "minLength":
      return {
        path,
        at: "value",
        problem: { code: "empty", message: `${where} is an empty text`, hint: "write it, or delete the key" },
      };
    case "type":
    case "anyOf":
      return value(Array.isArray(found) && found.length === 0 ? "empty" : "wrong-type");
    default:
      // An error of a key's own name stands beside `propertyNames`, which says more.
      return "propertyName" in error ? undefined : value("wrong-value");
  }

  function value(code: "wrong-type" | "wrong-value" | "empty"): ShapeFault {
    const message = `${where} is ${foundText(found)}, expected ${expectedText(schema)}`;
    return { path, at: "value", problem: { code, message, hint: valueHint(found, schema) } };
  }
}

function expectedText(schema: Schema): string {
  const { errorMessage, enum: words, type, minimum, maxLength } = schema;
  if (typeof errorMessage === "string") return errorMessage;
  if (Array.isArray(words)) return orText(words.map(String));
  if (typeof maxLength === "number") return `a text of at most ${maxLength} characters`;
  if (typeof minimum === "number" && minimum >= 0) return `a number from ${minimum}`;
  return orText((Array.isArray(type) ? type : [type]).map((name) => TYPE_WORDS[String(name)] ?? String(name)));
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  null: "nothing",
};

function valueHint(found: JsonValue, schema: Schema): string | undefined {
  const words = JSON.stringify(schema);
  const isShare =
    words.includes(JSON.stringify(SHARE_PATTERN.source)) || String(schema["errorMessage"]).includes("share");
  if (isShare && typeof found !== "object" && /^\d+(?:\.\d{1,3})?$/.test(String(found)) && Number(found) <= 100) {
    return `did you mean ${String(found)}%?`;
  }
  if (isShare && typeof found === "string" && /^\d+(?:\.\d+)? +%$/.test(found))
    return `did you mean ${found.replace(/ +/, "")}?`;
  const { type } = schema;
  const names = wordsOf(schema);
  if (names.length > 0) return guess(foundText(found).replaceAll('"', ""), names);
  const wantsText = type === "string" || (Array.isArray(schema["anyOf"]) && words.includes('"type":"string"'));
  if (wantsText && typeof found === "number") return "put it in quotes where text is meant";
  if (type === "string" && typeof found === "boolean") return "put it in quotes where text is meant";
  if (type === "boolean" && (found === "true" || found === "false")) return `write it without quotes: ${found}`;
  const isNumeral = typeof found === "string" && /^-?\d+(?:\.\d+)?$/.test(found);
  if ((type === "number" || type === "integer") && isNumeral) return `write it without quotes: ${found}`;
  if (type !== "array" || found === null) return undefined;
  return typeof found === "object" ? "write it as a list, in [ ]" : `write it as a list: [${String(found)}]`;
}

/** The words that a schema takes, whether alone or beside other things. */
function wordsOf(schema: Schema): readonly string[] {
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isSchema) : [];
  return [schema, ...branches].flatMap((each) => (Array.isArray(each["enum"]) ? each["enum"].map(String) : []));
}
