import type { Scalar } from "yaml";
import { characterName } from "./look-alikes.ts";
import { INVISIBLE } from "./source-text.ts";
import type { Problem } from "./parsed-file.ts";

const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
/** Matches text that YAML 1.1 reads as a number: with underscores, binary, or sexagesimal. */
const OLD_NUMBER = /^[-+]?(?:[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?|0b[01_]+|[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?)$/;
const OLD_BOOLEAN = /^(?:yes|no|on|off)$/i;

/** Returns what is wrong with a scalar wherever it is used: it looks like something else, or tools read it differently. */
export function scalarProblem(scalar: Scalar): Problem | undefined {
  const { value, source = "" } = scalar;
  if (scalar.type !== "PLAIN") return typeof value === "string" ? textProblem(value) : undefined;
  if (typeof value === "number" || typeof value === "bigint") return numberProblem(source);
  if (typeof value !== "string") return undefined;
  if (OLD_BOOLEAN.test(value)) {
    return {
      code: "ambiguous-word",
      message: `${value} without quotes is text in YAML 1.2, but true or false in other versions`,
      hint: `write true or false; to make it text, write "${value}"`,
    };
  }
  return OLD_NUMBER.test(value) ? ambiguousNumber(value) : undefined;
}

function numberProblem(source: string): Problem | undefined {
  // JSON and databases have no negative zero.
  if (!DECIMAL.test(source) || Object.is(Number(source), -0)) return ambiguousNumber(source);
  const digits = source.replace(/^-?0?\.?0*|\./g, "");
  const isExact = source.includes(".") ? digits.length <= 15 : Number.isSafeInteger(Number(source));
  if (isExact) return undefined;
  return {
    code: "unsafe-number",
    message: `${source} has more digits than a number can hold; it would become ${Number(source)}`,
    hint: `to write an id, put it in quotes: "${source}"`,
  };
}

function ambiguousNumber(source: string): Problem {
  return {
    code: "ambiguous-number",
    message: `${source} is not a plain decimal number; versions of YAML read it differently`,
    hint: `write a decimal number; to make it text, write "${source}"`,
  };
}

/** Finds characters that files must not contain and databases do not accept, written as escapes in double quotes. */
function textProblem(value: string): Problem | undefined {
  // Line endings are allowed in a text; half of a surrogate pair is not.
  const found = INVISIBLE.exec(value.replaceAll("\r", "")) ?? /\p{Surrogate}/u.exec(value);
  if (found === null) return undefined;
  return {
    code: "invisible-character",
    message: `the text contains ${characterName(found[0])}, which is an invisible character`,
    hint: "remove the character",
  };
}
