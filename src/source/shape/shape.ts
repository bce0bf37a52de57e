import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import configSchema from "../../../schema/config.schema.json" with { type: "json" };
import flagSchema from "../../../schema/flag.schema.json" with { type: "json" };
import segmentSchema from "../../../schema/segment.schema.json" with { type: "json" };
import { isJsonObject, isList, type JsonObject, type JsonValue } from "../../core/json.ts";
import { type FileKind, MAX_PROBLEMS } from "../load/parsed-file.ts";
import { membersOf, resolveRef } from "./json-schema.ts";
import { type ShapeFault, shapeProblem } from "./shape-problem.ts";
import type { Path } from "../load/tree.ts";
import { own } from "../../core/own.ts";

const FILES: unknown = { flag: flagSchema, segment: segmentSchema, config: configSchema };
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON Schema is JSON, whatever type an import infers
const SCHEMAS = FILES as Readonly<Record<FileKind, JsonObject>>;

/** Checks a document against the generated schema of its kind. Returns one fault per cause, in no particular order. */
export function shapeFaults(kind: FileKind, json: JsonValue): readonly ShapeFault[] {
  const schema = SCHEMAS[kind];
  const faults = faultsOf(checkerOf(schema, schema), json, [], schema);
  // A mistyped key is one cause: the missing intended key is not reported as a second fault.
  const meant = new Set(
    faults.flatMap((fault) => (fault.meant === undefined ? [] : [placeText(fault.path.slice(0, -1), fault.meant)])),
  );
  return faults.filter(({ path, missing }) => missing === undefined || !meant.has(placeText(path, missing)));
}

function placeText(parent: Path, key: string): string {
  return JSON.stringify([...parent, key]);
}

// A test checks the schemas against the meta-schema, and optimizing the checkers takes longer than it saves. Without these
// two steps, every command that reads a file starts about 140 ms sooner.
const options = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true } as const;
const ajv = new Ajv2020({ ...options, validateSchema: false, code: { optimize: false } });
ajv.addKeyword("errorMessage");

// Each schema is compiled at first use: compiling one takes some 30 ms, and most branches of most unions never fail.
const checkers = new WeakMap<JsonObject, ValidateFunction>();

function checkerOf(schema: JsonObject, root: JsonObject): ValidateFunction {
  const known = checkers.get(schema);
  if (known !== undefined) return known;
  const { $id: _, ...rest } = schema;
  const made = ajv.compile({ ...rest, $defs: root["$defs"] ?? {} });
  checkers.set(schema, made);
  return made;
}

function faultsOf(check: ValidateFunction, data: JsonValue, base: Path, root: JsonObject): readonly ShapeFault[] {
  if (check(data)) return [];
  const errors = check.errors ?? [];
  const unions = outermostUnions(errors);
  const places = new Set(unions.map(({ instancePath }) => instancePath));
  const direct = errors.filter(({ instancePath }) => !places.has(instancePath) && !isBelowOne(instancePath, places));
  const faults = new Map<string, ShapeFault>();
  for (const error of direct.slice(0, MAX_PROBLEMS)) {
    const { path, holder } = locate(error.instancePath, data);
    const fault = shapeProblem(error, [...base, ...path], holder, root);
    if (fault === undefined) continue;
    // A text that is too long and of the wrong form is one fault; two missing keys are two.
    const cause = JSON.stringify([fault.at, fault.path, fault.missing]);
    if (!faults.has(cause)) faults.set(cause, fault);
  }
  return [
    ...faults.values(),
    ...unions.slice(0, MAX_PROBLEMS).flatMap((union) => unionFaults(union, data, base, root)),
  ];
}

/** Returns the faults of the one branch that was probably meant; without such a branch, one fault about the union. */
function unionFaults(union: ErrorObject, data: JsonValue, base: Path, root: JsonObject): readonly ShapeFault[] {
  const { path, holder } = locate(union.instancePath, data);
  const whole = [...base, ...path];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv returns parts of the document and of the schema
  const [found, branches] = [union.data as JsonValue, union.schema as readonly JsonObject[]];
  const branch = meantBranch(
    branches.map((schema) => resolveRef(schema, root)),
    found,
  );
  if (branch !== undefined) {
    const faults = faultsOf(checkerOf(branch, root), found, whole, root);
    if (faults.length > 0) return faults;
  }
  const fault = shapeProblem(union, whole, holder, root);
  return fault === undefined ? [] : [fault];
}

/** Returns the branch for a value of this type; among branches for mappings, the one that has most of the keys. */
function meantBranch(branches: readonly JsonObject[], found: JsonValue): JsonObject | undefined {
  if (isList(found)) return found.length === 0 ? undefined : branches.find(({ type }) => type === "array");
  if (!isJsonObject(found)) return undefined;
  const objects = branches.filter(({ type }) => type === "object");
  if (objects.length < 2) return objects[0];
  const keys = Object.keys(found);
  const scored = objects.map((branch) => {
    const known = membersOf(branch, "properties");
    return { branch, score: keys.filter((key) => Object.hasOwn(known, key)).length };
  });
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score === 0 ? undefined : best.branch;
}

/** Returns the outermost failed union of each place. */
function outermostUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  // Ajv reports branches before their union, so the last union of a place is the outermost.
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

/** Returns the path that a JSON pointer names, with numbers where the data has a list, and the holder of the value there. */
function locate(pointer: string, data: JsonValue): { readonly path: Path; readonly holder: JsonValue | undefined } {
  const path: (string | number)[] = [];
  let holder: JsonValue | undefined;
  let node: JsonValue | undefined = data;
  for (const raw of pointer.split("/").slice(1)) {
    const step = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    holder = node;
    path.push(isList(node) ? Number(step) : step);
    node = isList(node) ? node[Number(step)] : isJsonObject(node) ? own(node, step) : undefined;
  }
  return { path, holder };
}
