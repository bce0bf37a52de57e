import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { andText, articleOf } from "../../core/text.ts";
import { portionText, shareText } from "../../core/describe/wording.ts";
import type { Rule } from "../../core/flag/flag.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import { unreachableRules, type UnreachableRule } from "../../core/logic/unreachable.ts";
import type { Budget } from "../../core/work.ts";
import { notChecked, type ParsedFile, problemAtKey } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import { errorAtValue, warningAtKey, warningAtValue } from "./report.ts";

/**
 * Reports the rules of one list that can never serve anyone. A rule that no change of shares can make reachable is
 * an error; a rule that another share or another declared value would make reachable is a warning.
 *
 * @param path      the path of the list of rules
 * @param declared  the declared values of attributes
 * @param checks    the budget of the run for logic checks
 */
export function* checkReachability(
  file: ParsedFile,
  path: Path,
  rules: readonly Rule[],
  { declared, checks }: { readonly declared: DeclaredValues; readonly checks: Budget },
): Generator<Diagnostic> {
  const { unreachable, isComplete } = unreachableRules(rules, declared, checks);
  for (const found of unreachable) {
    const rule = found.rule === null ? undefined : rules[found.rule];
    if (found.rule !== null && rule !== undefined) yield problemOf(found, rule, [...path, found.rule], file, rules);
  }
  if (!isComplete) yield problemAtKey(file, path, notChecked("this list of rules"));
}

function problemOf(
  found: UnreachableRule,
  { name, portion, serve }: Rule,
  path: Path,
  file: ParsedFile,
  rules: readonly Rule[],
): Diagnostic {
  const [atName, atCondition] = [
    { file, path: [...path, "name"] },
    { file, path: [...path, "if"] },
  ];
  const numbered = `rule ${(found.rule ?? 0) + 1} "${name}"`;
  const above = `move it above rule ${Math.min(...found.earlier) + 1}, or delete it`;
  switch (found.why) {
    case "nobody": {
      const message = `rule "${name}" can never match: its condition contradicts itself`;
      return errorAtValue(atCondition, "contradiction", message, "remove one of the parts that exclude each other");
    }
    case "subject": {
      const by = portion?.by ?? "userId";
      const needs = portion === null && "split" in serve ? "split" : "share";
      const message = `${numbered} can never match: its condition excludes everyone who has ${articleOf(by)} ${by}, and its ${needs} counts subjects by ${by}`;
      const hint = `remove the condition on ${by}, or count by another attribute: { percentage: …, by: … }`;
      return errorAtValue(atName, "contradiction", message, hint);
    }
    case "taken": {
      const message = `${numbered} can never match: ${takersText(found, rules)}`;
      return errorAtValue(atName, "unreachable-rule", message, above);
    }
    case "zero": {
      const site = { file, path: [...path, "rollout"] };
      const message = `${numbered} serves nobody: its share is 0 %`;
      return warningAtKey(site, "rule-for-nobody", message, "raise the share, or delete the rule");
    }
    case "shares": {
      const share = portion === null ? "" : ` at ${portionText(portion)}`;
      const message = `${numbered} can never match${share}: ${shareTakersText(found, rules)}, and within one flag a larger share contains every smaller share`;
      return warningAtValue(
        atName,
        "unreachable-share",
        message,
        `raise its share above that of the earlier rule, ${above}`,
      );
    }
    case "undeclared": {
      const leftOver =
        found.earlier.length === 0
          ? ""
          : ` apart from those that ${rulesText(found.earlier)} ${found.earlier.length === 1 ? "matches" : "match"}`;
      const message = `${numbered} matches no declared value of ${andText(found.attributes)}${leftOver}`;
      const hint = "declare the intended value in flags/_config.yaml, or delete the rule";
      return warningAtValue(atName, "undeclared-only", message, hint);
    }
  }
}

/**
 * Describes which rules serve everyone: `rule 1 "staff" matches everyone`, `rules 1 and 2 together already match …`.
 */
export function takersText({ earlier, isForAll }: UnreachableRule, rules: readonly Rule[]): string {
  if (earlier.length > 1) return `${rulesText(earlier)} together already match everyone whom it could match`;
  const matches = isForAll ? "matches everyone" : "already matches everyone whom it could match";
  return `${namedText(earlier, rules)} ${matches}`;
}

function shareTakersText(found: UnreachableRule, rules: readonly Rule[]): string {
  if (found.earlier.length > 1) return takersText(found, rules);
  const portion = rules[found.earlier[0] ?? 0]?.portion;
  const share = portion ? ` ${shareText(portion.share)} of` : "";
  return `${namedText(found.earlier, rules)} already serves${share} everyone whom it could match`;
}

function namedText([only = 0]: readonly number[], rules: readonly Rule[]): string {
  return `rule ${only + 1} "${rules[only]?.name}"`;
}

function rulesText(indexes: readonly number[]): string {
  return `rule${indexes.length === 1 ? "" : "s"} ${andText(indexes.map((index) => String(index + 1)))}`;
}
