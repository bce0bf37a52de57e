import { parseCondition } from "../../core/row/condition-json.ts";
import type { Condition } from "../../core/flag/condition.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Flag, FlagKey, Rule } from "../../core/flag/flag.ts";
import type { JsonObject } from "../../core/json.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import { type Budget, workFor } from "../../core/work.ts";
import { checkEnvironments, type Environments } from "../check/check-environments.ts";
import { checkReachability } from "../check/check-reachability.ts";
import type { FlagFile, RuleFile } from "../shape/flag-file.ts";
import { keyOfPath } from "../shape/key.ts";
import { type Excess, excessesOf, testsOf } from "./flag-size.ts";
import { type ParsedFile, problemAtValue } from "./parsed-file.ts";
import { resolveFlag, resolveRule } from "./resolve.ts";
import { type Segment, segmentNames } from "./segments.ts";
import type { Path } from "./tree.ts";

/** Turns flag files into flags, with the segments of one state of the files. */
export interface FlagResolver {
  /** Returns the names of segments that the rules use and that are missing or have problems of their own. */
  readonly missingSegments: (file: FlagFile) => readonly string[];
  /** Returns where the flag exceeds a limit with its segments written out. */
  readonly excesses: (file: FlagFile) => readonly Excess[];
  /** Returns the number of condition checks of the flag in the environment in which it has the most. */
  readonly tests: (file: FlagFile) => number;
  /**
   * Checks the meaning of the rules and, if that has no errors, the flag of each environment. Only for files without
   * missing segments.
   */
  readonly check: (parsed: ParsedFile, file: FlagFile) => readonly Diagnostic[];
  /**
   * Returns the flag as one environment gets it. Without an environment, no overlay is applied.
   *
   * @throws FormatProblem, RangeError if the file was not checked and cannot be resolved
   */
  readonly resolve: (key: FlagKey, file: FlagFile, environment: string | undefined) => Flag;
  /** Returns the files of all segments that the flag uses, also through other segments; sorted. */
  readonly segmentPaths: (file: FlagFile) => readonly string[];
}

/**
 * Creates a resolver of flags.
 *
 * @param environments  as the configuration declares them
 * @param declared      the values that the configuration declares for attributes
 * @param checks        the budget of the run for logic checks
 */
export function flagResolver(
  segments: ReadonlyMap<string, Segment>,
  environments: Environments = {},
  declared: DeclaredValues = new Map(),
  checks: Budget = workFor(1).checks,
): FlagResolver {
  // Each condition is parsed once, however many environments share it.
  const conditions = new WeakMap<JsonObject, Condition>();
  const read = (json: JsonObject): Condition => {
    const condition = conditions.get(json) ?? parseCondition(json, (name) => segments.get(name)?.when);
    conditions.set(json, condition);
    return condition;
  };
  return {
    missingSegments: (file) => segmentsNamedBy(file).filter((name) => !segments.has(name)),
    excesses: (file) => excessesOf(file, segments),
    tests: (file) => testsOf(file, segments),
    check: (parsed, file) => {
      const excesses = excessesOf(file, segments);
      if (excesses.length > 0) return excesses.map(({ path, problem }) => problemAtValue(parsed, path, problem));
      const problems = ruleSets(file).flatMap(([path, rules]) => {
        const resolved = rules.map((rule): Rule => resolveRule(rule, read));
        return [...checkReachability(parsed, path, resolved, { declared, checks })];
      });
      if (problems.some(({ severity }) => severity === "error")) return problems;
      const key = keyOfPath(parsed.path);
      const odd = checkEnvironments(parsed, file, {
        environments,
        checks,
        resolve: (name) => resolveFlag(key, file, name, read),
      });
      return [...problems, ...odd];
    },
    resolve: (key, file, environment) => resolveFlag(key, file, environment, read),
    segmentPaths: (file) => {
      const found = new Set<string>();
      const visit = (name: string): void => {
        const segment = segments.get(name);
        if (segment === undefined || found.has(segment.path)) return;
        found.add(segment.path);
        for (const other of segment.uses) visit(other);
      };
      for (const name of segmentsNamedBy(file)) visit(name);
      return [...found].sort();
    },
  };
}

/** Returns the segments that the rules name, those of overlays included; not those that only other segments name. */
export function segmentsNamedBy(file: FlagFile): readonly string[] {
  return [...new Set(ruleSets(file).flatMap(([, rules]) => rules.flatMap((rule) => segmentNames(rule.if))))];
}

/** Rules, and their place in the file. */
type RuleSet = readonly [Path, readonly RuleFile[]];

/** Returns the file's own rules and those of each overlay. */
function ruleSets(file: FlagFile): readonly RuleSet[] {
  const overlays = Object.entries(file.environments ?? {}).map(
    ([name, { rules = [] }]) => [["environments", name, "rules"], rules] as const,
  );
  return [[["rules"], file.rules ?? []], ...overlays];
}
