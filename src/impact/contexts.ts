import { contextFrom } from "../core/flag/attribute.ts";
import { FlagError } from "../core/errors.ts";
import type { EvaluationContext } from "../core/evaluate/evaluation.ts";
import { isJsonObject } from "../core/json.ts";
import type { Population } from "./population.ts";

/** The maximum number of contexts. More contexts would take longer without improving the figures. */
export const MAX_CONTEXTS = 200_000;

const EXPECTED =
  'expected one JSON object per line, e.g. {"userId":"7f3a","userRole":"admin"}, or one JSON list of them';

/**
 * Parses a file of contexts: JSON Lines, in which empty lines are ignored, or one JSON list.
 *
 * @param name  the name of the file, for errors and for the report
 * @throws FlagError USAGE with the place of the error
 */
export function contextsFrom(text: string, name: string): Population {
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const contexts = body.trimStart().startsWith("[") ? listed(body, name) : lines(body, name);
  if (contexts.length === 0) throw wrong(`${name} contains no contexts`);
  const note = { source: "file", size: contexts.length, seed: null, file: name, guessed: [] } as const;
  return { contexts, note, subjects: new Set(), missing: new Map() };
}

function lines(text: string, name: string): readonly EvaluationContext[] {
  const contexts: EvaluationContext[] = [];
  let number = 0;
  for (const line of text.split("\n")) {
    number += 1;
    if (line.trim() === "") continue;
    if (contexts.length === MAX_CONTEXTS) throw tooMany(name);
    contexts.push(contextIn(parsed(line, `${name}:${number}`), `${name}:${number}`));
  }
  return contexts;
}

function listed(text: string, name: string): readonly EvaluationContext[] {
  const list = parsed(text, name);
  if (!Array.isArray(list)) throw wrong(`${name} starts with [ but is not a JSON list`);
  if (list.length > MAX_CONTEXTS) throw tooMany(name);
  return list.map((item: unknown, index) => contextIn(item, `${name}: item ${index + 1} of the list`));
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Omits the parser's message, which quotes its input: personal data must not appear in a log.
    throw wrong(`${place} is not JSON`);
  }
}

function contextIn(value: unknown, place: string): EvaluationContext {
  if (isJsonObject(value)) return contextFrom(value);
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw wrong(`${place} is ${found}, not an object`);
}

function tooMany(name: string): FlagError {
  return new FlagError("USAGE", `${name} contains more than ${MAX_CONTEXTS} contexts`, {
    hint: `take a random sample: shuf -n ${MAX_CONTEXTS / 10} ${name}`,
  });
}

function wrong(message: string): FlagError {
  return new FlagError("USAGE", message, { hint: EXPECTED });
}
