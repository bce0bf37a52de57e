import type { FlagError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { mapJson } from "../load/tree.ts";
import { refused } from "./edit-result.ts";
import { rootOf } from "./rewrite.ts";

/** One `path=value`, e.g. `rules["Toronto beta"].rollout=50%`. */
export interface Assignment {
  /** The keys of the path; a rule is named by its name or its number, from 1. */
  readonly steps: readonly string[];
  /** Undefined removes the key. */
  readonly value: JsonValue | undefined;
  /** The text as typed, for messages. */
  readonly typed: string;
}

const STEP = /^(?:\[\s*(?:"([^"]*)"|'([^']*)'|([^\]"']+?))\s*\]|"([^"]*)"|([^.[\]="']+))/;

/** Fields whose value is always text, so that it needs no quotes other than those for the shell. */
const TEXT_FIELDS = new Set(["name", "description", "owner", "kind", "type", "expires", "salt", "reason"]);

/** Parses `path=value`. An empty value removes the key. @throws FlagError USAGE */
export function parseAssignment(typed: string): Assignment {
  const steps: string[] = [];
  let rest = typed;
  for (;;) {
    const found = STEP.exec(rest);
    const step = found?.slice(1).find((group) => group !== undefined);
    if (found === null || step === undefined) throw invalidAssignment(typed);
    steps.push(step.trim());
    rest = rest.slice(found[0].length);
    if (rest.startsWith("=")) break;
    if (rest.startsWith(".")) rest = rest.slice(1);
    else if (!rest.startsWith("[")) throw invalidAssignment(typed);
  }
  const written = rest.slice(1);
  if (written.trim() === "") return { steps, value: undefined, typed };
  const value = valueOf(steps, written);
  if (value !== undefined) return { steps, value, typed };
  throw refused("USAGE", `${typed}: the value is not valid YAML`, `quote it: '${steps.join(".")}="…"'`);
}

function valueOf(steps: readonly string[], written: string): JsonValue | undefined {
  const last = steps.at(-1) ?? "";
  const isOwn = steps.length === 1 || (steps.length === 3 && steps[0] === "rules") || steps[0] === "acknowledge";
  // YAML would read an id that consists of digits as a number.
  if (isOwn && (TEXT_FIELDS.has(last) || steps[0] === "acknowledge")) return withoutQuotes(written.trim());
  const isList = steps.length === 1 && last === "tags";
  if (isList && !written.trim().startsWith("[")) return written.split(",").map((tag) => withoutQuotes(tag.trim()));
  return yamlValue(written.trim());
}

/**
 * Parses brackets, quotes, true, false and numbers as YAML. Everything else is the text as typed: the shell has already
 * removed its quotes, and a colour such as #1d4ed8 is not a comment.
 */
function yamlValue(written: string): JsonValue | undefined {
  const root = rootOf(`v: ${written}\n`);
  const value = root === undefined || root.entries.size !== 1 ? undefined : mapJson(root)["v"];
  if (/^[[{"']/.test(written)) return value;
  return typeof value === "boolean" || typeof value === "number" || written === "null" ? value : written;
}

function withoutQuotes(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function invalidAssignment(typed: string): FlagError {
  return refused(
    "USAGE",
    `"${typed}" is not an assignment; write path=value`,
    `for example enabled=false, rollout=25%, rollout.by=sessionId, 'rules["Toronto beta"].rollout=50%', expires=2027-06-01, owner=`,
  );
}
