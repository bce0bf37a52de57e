import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { shareText } from "../../core/describe/wording.ts";
import { WHOLE } from "../../core/flag/flag.ts";
import { LIST_ATTRIBUTES } from "../../core/row/row-codec.ts";
import type { Draft } from "../load/draft.ts";
import type { ParsedFile } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import type { FlagFile, OverlayFile, RolloutFile, RuleFile, ServeFile } from "../shape/flag-file.ts";
import { parseShare } from "../shape/share.ts";
import { type FlagVariants, variantsOf, type Vocabulary } from "../shape/vocabulary.ts";
import { checkCondition, checkDeclared, checkValues } from "./check-condition.ts";
import { checkSplitNames, checkVariantName } from "./check-variants.ts";
import { checkRepeats, errorAtKey, errorAtValue, foundText, type Site } from "./report.ts";
import { own } from "../../core/own.ts";

/** The inputs of the checks of one flag. */
interface Known {
  readonly file: ParsedFile;
  readonly words: Vocabulary;
  readonly variants: FlagVariants;
}

/** Checks the rules and the default rollout of a flag, in the file itself and in each overlay. */
export function* checkServingRules(draft: Draft<FlagFile>, words: Vocabulary): Generator<Diagnostic> {
  const { file, json, unusable } = draft;
  const known = { file, words, variants: variantsOf(draft) };
  yield* checkPart(known, [], json);
  for (const [name, overlay] of Object.entries(json.environments ?? {})) {
    yield* checkPart(known, ["environments", name], overlay);
  }
  if (json.serve !== undefined || unusable.has("serve")) return;
  yield* checkMissingServe({ file, path: ["rollout"], who: "the default rollout" }, known.variants);
}

function* checkPart(known: Known, path: Path, part: Partial<OverlayFile>): Generator<Diagnostic> {
  const { rules = [], rollout, serve } = part;
  const site = { file: known.file, who: "the default rollout" };
  for (const [index, rule] of rules.entries()) yield* checkRule(known, [...path, "rules", index], rule);
  yield* checkNames(known.file, [...path, "rules"], rules);
  if (rollout !== undefined) yield* checkRollout({ ...site, path: [...path, "rollout"] }, known.words, rollout);
  if (serve !== undefined) yield* checkServe({ ...site, path: [...path, "serve"] }, known, serve);
}

function* checkRule(known: Known, path: Path, rule: RuleFile): Generator<Diagnostic> {
  const { file, words, variants } = known;
  const site = { file, path, who: `rule "${rule.name}"` };
  yield* checkCondition({ ...site, path: [...path, "if"] }, rule.if, words);
  if (typeof rule.rollout === "object") {
    yield* checkBy({ ...site, path: [...path, "rollout", "by"] }, words, rule.rollout.by);
  }
  if (rule.serve === undefined) yield* checkMissingServe(site, variants);
  else yield* checkServe({ ...site, path: [...path, "serve"] }, known, rule.serve);
}

function* checkMissingServe(site: Site, { type }: FlagVariants): Generator<Diagnostic> {
  if (type === undefined || type === "boolean") return;
  const message = `${site.who} has no serve; it is required for a flag of type ${type}`;
  yield errorAtKey(site, "missing-serve", message, "add serve: the name of a variant");
}

function* checkNames(file: ParsedFile, path: Path, rules: readonly RuleFile[]): Generator<Diagnostic> {
  const firsts = new Map<string, number>();
  for (const [index, { name }] of rules.entries()) {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, index);
    else {
      const message = `rule ${index + 1} has the same name as rule ${first + 1}: "${name}"`;
      const site = { file, path: [...path, index, "name"] };
      yield errorAtValue(site, "duplicate-rule", message, "give each rule its own name");
    }
  }
}

function* checkRollout(site: Site, words: Vocabulary, rollout: RolloutFile): Generator<Diagnostic> {
  if (typeof rollout === "string") return;
  if ("roles" in rollout) {
    const at = { ...site, path: [...site.path, "roles"] };
    yield* checkDeclared(at, "userRole", words, "key");
    yield* checkValues(at, "userRole", words, rollout.roles);
  } else if ("whitelist" in rollout) {
    yield* checkWhitelist({ ...site, path: [...site.path, "whitelist"] }, words, rollout.whitelist);
  } else yield* checkBy({ ...site, path: [...site.path, "by"] }, words, rollout.by);
}

function* checkWhitelist(
  site: Site,
  words: Vocabulary,
  whitelist: Readonly<Record<string, readonly (string | number)[]>>,
): Generator<Diagnostic> {
  const lists = Object.entries(whitelist);
  if (lists.length === 0) {
    const message = "whitelist is empty; at least one attribute with a list is required";
    yield errorAtValue(site, "empty", message, "add an attribute and its list, or write rollout: none");
  }
  for (const [attribute, ids] of lists) {
    const at = { ...site, path: [...site.path, attribute] };
    const meant = own(LIST_ATTRIBUTES, attribute);
    if (meant === undefined) {
      yield* checkDeclared(at, attribute, words, "key");
      yield* checkIds(at, attribute, words, ids);
      yield* checkRepeats(at, ids);
    } else {
      const message = `"${attribute}" is the database's name for a list of ${meant}; a whitelist names the attribute itself`;
      yield errorAtKey(at, "reserved-name", message, `write ${meant}`);
    }
  }
}

/** Checks the items of a whitelist. They are compared as text, so 42 matches the declared value "42". */
function* checkIds(
  site: Site,
  name: string,
  { attributes, names }: Vocabulary,
  ids: readonly (string | number)[],
): Generator<Diagnostic> {
  const declaration = attributes?.get(name);
  if (declaration?.type === "boolean") {
    const message = `${site.who} has a whitelist of "${name}", which is a boolean`;
    yield errorAtKey(site, "operator-type", message, "write a rule with a condition instead");
  }
  const values = declaration?.type === "boolean" ? undefined : declaration?.values?.map(String);
  if (values === undefined) return;
  const known = new Set(values);
  for (const [index, id] of ids.entries()) {
    if (known.has(String(id))) continue;
    const message = `${site.who} lists ${foundText(id)} for "${name}", which is not one of its declared values`;
    const at = { ...site, path: [...site.path, index] };
    yield errorAtValue(at, "unknown-value", message, suggestion(String(id), values, "declared values", names));
  }
}

function* checkBy(site: Site, words: Vocabulary, by: string | undefined): Generator<Diagnostic> {
  if (by === undefined) return;
  yield* checkDeclared(site, by, words, "value");
  const type = words.attributes?.get(by)?.type;
  if (type === undefined || type === "string" || type === "number") return;
  const message = `${site.who} counts subjects by "${by}", which is a ${type}`;
  yield errorAtValue(site, "operator-type", message, "use an attribute of type string or number");
}

function* checkServe(site: Site, { variants, words }: Known, serve: ServeFile): Generator<Diagnostic> {
  if (typeof serve !== "object") return yield* checkVariantName(site, serve, variants, words);
  const at = { ...site, path: [...site.path, "split"] };
  yield* checkSplitNames(at, Object.keys(serve.split), variants, words);
  const sum = Object.values(serve.split).reduce((total, text) => total + (parseShare(text) ?? 0), 0);
  if (sum === WHOLE) return;
  const message = `the split adds up to ${shareText(sum)}; it must be exactly 100 %`;
  const hint =
    sum < WHOLE
      ? `add the missing ${shareText(WHOLE - sum)} to one of the variants`
      : `take ${shareText(sum - WHOLE)} from one of the variants`;
  yield errorAtKey(at, "split-sum", message, hint);
}
