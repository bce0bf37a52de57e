import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import type { JsonValue } from "../../core/json.ts";
import { switchWord } from "../../core/override/override-text.ts";
import type { Budget } from "../../core/work.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile } from "../shape/flag-file.ts";
import { type FlagVariants, variantsOf, type Vocabulary } from "../shape/vocabulary.ts";
import { errorAtKey, errorAtValue, foundText, type Site } from "./report.ts";

/** Checks the variants that a flag has, its off variant and its fallback. */
export function* checkVariants(draft: Draft<FlagFile>, words: Vocabulary): Generator<Diagnostic> {
  const { file, json } = draft;
  const known = variantsOf(draft);
  if (known.type === undefined) return;
  if (known.type === "boolean") yield* checkBoolean(draft);
  else {
    yield* checkMissing(draft, known.type);
    for (const [name, value] of Object.entries(json.variants ?? {})) yield* checkVariant(draft, name, value);
  }
  for (const key of ["offVariant", "fallback"] as const) {
    const written = json[key];
    if (written !== undefined) yield* checkVariantName({ file, path: [key], who: key }, written, known, words);
  }
}

function* checkBoolean({ file, json: { variants, offVariant } }: Draft<FlagFile>): Generator<Diagnostic> {
  if (variants !== undefined) {
    const message = "a boolean flag cannot have variants of its own; it always has true and false";
    const hint = "remove variants, or set type to string, number or object";
    yield errorAtKey({ file, path: ["variants"] }, "boolean-variants", message, hint);
  }
  if (offVariant === true) {
    const message = "offVariant is true, but a boolean flag is always false when it is off";
    const hint = "remove offVariant; if the flag has to be true when it is off, invert its meaning";
    yield errorAtValue({ file, path: ["offVariant"] }, "boolean-variants", message, hint);
  }
}

function* checkMissing({ file, json, unusable }: Draft<FlagFile>, type: string): Generator<Diagnostic> {
  const site = { file, path: ["type"] };
  if (json.variants === undefined && !unusable.has("variants")) {
    const message = `variants is missing; it is required for a flag of type ${type}`;
    yield errorAtKey(site, "missing-variants", message, "add variants: a mapping of variant names to values");
  } else if (json.offVariant === undefined && !unusable.has("offVariant")) {
    const message = `offVariant is missing; it is required for a flag of type ${type}`;
    yield errorAtKey(site, "missing-off-variant", message, "add offVariant: the variant to serve when the flag is off");
  }
}

function* checkVariant(
  { file, json: { type, offVariant } }: Draft<FlagFile>,
  name: string,
  value: JsonValue,
): Generator<Diagnostic> {
  const site = { file, path: ["variants", name] };
  const found = value === null ? "nothing" : Array.isArray(value) ? "a list" : typeof value;
  if (found !== type) {
    const message = `variant "${name}" is ${foundText(value)}, but the flag's type is ${type}`;
    const hint = type === "string" && found === "number" ? "put the value in quotes" : undefined;
    yield errorAtValue(site, "variant-type", message, hint);
  }
  const word = switchWord(name);
  if (word === "on" || (word === "off" && name !== offVariant)) {
    const meaning = word === "on" ? "on, and only a boolean flag can be on" : "off, and this is not the off variant";
    const message = `variant "${name}" cannot have this name: in an environment variable, the word means ${meaning}`;
    yield errorAtKey(site, "word-variant", message, "choose another name");
  }
}

/** Checks a value that names a variant. `whose` names the flag that must have the variant. */
export function* checkVariantName(
  site: Site,
  written: boolean | string,
  known: FlagVariants,
  { names }: Vocabulary,
  whose = "this flag",
): Generator<Diagnostic> {
  if (hasVariant(known, written)) return;
  const message = `${site.who} names variant ${foundText(written)}, which ${whose} does not have`;
  yield errorAtValue(site, "unknown-variant", message, variantHint(known, String(written), names));
}

/** Checks the names of variants that are the keys of a split. */
export function* checkSplitNames(
  site: Site,
  split: readonly string[],
  known: FlagVariants,
  { names }: Vocabulary,
): Generator<Diagnostic> {
  const valid = known.type === "boolean" ? new Set(["true", "false"]) : known.names;
  for (const name of split) {
    if (valid === undefined || valid.has(name)) continue;
    const message = `the split of ${site.who} names variant "${name}", which this flag does not have`;
    const at = { ...site, path: [...site.path, name] };
    yield errorAtKey(at, "unknown-variant", message, variantHint(known, name, names));
  }
}

/** Returns whether the flag has a variant; also true if its variants cannot be known. */
function hasVariant({ type, names }: FlagVariants, written: boolean | string): boolean {
  if (type === "boolean") return typeof written === "boolean";
  return type === undefined || names === undefined || (typeof written === "string" && names.has(written));
}

function variantHint({ type, names = new Set() }: FlagVariants, name: string, budget: Budget): string | undefined {
  return type === "boolean"
    ? "a boolean flag has the variants true and false"
    : suggestion(name, names, "variants", budget);
}
