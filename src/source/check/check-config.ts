import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { counted, countText } from "../../core/text.ts";
import { LIMITS } from "../shape/limits.ts";
import type { AttributeDeclaration, ConfigFile } from "../shape/config-file.ts";
import type { Draft } from "../load/draft.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import { checkRepeats, errorAtKey, errorAtValue } from "./report.ts";

/** Words that have a meaning in conditions. */
const CONDITION_WORDS: ReadonlySet<string> = new Set(["any", "all", "none", "segment"]);

/** Checks the declarations of `flags/_config.yaml`. */
export function* checkConfig({ file, json, unusable }: Draft<ConfigFile>): Generator<Diagnostic> {
  const environments = Object.keys(json.environments ?? {});
  const site = { file, path: ["environments"] };
  if (environments.length === 0 && !unusable.has("environments")) {
    const message = "environments is empty; at least one environment is required";
    yield errorAtValue(site, "empty", message, "declare one, e.g. production: { protected: true }");
  }
  if (environments.length > LIMITS.environments) {
    const message = `there are ${countText(environments.length)} environments; at most ${LIMITS.environments} are allowed`;
    yield errorAtKey(site, "too-many-environments", message, "remove those that no database belongs to");
  }
  // `acknowledge` contains the reason next to the names of environments.
  if (environments.includes("reason")) yield reservedName(file, "environments", "reason", "acknowledge");
  for (const [name, attribute] of Object.entries(json.attributes ?? {})) {
    if (CONDITION_WORDS.has(name)) yield reservedName(file, "attributes", name, "conditions");
    yield* checkAttribute(file, name, attribute);
  }
}

function reservedName(file: ParsedFile, list: "environments" | "attributes", name: string, where: string): Diagnostic {
  const message = `${list.slice(0, -1)} "${name}" cannot have this name: the word is reserved in ${where}`;
  return errorAtKey({ file, path: [list, name] }, "reserved-name", message, "choose another name");
}

function* checkAttribute(
  file: ParsedFile,
  name: string,
  { type, values, weights }: AttributeDeclaration,
): Generator<Diagnostic> {
  const who = `attribute "${name}"`;
  const site = { file, path: ["attributes", name, "values"], who };
  yield* checkRepeats(site, values);
  const valueType = type === "number" ? "number" : "string";
  if (type === "boolean" && values !== undefined) {
    const message = `${who} is a boolean, which cannot declare values`;
    yield errorAtKey(site, "value-type", message, "remove values: a boolean is true or false");
  } else if (values?.some((value) => typeof value !== valueType)) {
    const message = `the values of ${who} do not match its type, ${type}`;
    yield errorAtKey(site, "value-type", message, `write each value as a ${valueType}`);
  }
  const count = values?.length ?? 0;
  if (weights === undefined || weights.length === count) return;
  const message = `${who} has ${counted(weights.length, "weight")} for ${counted(count, "value")}`;
  const hint = "write one weight per value, in the order of the values";
  yield errorAtKey({ file, path: ["attributes", name, "weights"] }, "bad-weights", message, hint);
}
