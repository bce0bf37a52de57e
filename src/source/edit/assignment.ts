import type { JsonValue } from "../../core/json.ts";
import { mapJson } from "../load/tree.ts";
import { refused, type Refused } from "./edit-result.ts";
import { rootOf } from "./rewrite.ts";

/** `rules["Toronto beta"].rollout=50%`: where, and what shall stand there. */
export interface Assignment {
  /** Keys; a rule by its name or its number, from 1. */
  readonly steps: readonly string[];
  /** Undefined takes the key out. */
  readonly value: JsonValue | undefined;
  /** As it was typed, for messages. */
  readonly typed: string;
}

const STEP = /^(?:\[\s*(?:"([^"]*)"|'([^']*)'|([^\]"']+?))\s*\]|"([^"]*)"|([^.[\]="']+))/;

/** Fields that are text whatever they look like: no quotes are needed beyond the shell's. */
const TEXT_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "description",
  "owner",
  "kind",
  "type",
  "expires",
  "salt",
  "reason",
]);

/** Reads `path=value`; without anything behind the sign the key is taken out. */
export function parseAssignment(typed: string): Assignment | Refused {
  const steps: string[] = [];
  let rest = typed;
  for (;;) {
    const found = STEP.exec(rest);
    const step = found?.slice(1).find((group) => group !== undefined);
    if (found === null || step === undefined) return notRead(typed);
    steps.push(step.trim());
    rest = rest.slice(found[0].length);
    if (rest.startsWith("=")) break;
    if (rest.startsWith(".")) rest = rest.slice(1);
    else if (!rest.startsWith("[")) return notRead(typed);
  }
  const written = rest.slice(1);
  if (written.trim() === "") return { steps, value: undefined, typed };
  const value = valueOf(steps, written);
  if (value !== undefined) return { steps, value, typed };
  return refused("usage", `${typed}: the value cannot be read as YAML`, `quote it: '${steps.join(".")}="…"'`);
}

function valueOf(steps: readonly string[], written: string): JsonValue | undefined {
  const last = steps.at(-1) ?? "";
  const isOwn = steps.length === 1 || (steps.length === 3 && steps[0] === "rules") || steps[0] === "acknowledge";
  // An id of digits is a number to YAML.
  if (isOwn && (TEXT_FIELDS.has(last) || steps[0] === "acknowledge")) return withoutQuotes(written.trim());
  const isList = steps.length === 1 && last === "tags";
  if (isList && !written.trim().startsWith("[")) return written.split(",").map((tag) => withoutQuotes(tag.trim()));
  return yamlValue(written.trim());
}

/**
 * Brackets and quotes are YAML; so are true, false and numbers. Everything else is the text as it was typed: the shell has
 * had its quotes already, and a colour such as #1d4ed8 is no comment.
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

function notRead(typed: string): Refused {
  return refused(
    "usage",
    `"${typed}" is not a change: expected path=value`,
    `e.g. enabled=false, rollout=25%, rollout.by=sessionId, 'rules["Toronto beta"].rollout=50%', expires=2027-06-01, owner=`,
  );
}
