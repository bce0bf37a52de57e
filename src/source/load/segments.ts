import { parseCondition } from "../../core/row/condition-json.ts";
import type { Condition } from "../../core/flag/condition.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, isList, listOf, type JsonObject, type JsonValue } from "../../core/json.ts";
import { canNeverHold } from "../../core/logic/check-logic.ts";
import type { Budget } from "../../core/work.ts";
import { segmentPath } from "../shape/paths.ts";
import { checkCondition } from "../check/check-condition.ts";
import { firstOf } from "../check/report.ts";
import { type ConditionSize, nestingProblem, sizeOf, sizeProblem } from "./condition-size.ts";
import type { Draft } from "./draft.ts";
import { notChecked, type Problem, problemAtKey } from "./parsed-file.ts";
import type { SegmentFile } from "../shape/segment-file.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";

/** A segment without problems, with its condition resolved. */
export interface Segment {
  readonly name: string;
  /** E.g. `flags/_segments/staff.yaml`. */
  readonly path: string;
  readonly description: string;
  readonly when: Condition;
  /** The segments that its own condition names. */
  readonly uses: readonly string[];
  readonly size: ConditionSize;
}

/** The resolved segments, and the reasons why others cannot be resolved. */
export interface ResolvedSegments {
  /** By name. Excludes segments with problems, and those that name an excluded one. */
  readonly usable: ReadonlyMap<string, Segment>;
  readonly problems: readonly { readonly name: string; readonly problem: Problem }[];
}

/**
 * Resolves segments. Each condition then contains the conditions of the segments that it names.
 *
 * @param files      by name
 * @param problemOf  returns a further problem that makes a resolved segment unusable
 */
export function resolveSegments(
  files: ReadonlyMap<string, SegmentFile>,
  problemOf: (name: string, when: Condition) => Problem | undefined = () => undefined,
): ResolvedSegments {
  const usable = new Map<string, Segment>();
  const problems: { name: string; problem: Problem }[] = [];
  const visited = new Set<string>();
  const finish = (name: string, file: SegmentFile, uses: readonly string[]): void => {
    visited.add(name);
    if (!uses.every((other) => usable.has(other))) return;
    const size = sizeOf(file.if, (other) => usable.get(other)?.size);
    const who = `segment "${name}"`;
    const tooLarge = nestingProblem(who, size) ?? sizeProblem(who, size, "split it, or name fewer segments inside it");
    // A condition that is too large is not written out.
    const when = tooLarge === undefined ? parseCondition(file.if, (other) => usable.get(other)?.when) : undefined;
    const problem = when === undefined ? tooLarge : problemOf(name, when);
    if (problem !== undefined) problems.push({ name, problem });
    if (when === undefined || problem !== undefined) return;
    usable.set(name, { name, path: segmentPath(name), description: file.description, when, uses, size });
  };
  // Without recursion, because thousands of segments in one chain would use up the stack.
  for (const first of [...files.keys()].sort()) {
    const path: { readonly name: string; readonly uses: readonly string[]; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string): void => {
      const file = files.get(name);
      if (file === undefined || visited.has(name)) return;
      path.push({ name, uses: segmentNames(file.if), next: 0 });
      onPath.add(name);
    };
    enter(first);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const { name, uses } = last;
      const other = uses[last.next];
      last.next += 1;
      const file = files.get(name);
      if (other === undefined) {
        path.pop();
        onPath.delete(name);
        if (file !== undefined) finish(name, file, uses);
      } else if (onPath.has(other)) {
        const names = path.map((each) => each.name);
        problems.push({ name: other, problem: cycleProblem(other, names.slice(names.indexOf(other))) });
      } else enter(other);
    }
  }
  return { usable, problems };
}

/** Checks and resolves the segments of one state of the files. */
export function readSegments(
  drafts: readonly Draft<SegmentFile>[],
  words: Vocabulary,
  checks: Budget,
): { readonly usable: ResolvedSegments["usable"]; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const valid = new Map<string, SegmentFile>();
  const parsed = new Map(drafts.map(({ name, file }) => [name, file]));
  for (const { name, file, json, whole, problems: own } of drafts) {
    const site = { file, path: ["if"], who: `segment "${name}"` };
    const found = json.if === undefined ? [] : [...checkCondition(site, json.if, words)];
    problems.push(...own, ...firstOf(found, file));
    if (whole !== undefined && !found.some(({ severity }) => severity === "error")) valid.set(name, whole);
  }
  const unchecked: { name: string; problem: Problem }[] = [];
  const resolved = resolveSegments(valid, (name, when) => {
    const isContradiction = canNeverHold(when, checks);
    if (checks.left < 0) unchecked.push({ name, problem: notChecked(`segment "${name}"`) });
    return isContradiction ? contradiction(name) : undefined;
  });
  for (const { name, problem } of [...resolved.problems, ...unchecked]) {
    const file = parsed.get(name);
    if (file !== undefined) problems.push(problemAtKey(file, ["if"], problem));
  }
  return { usable: resolved.usable, problems };
}

function contradiction(name: string): Problem {
  return {
    code: "contradiction",
    message: `nobody can belong to segment "${name}": its condition contradicts itself`,
    hint: "remove one of the parts that exclude each other",
  };
}

/** Returns the segments that a condition names, at any depth, each once and in order. Does not look into segments. */
export function segmentNames(condition: JsonObject): readonly string[] {
  const names = new Set<string>();
  const visit = (json: JsonValue): void => {
    if (isList(json)) for (const item of json) visit(item);
    if (!isJsonObject(json)) return;
    for (const [key, value] of Object.entries(json)) {
      if (key === "any" || key === "all" || key === "none") visit(value);
      if (key !== "segment") continue;
      for (const name of listOf(value)) if (typeof name === "string") names.add(name);
    }
  };
  visit(condition);
  return [...names];
}

/** The number of segments that a message about a cycle names. */
const MAX_NAMED = 20;

function cycleProblem(name: string, cycle: readonly string[]): Problem {
  const shown = cycle.length <= MAX_NAMED ? cycle : [...cycle.slice(0, MAX_NAMED), "…"];
  const message = `segment "${name}" refers to itself: ${[...shown, name].join(" → ")}`;
  return { code: "segment-cycle", message, hint: "remove one of these references" };
}
