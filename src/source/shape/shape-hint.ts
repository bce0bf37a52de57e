import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { guess, suggestion } from "../../core/diagnostic/unknown-name.ts";
import { branchesOf } from "./json-schema.ts";
import { own } from "../../core/own.ts";

/** Suggests what to write instead of an unknown key. `known` are the keys that are valid there. */
export function unknownKeyHint(
  key: string,
  value: JsonValue | undefined,
  known: readonly string[],
): string | undefined {
  // A comma in braces ends a value: `{ rollout: 12,5% }` and `{ description: one, two }` have a key without a value.
  if (value === null && DECIMALS.test(key)) return "write decimals with a point, such as 12.5%";
  if (value === null && key.includes(" ")) return "put text that contains a comma in quotes";
  const isOperator = known.includes("startsWith");
  return (
    (isOperator ? own(OTHER_OPERATORS, key) : undefined) ?? suggestion(key, known, "valid keys", { left: Infinity })
  );
}

const DECIMALS = /^\d+ *%?$/;

const [LIST, NONE_OF] = ["write the value or the list itself: attribute: [a, b]", "write attribute: { not: [a, b] }"];
const NO_PATTERNS = "there are no regular expressions; use startsWith, endsWith or contains";
/** Hints for operators that only other systems have. */
const OTHER_OPERATORS: Readonly<Record<string, string>> = {
  in: LIST,
  eq: LIST,
  equals: LIST,
  is: LIST,
  oneOf: LIST,
  notIn: NONE_OF,
  nin: NONE_OF,
  ne: NONE_OF,
  neq: NONE_OF,
  matches: NO_PATTERNS,
  regex: NO_PATTERNS,
};

/** Suggests what to write instead of a value that a schema refuses. `holder` is the mapping that holds the value. */
export function valueHint(found: JsonValue, schema: JsonObject, holder: JsonValue | undefined): string | undefined {
  const branches = branchesOf(schema);
  return (
    percentageHint(found, branches, holder) ??
    wordHint(found, branches) ??
    quotesHint(found, branches) ??
    (branches.length === 1 && schema["type"] === "array" ? listHint(found) : undefined)
  );
}

function percentageHint(
  found: JsonValue,
  branches: readonly JsonObject[],
  holder: JsonValue | undefined,
): string | undefined {
  const patterns = branches.flatMap(({ pattern }) => (typeof pattern === "string" ? [pattern] : []));
  const pattern = patterns.find((each) => each.endsWith("%$"));
  if (pattern === undefined || (typeof found !== "number" && typeof found !== "string")) return undefined;
  const meant = `${wholeNumber(found, holder).replaceAll(" ", "").replace(/%$/, "").replace(",", ".")}%`;
  if (!/^\d+(?:\.\d+)?%$/.test(meant)) return undefined;
  // Other systems write 0.25 for a quarter.
  if (typeof found === "number" && found > 0 && found < 1)
    return `did you mean ${Number((found * 100).toFixed(3))}% or ${meant}?`;
  if (new RegExp(pattern).test(meant)) return `did you mean ${meant}?`;
  if (Number.parseFloat(meant) >= 100)
    return pattern.includes("100") ? "a share is at most 100%" : "write less than 100%";
  return /\.\d{4}/.test(meant) ? "write at most 3 decimals" : undefined;
}

/** Returns a number with the decimals that follow a comma in braces, if they are a key of their own. */
function wholeNumber(found: number | string, holder: JsonValue | undefined): string {
  const entries = typeof found === "number" && isJsonObject(holder) ? Object.entries(holder) : [];
  const [decimals] = entries.find(([key, value]) => value === null && DECIMALS.test(key)) ?? [];
  return decimals === undefined ? String(found) : `${found}.${decimals}`;
}

function wordHint(found: JsonValue, branches: readonly JsonObject[]): string | undefined {
  if (typeof found !== "string") return undefined;
  const words = branches.flatMap(({ enum: names }) => (isList(names) ? names.map(String) : []));
  return guess(found, words);
}

/** Returns a hint about missing or unnecessary quotes. */
function quotesHint(found: JsonValue, branches: readonly JsonObject[]): string | undefined {
  if (typeof found === "number" || typeof found === "boolean") {
    return branches.some((branch) => takesText(branch, String(found))) ? "put the value in quotes" : undefined;
  }
  if (typeof found !== "string") return undefined;
  const isBoolean = found === "true" || found === "false";
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(found);
  const isQuotedByMistake = branches.some(({ type }) => {
    return (isBoolean && type === "boolean") || (isNumber && (type === "number" || type === "integer"));
  });
  return isQuotedByMistake ? `write it without quotes: ${found}` : undefined;
}

function takesText({ type, pattern, enum: words }: JsonObject, text: string): boolean {
  return type === "string" && words === undefined && (typeof pattern !== "string" || new RegExp(pattern).test(text));
}

function listHint(found: JsonValue): string | undefined {
  if (found === null) return undefined;
  return typeof found === "object" ? "write a list, in [ ]" : `write a list: [${String(found)}]`;
}
