import { canNeverHold, holdsForEverybody, implies } from "../core/check-logic.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Rule } from "../core/flag.ts";
import { type ParsedFile, problemAtValue } from "./parsed-file.ts";
import type { Path } from "./tree.ts";

/** How many rules one rule is compared with; nobody writes more, and comparing all pairs must not stall a check. */
const MOST_COMPARED = 200;

/** Rules that can never answer: those that contradict themselves, and those behind a rule that takes everybody. */
export function checkRules(file: ParsedFile, path: Path, rules: readonly Rule[]): readonly Diagnostic[] {
  return rules.flatMap((rule, index) => {
    if (canNeverHold(rule.when)) {
      const message = `rule "${rule.name}" contradicts itself: nobody can meet its condition`;
      return [
        problemAtValue(file, [...path, index, "if"], {
          code: "contradiction",
          message,
          hint: "take one of the two sides out",
        }),
      ];
    }
    const earlier = rules
      .slice(0, Math.min(index, MOST_COMPARED))
      .findIndex((other) => takesAll(other) && covers(other, rule));
    const other = rules[earlier];
    if (other === undefined) return [];
    const why = holdsForEverybody(other.when)
      ? `rule ${earlier + 1} "${other.name}" catches everyone`
      : `rule ${earlier + 1} "${other.name}" already takes everybody whom it could match`;
    const message = `rule ${index + 1} "${rule.name}" can never match: ${why}`;
    return [
      problemAtValue(file, [...path, index, "name"], {
        code: "unreachable-rule",
        message,
        hint: `move it above rule ${earlier + 1}, or delete it`,
      }),
    ];
  });
}

/** A share or a split lets some go on: at least those without a subject. */
function takesAll({ portion, serve }: Rule): boolean {
  return portion === null && "variant" in serve;
}

function covers(earlier: Rule, later: Rule): boolean {
  return holdsForEverybody(earlier.when) || implies(later.when, earlier.when);
}
