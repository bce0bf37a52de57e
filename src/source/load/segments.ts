import { parseCondition } from "../../core/row/condition-json.ts";
import type { Condition } from "../../core/flag/condition.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { canNeverHold } from "../../core/logic/check-logic.ts";
import { checkCondition } from "../check/check-condition.ts";
import type { Draft } from "./draft.ts";
import { isList, listOf } from "./lists.ts";
import { problemAtKey } from "./parsed-file.ts";
import type { SegmentFile } from "../shape/segment-file.ts";
import type { Vocabulary } from "../shape/vocabulary.ts";
import { type Extent, extentOf, extentProblem } from "./written-out.ts";

/** One segment that can be used. */
export interface Segment {
  readonly name: string;
  /** E.g. `flags/_segments/staff.yaml`. */
  readonly path: string;
  readonly description: string;
  readonly when: Condition;
  /** The segments that it names itself. */
  readonly uses: readonly string[];
  readonly extent: Extent;
}

export interface Segments {
  /** Only those without problems, and without segments that have problems. By name. */
  readonly usable: ReadonlyMap<string, Segment>;
  readonly problems: readonly Diagnostic[];
}

/** Checks the segments and writes them out in each other. */
export function readSegments(drafts: readonly Draft<SegmentFile>[], words: Vocabulary): Segments {
  const problems: Diagnostic[] = [];
  const sound = new Map<string, Draft<SegmentFile>>();
  for (const draft of drafts) {
    const condition = draft.json.if;
    const site = { file: draft.file, path: ["if"], who: `segment "${draft.name}"` };
    const found = condition === undefined ? [] : [...checkCondition(site, condition, words)];
    problems.push(...draft.problems, ...found);
    if (draft.whole !== undefined && !found.some(({ severity }) => severity === "error")) sound.set(draft.name, draft);
  }
  const usable = new Map<string, Segment>();
  const settled = new Set<string>();
  const use = (name: string, above: readonly string[]): Condition | undefined => {
    const draft = sound.get(name);
    if (draft?.whole === undefined) return undefined;
    if (above.includes(name)) {
      problems.push(cycleProblem(draft, [...above.slice(above.indexOf(name)), name]));
      return undefined;
    }
    if (settled.has(name)) return usable.get(name)?.when;
    const uses = segmentNames(draft.whole.if);
    const parts = new Map(uses.map((other) => [other, use(other, [...above, name])]));
    settled.add(name);
    if ([...parts.values()].includes(undefined)) return undefined;
    const extent = extentOf(draft.whole.if, (other) => usable.get(other)?.extent);
    const tooMuch = extentProblem(`segment "${name}"`, extent);
    if (tooMuch !== undefined) {
      problems.push(problemAtKey(draft.file, ["if"], tooMuch));
      return undefined;
    }
    const when = parseCondition(draft.whole.if, (other) => parts.get(other));
    if (canNeverHold(when)) {
      problems.push(
        problemAtKey(draft.file, ["if"], {
          code: "contradiction",
          message: `nobody can belong to segment "${name}": its condition contradicts itself`,
          hint: "remove one of the parts that exclude each other",
        }),
      );
      return undefined;
    }
    usable.set(name, { name, path: draft.file.path, description: draft.whole.description, when, uses, extent });
    return when;
  };
  for (const name of [...sound.keys()].sort()) use(name, []);
  return { usable, problems };
}

/** Every segment that a condition as written names, at any depth; each once, in order. */
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

function cycleProblem({ file, name }: Draft<SegmentFile>, cycle: readonly string[]): Diagnostic {
  const message = `segment "${name}" refers to itself: ${cycle.join(" → ")}`;
  return problemAtKey(file, ["if"], { code: "segment-cycle", message, hint: "remove one of these references" });
}
