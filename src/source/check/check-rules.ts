import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Rule } from "../../core/flag/flag.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import { unreachableRules, type UnreachableLine } from "../../core/logic/unreachable.ts";
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

/** `rule 1 "staff" catches everyone`, `rules 1, 2 and 4 together take everybody whom it could match`. */
export function takersText({ earlier, isForAll }: UnreachableLine, rules: readonly Rule[]): string {
  const [only = 0] = earlier;
  if (earlier.length > 1) {
    const numbers = andText(earlier.map((index) => String(index + 1)));
    return `rules ${numbers} together already take everybody whom it could match`;
  }
  const takes = isForAll ? "catches everyone" : "already takes everybody whom it could match";
  return `rule ${only + 1} "${rules[only]?.name}" ${takes}`;
}

function problemOf(
  line: UnreachableLine,
  { name, portion, serve }: Rule,
  index: number,
  rules: readonly Rule[],
): Problem {
  const numbered = `rule ${index + 1} "${name}"`;
  const above = `move it above rule ${Math.min(...line.earlier) + 1}, or delete it`;
  switch (line.why) {
    case "nobody": {
      const message = `rule "${name}" contradicts itself: nobody can meet its condition`;
      return { code: "contradiction", message, hint: "take one of the two sides out" };
    }
    case "subject": {
      const by = portion?.by ?? "userId";
      const needs = portion === null && "split" in serve ? "a split" : "a share";
      const message = `${numbered} can never match: its condition leaves nobody with ${by}, and ${needs} tells subjects apart by it`;
      return { code: "contradiction", message, hint: `ask nothing of ${by}, or write { percentage: …, by: … }` };
    }
    case "taken":
      return {
        code: "unreachable-rule",
        message: `${numbered} can never match: ${takersText(line, rules)}`,
        hint: above,
      };
    case "zero": {
      const message = `${numbered} takes nobody: its share is 0 %`;
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
          : `rule ${only + 1} "${rules[only]?.name}" already takes${takes} everybody whom it could match`;
      return {
        code: "unreachable-share",
        severity: "warning",
        message: `${numbered} can never match${share}: ${takers}, and shares of one flag nest`,
        hint: `raise its share above the earlier one, ${above}`,
      };
    }
    case "undeclared": {
      const rest = line.earlier.length === 0 ? "" : ` that ${takenText(line)} leave`;
      return {
        code: "undeclared-only",
        severity: "warning",
        message: `${numbered} can match no declared value of ${andText(line.attributes)}${rest}`,
        hint: "declare the value that is meant in flags/_config.yaml, or delete the rule",
      };
    }
  }
}

function takenText({ earlier }: UnreachableLine): string {
  return `rule${earlier.length === 1 ? "" : "s"} ${andText(earlier.map((index) => String(index + 1)))}`;
}
