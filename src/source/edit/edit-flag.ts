import { acknowledgementId } from "../../core/plan/acknowledgement-id.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { canonicalJson, type JsonObject } from "../../core/json.ts";
import { unknownFlag } from "../../core/diagnostic/unknown-name.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { keyOfPath } from "../shape/key.ts";
import { type LoadedFlag, type LoadedFlags, loadFlags } from "../load/load.ts";
import { mapJson } from "../load/tree.ts";
import { type EditResult, type FileEdit, refused, refusedBy, type Refused } from "./edit-result.ts";
import { fieldOrder } from "./field-order.ts";
import { rewritten, rootOf } from "./rewrite.ts";

/** Everything under `flags/`, read once and ready to be edited. */
export interface FlagTree {
  readonly files: readonly SourceFile[];
  readonly loaded: LoadedFlags;
}

export function flagTree(files: readonly SourceFile[]): FlagTree {
  return { files, loaded: loadFlags(files) };
}

/** A flag whose file can be edited, or why it cannot. */
export function editableFlag({ loaded, files }: FlagTree, key: FlagKey): LoadedFlag | Refused {
  const flag = loaded.flags.find((each) => each.key === key);
  if (flag !== undefined) return flag;
  const path = files.find((file) => file.path.endsWith(`/${key}.yaml`) && keyOfPath(file.path) === key)?.path;
  const error = loaded.diagnostics.find((each) => each.file === path && each.severity === "error");
  if (error !== undefined)
    return refusedBy(error, `the file of ${key} has errors, mend them first`, "hoist validate shows all errors");
  const keys = loaded.flags.map((each) => each.key);
  const { message, hint = "" } = unknownFlag(key, keys);
  return refused("usage", message, keys.length === 0 ? "add one with: hoist new" : hint);
}

/** What an edit is meant to change, and nothing else. */
export interface Wanted {
  readonly key: FlagKey;
  readonly json: JsonObject;
  /** Where the flag may mean something else afterwards; null stands for the file without overlays. */
  readonly mayChange: (environment: string | null) => boolean;
}

/**
 * Makes a flag's file say `wanted`, drops acknowledgements of end states that are no more, reads everything again and
 * compares: the edit is refused where the result has errors or means anything else anywhere.
 */
export function editFlag(tree: FlagTree, wanted: Wanted): EditResult {
  const { key, json } = wanted;
  const flag = editableFlag(tree, key);
  if (!("path" in flag)) return flag;
  const { loaded: before } = tree;
  const text = flag.parsed.text;
  const environments = before.config?.environments.map(({ name }) => name) ?? [];
  const order = fieldOrder(environments);
  const draft = rewritten(text, json, order);
  if (draft === undefined) return cannotSplice(flag.path);
  if (draft === text) return { ok: true, edits: [], before, after: before, voided: [], failures: [] };
  const drafted = loadFlags(withText(tree.files, flag.path, draft));
  const error = newErrors(before, drafted)[0];
  if (error !== undefined) return refusedBy(error, "nothing was written, the file would have an error");

  const voided = Object.keys(flag.acknowledge).filter((name) => !sameEndState(before, drafted, name, key));
  const final = withoutAcknowledgements(json, flag, voided);
  const result = voided.length === 0 ? draft : rewritten(text, final, order);
  const root = result === undefined ? undefined : rootOf(result);
  if (result === undefined || root === undefined) return cannotSplice(flag.path);
  const after = voided.length === 0 ? drafted : loadFlags(withText(tree.files, flag.path, result));
  const strays = ["", ...environments].filter((name) => {
    return !wanted.mayChange(name || null) && !sameFlag(before, after, name || null, key);
  });
  const isExact = canonicalJson(mapJson(root)) === canonicalJson(final);
  if (!isExact || strays.length > 0 || newErrors(before, after).length > 0) return cannotSplice(flag.path);
  const edit: FileEdit = { from: flag.path, to: flag.path, before: text, after: result };
  return { ok: true, edits: [edit], before, after, voided, failures: newFailures(before, after, key) };
}

function cannotSplice(path: string): Refused {
  return refused(
    "invalid",
    `${path} is laid out in a way that this edit cannot follow without touching more than it should`,
    "edit the file by hand; nothing was written",
  );
}

export function withText(files: readonly SourceFile[], path: string, text: string): readonly SourceFile[] {
  const bytes = new TextEncoder().encode(text);
  return files.map((file) => (file.path === path ? { path, kind: "file" as const, bytes } : file));
}

/** Errors that were not there before. */
export function newErrors(before: LoadedFlags, after: LoadedFlags): readonly Diagnostic[] {
  const told = ({ file, code, message }: Diagnostic) => `${file}\n${code}\n${message}`;
  const known = new Set(before.diagnostics.map(told));
  return after.diagnostics.filter((each) => each.severity === "error" && !known.has(told(each)));
}

/** Tests of a flag, and of those that require it, that passed before. */
export function newFailures(before: LoadedFlags, after: LoadedFlags, key: FlagKey): readonly Diagnostic[] {
  const keys = new Set([key]);
  // A requirement's requirement can make a test fail too.
  for (let size = 0; size !== keys.size; ) {
    size = keys.size;
    for (const flag of after.flags) {
      if (Object.keys(flag.file.requires ?? {}).some((name) => keys.has(name))) keys.add(flag.key);
    }
  }
  const told = ({ file, message }: Diagnostic) => `${file}\n${/^test \d+/.exec(message)?.[0]}`;
  const known = new Set(runInlineTests(before, keys).failures.map(told));
  return runInlineTests(after, keys).failures.filter((failure) => !known.has(told(failure)));
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

/** Only an acknowledgement that stood there before is void; one that this edit writes is meant. */
function withoutAcknowledgements(json: JsonObject, flag: LoadedFlag, voided: readonly string[]): JsonObject {
  const { acknowledge, ...rest } = json;
  if (typeof acknowledge !== "object" || acknowledge === null || Array.isArray(acknowledge)) return json;
  const entries = Object.entries(acknowledge).filter(
    ([name, id]) => !(voided.includes(name) && id === flag.acknowledge[name]),
  );
  const isEmpty = entries.every(([name]) => name === "reason");
  return isEmpty ? rest : { ...rest, acknowledge: Object.fromEntries(entries) };
}
