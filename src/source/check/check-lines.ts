import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { DEFAULT_BY, WHOLE } from "../../core/flag/flag.ts";
import type { JsonValue } from "../../core/json.ts";
import { shareText } from "../../core/describe/wording.ts";
import { checkCondition, checkDeclared, type ConditionSite, checkRepeats, checkValues } from "./check-condition.ts";
import { checkVariantName } from "./check-flag.ts";
import type { Draft } from "../load/draft.ts";
import type { FlagFile, OverlayFile, RolloutFile, RuleFile, ServeFile } from "../shape/flag-file.ts";
import { problemAtKey, problemAtValue } from "../load/parsed-file.ts";
import { parseShare } from "../shape/share.ts";
import type { Path } from "../load/tree.ts";
import { type FlagVariants, variantsOf, type Vocabulary } from "../shape/vocabulary.ts";
import { suggestion } from "../../core/diagnostic/unknown-name.ts";
import { foundText } from "./wording.ts";

interface Site {
  readonly draft: Draft<FlagFile>;
  readonly words: Vocabulary;
  readonly known: FlagVariants;
}

/** What is wrong with the lines of a flag (rules, rollout, serve), in the file itself and in each overlay, and its tests. */
export function checkLines(draft: Draft<FlagFile>, words: Vocabulary): readonly Diagnostic[] {
  const { json, unusable } = draft;
  const site = { draft, words, known: variantsOf(draft) };
  const overlays = Object.entries(json.environments ?? {}).flatMap(([name, overlay]) =>
    checkPart(site, ["environments", name], overlay),
  );
  const problems = [...checkPart(site, [], json), ...overlays, ...checkTests(site)];
  const isWritten = json.serve !== undefined || unusable.has("serve");
  if (isWritten || site.known.type === undefined || site.known.type === "boolean") return problems;
  const message = `the default rollout has no serve; it is required for a flag of type ${site.known.type}`;
  return [
    ...problems,
    problemAtKey(draft.file, ["rollout"], { code: "missing-serve", message, hint: "add serve: the name of a variant" }),
  ];
}

function checkPart(site: Site, path: Path, { rules, rollout, serve }: Partial<OverlayFile>): readonly Diagnostic[] {
  return [
    ...(rules ?? []).flatMap((rule, index) => checkRule(site, [...path, "rules", index], rule)),
    ...checkNames(site, path, rules ?? []),
    ...(rollout === undefined ? [] : checkRollout(site, [...path, "rollout"], rollout)),
    ...(serve === undefined ? [] : checkServe(site, [...path, "serve"], serve, "the default rollout")),
  ];
}

function checkRule(site: Site, path: Path, rule: RuleFile): readonly Diagnostic[] {
  const { draft, words, known } = site;
  const who = `rule "${rule.name}"`;
  const problems = [...checkCondition({ file: draft.file, path: [...path, "if"], who }, rule.if, words)];
  if (typeof rule.rollout === "object")
    problems.push(...checkBy(site, [...path, "rollout", "by"], rule.rollout.by, who));
  if (rule.serve !== undefined) problems.push(...checkServe(site, [...path, "serve"], rule.serve, who));
  else if (known.type !== undefined && known.type !== "boolean") {
    const message = `${who} has no serve; it is required for a flag of type ${known.type}`;
    problems.push(
      problemAtKey(draft.file, path, { code: "missing-serve", message, hint: "add serve: the name of a variant" }),
    );
  }
  return problems;
}

function checkNames({ draft }: Site, path: Path, rules: readonly RuleFile[]): readonly Diagnostic[] {
  const firsts = new Map<string, number>();
  return rules.flatMap(({ name }, index) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, index);
      return [];
    }
    const message = `rule ${index + 1} has the same name as rule ${first + 1}: "${name}"`;
    return [
      problemAtValue(draft.file, [...path, "rules", index, "name"], {
        code: "duplicate-rule",
        message,
        hint: "give each rule its own name",
      }),
    ];
  });
}

function checkRollout(site: Site, path: Path, rollout: RolloutFile): readonly Diagnostic[] {
  if (typeof rollout === "string") return [];
  const { file } = site.draft;
  const who = "the default rollout";
  if ("roles" in rollout) {
    const at = { file, path: [...path, "roles"], who };
    const undeclared = checkDeclared(at, "userRole", site.words, "key");
    return [...undeclared, ...checkValues(at, "userRole", site.words.attributes?.get("userRole"), rollout.roles)];
  }
  if (!("whitelist" in rollout)) return checkBy(site, [...path, "by"], rollout.by, who);
  const lists = Object.entries(rollout.whitelist);
  if (lists.length === 0) {
    const problem = {
      code: "empty",
      message: "whitelist is empty; at least one attribute with a list is required",
      hint: "add an attribute and its list, or write rollout: none",
    } as const;
    return [problemAtValue(file, [...path, "whitelist"], problem)];
  }
  return lists.flatMap(([attribute, ids]) => {
    const at = { file, path: [...path, "whitelist", attribute], who };
    const meant = LIST_NAMES[attribute];
    if (meant !== undefined) {
      const message = `"${attribute}" is the database's name for a list of ${meant}; a whitelist names the attribute itself`;
      return [problemAtKey(file, at.path, { code: "reserved-name", message, hint: `write ${meant}` })];
    }
    return [
      ...checkDeclared(at, attribute, site.words, "key"),
      ...checkIds(at, attribute, site.words, ids),
      ...checkRepeats(at, ids),
    ];
  });
}

