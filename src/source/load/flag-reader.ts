import { parseCondition } from "../../core/row/condition-json.ts";
import type { Condition } from "../../core/flag/condition.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Flag, FlagKey, Rule } from "../../core/flag/flag.ts";
import type { JsonObject } from "../../core/json.ts";
import type { DeclaredValues } from "../../core/logic/space.ts";
import { checkEnvironments, type Environments } from "../check/check-environments.ts";
import { checkReachability } from "../check/check-reachability.ts";
import type { FlagFile, RuleFile } from "../shape/flag-file.ts";
import { keyOfPath } from "../shape/key.ts";
import { type ParsedFile, problemAtValue } from "./parsed-file.ts";
import { resolveFlag, resolveRule } from "./resolve.ts";
import { type Segment, segmentNames } from "./segments.ts";
import type { Path } from "./tree.ts";
import { extentOf, extentProblem } from "./written-out.ts";

/** Reads flags with the segments of one tree. */
export interface FlagReader {
  /** False where a rule names a segment that cannot be used: what is wrong with that one is reported already. */
  readonly canRead: (file: FlagFile) => boolean;
  /** What is wrong with what the rules mean, and, where nothing is, what is odd about what the environments are served. */
  readonly check: (parsed: ParsedFile, file: FlagFile) => readonly Diagnostic[];
  readonly resolve: (key: FlagKey, file: FlagFile, environment: string | undefined) => Flag;
  /** The files of all segments that the flag uses, by way of others too; sorted. */
  readonly segmentPaths: (file: FlagFile) => readonly string[];
}

/**
 * @param environments  as they are declared
 * @param declared      the values that attributes are declared with
 */
export function flagReader(
  segments: ReadonlyMap<string, Segment>,
  environments: Environments = {},
  declared: DeclaredValues = new Map(),
): FlagReader {
  // One rule is read once, however many environments are served by it.
  const conditions = new WeakMap<JsonObject, Condition>();
  const read = (json: JsonObject): Condition => {
    const known = conditions.get(json);
    if (known !== undefined) return known;
    const condition = parseCondition(json, (name) => segments.get(name)?.when);
    conditions.set(json, condition);
    return condition;
  };
  return {
    canRead: (file) =>
      ruleSets(file).every(([, rules]) =>
        rules.every((rule) => segmentNames(rule.if).every((name) => segments.has(name))),
      ),
    check: (parsed, file) => {
      const problems = ruleSets(file).flatMap(([path, rules]) => {
        const tooMuch = rules.flatMap((rule, index) => {
          const extent = extentOf(rule.if, (name) => segments.get(name)?.extent);
          const problem = extentProblem(`rule "${rule.name}"`, extent);
          return problem === undefined ? [] : [problemAtValue(parsed, [...path, index, "if"], problem)];
        });
        if (tooMuch.length > 0) return tooMuch;
        const resolved = rules.map((rule): Rule => resolveRule(rule, read));
        return [...checkReachability(parsed, path, resolved, declared)];
      });
      if (problems.some(({ severity }) => severity === "error")) return problems;
      const key = keyOfPath(parsed.path);
      const odd = checkEnvironments(parsed, file, environments, (name) => resolveFlag(key, file, name, read));
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
      for (const [, rules] of ruleSets(file))
        for (const rule of rules) for (const name of segmentNames(rule.if)) visit(name);
      return [...found].sort();
    },
  };
}

/** The file's own rules and those of each overlay, with where they stand. */
function ruleSets(file: FlagFile): readonly (readonly [Path, readonly RuleFile[]])[] {
  const overlays = Object.entries(file.environments ?? {}).map(
    ([name, { rules = [] }]) => [["environments", name, "rules"], rules] as const,
  );
  return [[["rules"], file.rules ?? []], ...overlays];
}
