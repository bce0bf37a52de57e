import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Rule } from "../../core/flag/flag.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import { unreachableRules, type UnreachableRule } from "../../core/logic/unreachable.ts";
import { portionText, shareText } from "../../core/describe/wording.ts";
import { type ParsedFile, type Problem, problemAtKey, problemAtValue } from "../load/parsed-file.ts";
import type { Path } from "../load/tree.ts";
import { andText } from "../../core/text.ts";

/**
 * Rules that can never answer. What stays so whatever becomes of the shares is a mistake; what a share or a declared value
 * would mend is a warning.
 *
 * @param path      of the list of rules
 * @param declared  the values that attributes are declared with
 */
export function checkRules(
  file: ParsedFile,
  path: Path,
  rules: readonly Rule[],
  declared: DeclaredValues,
): readonly Diagnostic[] {
  return unreachableRules(rules, declared).flatMap((line) => {
    const rule = line.rule === null ? undefined : rules[line.rule];
    if (rule === undefined || line.rule === null) return [];
    const at = [...path, line.rule];
    const problem = problemOf(line, rule, line.rule, rules);
    if (line.why === "nobody") return [problemAtValue(file, [...at, "if"], problem)];
    if (line.why === "zero") return [problemAtKey(file, [...at, "rollout"], problem)];
    return [problemAtValue(file, [...at, "name"], problem)];
  });
}

/** Returns e.g. `rule 1 "staff" matches everyone` or `rules 1, 2 and 4 together already match everyone whom it could match`. */
export function takersText({ earlier, isForAll }: UnreachableRule, rules: readonly Rule[]): string {
  const [only = 0] = earlier;
  if (earlier.length > 1) {
    const numbers = andText(earlier.map((index) => String(index + 1)));
    return `rules ${numbers} together already match everyone whom it could match`;
  }
  const takes = isForAll ? "matches everyone" : "already matches everyone whom it could match";
  return `rule ${only + 1} "${rules[only]?.name}" ${takes}`;
}

function problemOf(
  line: UnreachableRule,
  { name, portion, serve }: Rule,
  index: number,
  rules: readonly Rule[],
): Problem {
  const numbered = `rule ${index + 1} "${name}"`;
  const above = `move it above rule ${Math.min(...line.earlier) + 1}, or delete it`;
  switch (line.why) {
    case "nobody": {
      const message = `rule "${name}" can never match: its condition contradicts itself`;
      return { code: "contradiction", message, hint: "remove one of the parts that exclude each other" };
    }
    case "subject": {
      const by = portion?.by ?? "userId";
      const needs = portion === null && "split" in serve ? "split" : "share";
      const message = `${numbered} can never match: its condition excludes everyone who has a ${by}, and its ${needs} counts subjects by ${by}`;
      return {
        code: "contradiction",
        message,
        hint: `remove the condition on ${by}, or count by another attribute: { percentage: …, by: … }`,
      };
    }
    case "taken":
      return {
        code: "unreachable-rule",
        message: `${numbered} can never match: ${takersText(line, rules)}`,
        hint: above,
      };
    case "zero": {
      const message = `${numbered} serves nobody: its share is 0 %`;
      return { code: "rule-for-nobody", severity: "warning", message, hint: "raise the share, or delete the rule" };
    }
    case "shares": {
      const share = portion === null ? "" : ` at ${portionText(portion)}`;
      const [only = 0] = line.earlier;
      const other = rules[only]?.portion;
      const takes = other === null || other === undefined ? "" : ` ${shareText(other.share)} of`;
      const takers =
        line.earlier.length > 1
          ? takersText(line, rules)
          : `rule ${only + 1} "${rules[only]?.name}" already serves${takes} everyone whom it could match`;
      return {
        code: "unreachable-share",
        severity: "warning",
        message: `${numbered} can never match${share}: ${takers}, and shares of one flag nest`,
        hint: `raise its share above that of the earlier rule, ${above}`,
      };
    }
    case "undeclared": {
      const rest = line.earlier.length === 0 ? "" : ` that ${takenText(line)} leave over`;
      return {
        code: "undeclared-only",
        severity: "warning",
        message: `${numbered} matches no declared value of ${andText(line.attributes)}${rest}`,
        hint: "declare the intended value in flags/_config.yaml, or delete the rule",
      };
    }
  }
}

function takenText({ earlier }: UnreachableRule): string {
  return `rule${earlier.length === 1 ? "" : "s"} ${andText(earlier.map((index) => String(index + 1)))}`;
}