/** Names of `target_config` in the table, each of which stands for an attribute. */
const LIST_NAMES: Readonly<Record<string, string>> = {
  user_ids: "userId",
  workshop_ids: "workshopId",
  postal_codes: "postalCode",
  roles: "userRole",
};

function checkBy({ draft, words }: Site, path: Path, by: string | undefined, who: string): readonly Diagnostic[] {
  if (by === undefined) return [];
  const site = { file: draft.file, path, who };
  const type = words.attributes?.get(by)?.type;
  if (type === undefined || type === "string" || type === "number") return checkDeclared(site, by, words, "value");
  const message = `${who} counts subjects by "${by}", which is a ${type}`;
  return [
    problemAtValue(draft.file, path, {
      code: "operator-type",
      message,
      hint: "use an attribute of type string or number",
    }),
  ];
}

function checkServe({ draft, known }: Site, path: Path, serve: ServeFile, who: string): readonly Diagnostic[] {
  if (typeof serve !== "object") return checkVariantName(draft, path, serve, known, who);
  const at: Path = [...path, "split"];
  const names = Object.keys(serve.split).flatMap((name) => {
    const written = known.type === "boolean" && (name === "true" || name === "false") ? name === "true" : name;
    if (known.type === "boolean" ? typeof written === "boolean" : known.names?.has(name) !== false) return [];
    const message = `the split of ${who} names variant "${name}", which this flag does not have`;
    const hint =
      known.type === "boolean"
        ? "a boolean flag has the variants true and false"
        : suggestion(name, known.names ?? [], "variants");
    return [problemAtKey(draft.file, [...at, name], { code: "unknown-variant", message, hint })];
  });
  const sum = Object.values(serve.split).reduce((total, text) => total + (parseShare(text) ?? 0), 0);
  if (sum === WHOLE) return names;
  const message = `the split adds up to ${shareText(sum)}; it must be exactly 100 %`;
  const hint =
    sum < WHOLE
      ? `add the missing ${shareText(WHOLE - sum)} to one of the variants`
      : `take ${shareText(sum - WHOLE)} from one of the variants`;
  return [...names, problemAtKey(draft.file, at, { code: "split-sum", message, hint })];
}

function checkTests({ draft, words, known }: Site): readonly Diagnostic[] {
  return (draft.json.tests ?? []).flatMap((test, index) => {
    const who = `test ${index + 1}`;
    const attributes = Object.keys(test.given).filter((name) => name !== "targetingKey");
    return [
      ...attributes.flatMap((name) => {
        const at = { file: draft.file, path: ["tests", index, "given", name], who };
        return [...checkDeclared(at, name, words, "key"), ...checkGiven(at, name, words, test.given[name])];
      }),
      ...checkVariantName(draft, ["tests", index, "expect"], test.expect, known, who),
    ];
  });
}

/** Ids are compared as text, so 42 is a declared "42"; of true and false no list is ever asked. */
function checkIds(
  { file, path, who }: ConditionSite,
  name: string,
  { attributes }: Vocabulary,
  ids: readonly (string | number)[],
): readonly Diagnostic[] {
  const declaration = attributes?.get(name);
  if (declaration?.type === "boolean") {
    const message = `${who} has a whitelist of "${name}", which is a boolean`;
    const hint = "write a rule with a condition instead";
    return [problemAtKey(file, path, { code: "operator-type", message, hint })];
  }
  const values = declaration?.values?.map(String);
  if (values === undefined) return [];
  return ids.flatMap((id, index) => {
    if (values.includes(String(id))) return [];
    const message = `${who} lists ${foundText(id)} for "${name}", which is not one of its declared values`;
    const hint = suggestion(String(id), values, "declared values");
    return [problemAtValue(file, [...path, index], { code: "unknown-value", message, hint })];
  });
}

/** A test may try what should never come; that it does so by mistake is likelier. An id of the subject may be a number. */
function checkGiven(
  site: ConditionSite,
  name: string,
  { attributes }: Vocabulary,
  given: JsonValue | undefined,
): readonly Diagnostic[] {
  const declaration = attributes?.get(name);
  if (given === undefined || declaration === undefined) return [];
  if (name === DEFAULT_BY && typeof given === "number") return [];
  const problems = checkValues(site, name, declaration, given);
  return problems.map((problem): Diagnostic => ({ ...problem, severity: "warning" }));
}
