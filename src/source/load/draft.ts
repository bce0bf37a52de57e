import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { DiagnosticCode } from "../check/codes.ts";
import { type FileKind, type ParsedFile, problemAt, problemAtKey, problemAtValue } from "./parsed-file.ts";
import { shapeFaults } from "../shape/shape.ts";
import { keySpan, type MapTree, mapJson, type Path, type Span, valueSpan } from "./tree.ts";
import { own } from "../../core/own.ts";

/** The usable part of a file: everything in it has the right shape. */
export interface Draft<File> {
  readonly file: ParsedFile;
  /** The key of the flag or the name of the segment. */
  readonly name: string;
  /** The content, without the keys that are unusable. */
  readonly json: Partial<File>;
  /** Keys that are present, or probably meant, but not usable. Their problems are reported already. */
  readonly unusable: ReadonlySet<string>;
  /** The whole document; undefined if its YAML or shape has problems. */
  readonly whole: File | undefined;
  /** Problems of YAML and shape. */
  readonly problems: readonly Diagnostic[];
}

/** Problems that leave a key out of the tree. Such a key is not also reported as missing. */
const DROPS_KEYS: ReadonlySet<string> = new Set<DiagnosticCode>(["yaml-merge-key", "key-not-text", "forbidden-name"]);

/** Checks the shape of a file and removes the parts that are wrong, so that the rest can be checked in the same run. */
export function draftOf<File>(kind: FileKind, file: ParsedFile, name: string): Draft<File> {
  const { tree } = file;
  if (tree === undefined) return { file, name, json: {}, unusable: ALL, whole: undefined, problems: file.problems };
  if (tree.kind !== "map") {
    const message = `the file contains ${tree.kind === "list" ? "a list" : "a single value"}; a ${kind} file must be a mapping`;
    const problem = problemAt(file, tree.span, {
      code: "wrong-type",
      message,
      hint: "start with a key, e.g. description:",
    });
    return { file, name, json: {}, unusable: ALL, whole: undefined, problems: [...file.problems, problem] };
  }
  const json: Record<string, JsonValue> = { ...mapJson(tree) };
  const unusable = new Set(file.spans.flatMap((span) => keyAround(tree, span)));
  const dropsKeys = file.problems.some(({ code }) => DROPS_KEYS.has(code));
  const problems = [...file.problems];
  for (const { path, at, problem, meant, missing } of shapeFaults(kind, json)) {
    const [top] = path;
    if (missing !== undefined && path.length === 0) unusable.add(missing);
    if (top !== undefined && !takeOut(json, path)) unusable.add(String(top));
    if (meant !== undefined && path.length === 1) unusable.add(meant);
    const span = at === "key" ? keySpan(tree, path) : valueSpan(tree, path);
    if ((missing !== undefined && dropsKeys) || file.spans.some((known) => overlaps(known, span))) continue;
    problems.push(at === "key" ? problemAtKey(file, path, problem) : problemAtValue(file, path, problem));
  }
  const isWhole = problems.length === 0;
  for (const key of unusable) delete json[key];
  // What is left has the shape that the type was inferred from: ajv has just confirmed this, and the rest was removed.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const usable = json as Partial<File>;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above; nothing was taken out
  const whole = isWhole ? (usable as File) : undefined;
  return { file, name, json: usable, unusable: dropsKeys ? ALL : unusable, whole, problems };
}

/** Removes an optional member of a rule or an overlay. Returns false if the wrong part is not optional. */
function takeOut(json: JsonObject, [top, second, third]: Path): boolean {
  if (top === undefined || second === undefined || third === undefined) return false;
  const list = own(json, String(top));
  const part = isList(list) ? list[Number(second)] : isJsonObject(list) ? own(list, String(second)) : undefined;
  const canBeMissed = (top === "rules" && third === "rollout") || top === "environments";
  if (!canBeMissed || !isJsonObject(part)) return false;
  // The document was made for this draft alone, so nobody else sees it change.
  Reflect.deleteProperty(part, third);
  return true;
}

/** Contains every key: no further problems are reported for the file. */
const ALL: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

function keyAround(root: MapTree, span: Span): readonly string[] {
  for (const [name, { key, value }] of root.entries) {
    if (span.start >= key.start && span.start <= Math.max(key.end, value.span.end)) return [name];
  }
  return [];
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < Math.max(b.end, b.start + 1) && b.start < Math.max(a.end, a.start + 1);
}
