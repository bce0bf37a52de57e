import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import configSchema from "../../../schema/config.schema.json" with { type: "json" };
import flagSchema from "../../../schema/flag.schema.json" with { type: "json" };
import segmentSchema from "../../../schema/segment.schema.json" with { type: "json" };
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { isList } from "../load/lists.ts";
import { type FileKind, MOST_PROBLEMS } from "../load/parsed-file.ts";
import { isSchema, memberOf, type Schema } from "./schema.ts";
import { type ShapeFault, shapeProblem } from "./shape-problem.ts";
import type { Path } from "../load/tree.ts";

const SCHEMAS: Readonly<Record<FileKind, Schema>> = { flag: flagSchema, segment: segmentSchema, config: configSchema };

/** Checks a document against the generated schema of its kind: one fault per cause, in no order. */
export function shapeFaults(kind: FileKind, json: JsonValue): readonly ShapeFault[] {
  const faults = faultsOf(checkerOf(SCHEMAS[kind], SCHEMAS[kind]), json, [], SCHEMAS[kind]);
  // A mistyped key is one cause: that the key which was meant is missing goes without saying.
  const meant = new Set(
    faults.flatMap((fault) => (fault.meant === undefined ? [] : [placeText(fault.path.slice(0, -1), fault.meant)])),
  );
  return faults.filter(({ path, missing }) => missing === undefined || !meant.has(placeText(path, missing)));
}

function placeText(parent: Path, key: string): string {
  return JSON.stringify([...parent, key]);
}

// The schemas are ours, and a test holds them against the meta-schema; what makes the checkers' code shorter takes longer
// than it saves. Both together are a seventh of a second of every command that reads a file.
const options = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true } as const;
const ajv = new Ajv2020({ ...options, validateSchema: false, code: { optimize: false } });
ajv.addKeyword("errorMessage");

// Compiled at first use: a schema costs some 30 ms, and most branches of most unions never fail.
const checkers = new WeakMap<Schema, ValidateFunction>();

function checkerOf(schema: Schema, root: Schema): ValidateFunction {
  const known = checkers.get(schema);
  if (known !== undefined) return known;
  const { $id: _, ...rest } = schema;
  const made = ajv.compile({ ...rest, $defs: root["$defs"] ?? {} });
  checkers.set(schema, made);
  return made;
}

function faultsOf(check: ValidateFunction, data: JsonValue, base: Path, root: Schema): readonly ShapeFault[] {
  if (check(data)) return [];
  const errors = check.errors ?? [];
  const unions = outermostUnions(errors);
  const places = new Set(unions.map(({ instancePath }) => instancePath));
  const direct = errors.filter(({ instancePath }) => !places.has(instancePath) && !isBelowOne(instancePath, places));
  const seen = new Set<string>();
  const faults: ShapeFault[] = [];
  for (const error of direct.slice(0, MOST_PROBLEMS)) {
    const fault = shapeProblem(error, [...base, ...pathOf(error.instancePath, data)]);
    if (fault === undefined) continue;
    // A text that is too long and of the wrong form is one fault; two missing keys are two.
    const place = fault.at === "key" || error.keyword === "required" ? fault.problem.message : error.instancePath;
    if (!seen.has(place)) faults.push(fault);
    seen.add(place);
  }
  return [...faults, ...unions.slice(0, MOST_PROBLEMS).flatMap((union) => unionFaults(union, data, base, root))];
}

/** Of all branches that failed, only the one that was meant is worth a word. */
function unionFaults(union: ErrorObject, data: JsonValue, base: Path, root: Schema): readonly ShapeFault[] {
  const path = [...base, ...pathOf(union.instancePath, data)];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv hands back a part of the document it was given
  const found = union.data as JsonValue;
  const branches: readonly unknown[] = Array.isArray(union.schema) ? union.schema : [];
  const branch = meantBranch(
    branches.filter(isSchema).map((schema) => resolved(schema, root)),
    found,
  );
  if (branch !== undefined) {
    const faults = faultsOf(checkerOf(branch, root), found, path, root);
    if (faults.length > 0) return faults;
  }
  const fault = shapeProblem(union, path);
  return fault === undefined ? [] : [fault];
}

/** The branch for a value of this kind; among mappings, the one that most of the keys belong to. */
function meantBranch(branches: readonly Schema[], found: JsonValue): Schema | undefined {
  if (Array.isArray(found)) return found.length === 0 ? undefined : branches.find(({ type }) => type === "array");
  if (!isJsonObject(found)) return undefined;
  const objects = branches.filter(({ type }) => type === "object");
  if (objects.length < 2) return objects[0];
  const keys = Object.keys(found);
  const scored = objects.map((branch) => {
    const known = Object.keys(memberOf(branch, "properties"));
    return { branch, score: keys.filter((key) => known.includes(key)).length };
  });
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score === 0 ? undefined : best.branch;
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = typeof schema["$ref"] === "string" ? schema["$ref"].replace("#/$defs/", "") : undefined;
  if (name === undefined) return schema;
  return memberOf(memberOf(root, "$defs"), name);
}

/** Branches report before their union does, so the last union of a place is the outermost. */
function outermostUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = new Map<string, ErrorObject>();
  for (const error of errors) if (error.keyword === "anyOf") unions.set(error.instancePath, error);
  const places = new Set(unions.keys());
  return [...unions.values()].filter(({ instancePath }) => !isBelowOne(instancePath, places));
}

function isBelowOne(pointer: string, places: ReadonlySet<string>): boolean {
  for (let at = pointer.lastIndexOf("/"); at !== -1; at = at === 0 ? -1 : pointer.lastIndexOf("/", at - 1)) {
    if (places.has(pointer.slice(0, at))) return true;
  }
  return false;
}

/** A JSON pointer → steps; numbers where the data has a list. */
function pathOf(pointer: string, data: JsonValue): Path {
  const path: (string | number)[] = [];
  let node: JsonValue | undefined = data;
  for (const raw of pointer.split("/").slice(1)) {
    const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(isList(node) ? Number(step) : step);
    node = isList(node) ? node[Number(step)] : isJsonObject(node) ? node[step] : undefined;
  }
  return path;
}
