import type { FlagError } from "../../core/errors.ts";
import { acknowledgementId } from "../../core/plan/acknowledgement-id.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { isJsonObject, type JsonObject, sameJson } from "../../core/json.ts";
import { unknownEnvironmentError, unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import { keyOfPath } from "../shape/key.ts";
import type { LoadedFlag, LoadedFlags } from "../load/load.ts";
import { mapJson } from "../load/tree.ts";
import { type Edited, refused, refusedBy } from "./edit-result.ts";
import { fieldOrder } from "./field-order.ts";
import { checkEdits, environmentsOf, type FlagTree } from "./flag-tree.ts";
import { rewritten, rootOf } from "./rewrite.ts";
import { own } from "../../core/own.ts";

/** A flag whose file can be edited. */
export interface FoundFlag {
  readonly flag: LoadedFlag;
  /** The content of the flag's file. */
  readonly json: JsonObject;
}

/**
 * Finds a flag whose file can be edited.
 *
 * @param environment  the environment whose overlay will be edited, which must be declared; null for the base
 * @throws FlagError when the flag does not exist, or its file has errors
 */
export function findFlag(tree: FlagTree, key: FlagKey, environment: string | null = null): FoundFlag {
  const { loaded } = tree;
  const flag = loaded.flags.find((each) => each.key === key);
  if (flag === undefined) throw notEditable(tree, key);
  if (environment !== null) checkDeclared(environment, environmentsOf(loaded));
  const root = rootOf(flag.parsed.text);
  if (root === undefined) {
    throw refused("INVALID_FLAGS", `${flag.path} cannot be edited`, "hoist validate shows the reason");
  }
  return { flag, json: mapJson(root) };
}

function notEditable({ loaded, files }: FlagTree, key: FlagKey): FlagError {
  const path = files.find((file) => file.path.endsWith(`/${key}.yaml`) && keyOfPath(file.path) === key)?.path;
  const error = loaded.diagnostics.find((each) => each.file === path && each.severity === "error");
  if (error !== undefined) {
    return refusedBy(error, `fix the errors in the file of ${key} first`, "hoist validate shows all errors");
  }
  const keys = loaded.flags.map((each) => each.key);
  const { message, hint } = unknownFlag(key, keys);
  return refused("USAGE", message, keys.length === 0 ? "add one with: hoist new" : hint);
}

/** Checks that the configuration declares an environment. @throws FlagError UNKNOWN_ENVIRONMENT */
export function checkDeclared(name: string, environments: readonly string[]): void {
  if (!environments.includes(name)) throw unknownEnvironmentError(name, environments);
}

/** A requested change to the content of one flag's file. */
export interface FlagChange {
  readonly key: FlagKey;
  /** The new content of the flag's file. */
  readonly json: JsonObject;
  /** The only environment in which the flag may change its meaning; null when it may change everywhere. */
  readonly environment: string | null;
}

/**
 * Changes the content of a flag's file to `json`, and removes acknowledgements whose end state the edit changes. Then
 * loads all files again to check that the edit changes nothing else.
 *
 * @throws FlagError when the edit causes an error or changes the meaning of anything else
 */
export function editFlag(tree: FlagTree, { key, json, environment }: FlagChange): Edited {
  const { flag } = findFlag(tree, key);
  const draft = writeFlag(tree, flag, json, []);
  const voided = Object.keys(flag.acknowledge).filter((name) => !sameEndState(draft.before, draft.after, name, key));
  const result =
    voided.length === 0 ? draft : writeFlag(tree, flag, withoutAcknowledgements(json, flag, voided), voided);
  if (environment === null) return result;
  const others = [null, ...environmentsOf(result.before)].filter((name) => name !== environment);
  if (others.every((name) => sameFlag(result.before, result.after, name, key))) return result;
  throw notSeparable(flag.path);
}

function writeFlag(tree: FlagTree, flag: LoadedFlag, json: JsonObject, voided: readonly string[]): Edited {
  const before = flag.parsed.text;
  const after = rewritten(before, json, fieldOrder(environmentsOf(tree.loaded)));
  const root = after === undefined ? undefined : rootOf(after);
  if (after === undefined || root === undefined || !sameJson(mapJson(root), json)) {
    throw notSeparable(flag.path);
  }
  const edits = after === before ? [] : [{ from: flag.path, to: flag.path, before, after }];
  return checkEdits(tree, { key: flag.key, edits, voided });
}

function notSeparable(path: string): FlagError {
  const message = `this edit cannot be made in ${path} without changing other lines, because of the file's layout`;
  return refused("INVALID_FLAGS", message, "nothing was written; edit the file yourself");
}

function sameEndState(before: LoadedFlags, after: LoadedFlags, environment: string, key: FlagKey): boolean {
  const id = (flag: Flag | undefined) =>
    flag === undefined ? "" : acknowledgementId(environment, flag, (text) => text);
  return id(before.flagsFor(environment).get(key)) === id(after.flagsFor(environment).get(key));
}

function sameFlag(before: LoadedFlags, after: LoadedFlags, environment: string | null, key: FlagKey): boolean {
  const text = (loaded: LoadedFlags) => JSON.stringify(loaded.flagsFor(environment).get(key));
  return text(before) === text(after);
}

/** Removes only acknowledgements that were there before: those that this edit writes are intended. */
function withoutAcknowledgements(json: JsonObject, flag: LoadedFlag, voided: readonly string[]): JsonObject {
  const { acknowledge, ...rest } = json;
  if (!isJsonObject(acknowledge)) return json;
  const entries = Object.entries(acknowledge).filter(
    ([name, id]) => !(voided.includes(name) && id === own(flag.acknowledge, name)),
  );
  const isEmpty = entries.every(([name]) => name === "reason");
  return isEmpty ? rest : { ...rest, acknowledge: Object.fromEntries(entries) };
}
