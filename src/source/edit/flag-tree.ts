import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { CONFIG_PATH } from "../shape/paths.ts";
import { runInlineTests } from "../check/inline-tests.ts";
import { type LoadedFlags, loadFlags } from "../load/load.ts";
import { type Edited, type FileEdit, refusedBy } from "./edit-result.ts";

/** Everything under `flags/`, loaded and ready to be edited. */
export interface FlagTree {
  readonly files: readonly SourceFile[];
  readonly loaded: LoadedFlags;
}

/** Loads files, which may have errors. */
export function flagTree(files: readonly SourceFile[]): FlagTree {
  return { files, loaded: loadFlags(files) };
}

/** Loads files for editing. @throws FlagError INVALID_FLAGS when the configuration, which every edit needs, has errors */
export function editableTree(files: readonly SourceFile[]): FlagTree {
  const tree = flagTree(files);
  if (tree.loaded.config !== null) return tree;
  const error = tree.loaded.diagnostics.find(({ file }) => file === CONFIG_PATH || file === "flags");
  const message = error === undefined ? `${CONFIG_PATH} has errors` : `${error.file}:${error.line}  ${error.message}`;
  throw new FlagError("INVALID_FLAGS", message, { hint: error?.hint ?? "hoist validate shows all errors" });
}

/** Returns the declared environments, in the order of promotion. */
export function environmentsOf({ config }: LoadedFlags): readonly string[] {
  return config?.environments.map(({ name }) => name) ?? [];
}

/** Edits whose effect is not checked yet. */
export interface ProposedFiles extends Pick<Edited, "key" | "edits"> {
  readonly formerKey?: FlagKey;
  readonly voided?: readonly string[];
}

/** Loads the files as they are after the edits. @throws FlagError when the edits cause an error that was not there before */
export function checkEdits(tree: FlagTree, { key, formerKey = key, edits, voided = [] }: ProposedFiles): Edited {
  const { loaded: before } = tree;
  const after = edits.length === 0 ? before : loadFlags(filesAfter(tree.files, edits));
  const [error] = newErrors(before, after);
  if (error !== undefined) throw refusedBy(error, "nothing was written, because the edit would cause an error");
  const failures = edits.length === 0 ? [] : newFailures(before, after, key);
  return { key, formerKey, edits, before, after, voided, failures };
}

/** Returns the files as they are after the edits. */
export function filesAfter(files: readonly SourceFile[], edits: readonly FileEdit[]): readonly SourceFile[] {
  const written = ({ to, after }: FileEdit): SourceFile => {
    return { path: to, kind: "file", bytes: new TextEncoder().encode(after) };
  };
  const kept = files.map((file) => {
    const edit = edits.find(({ from }) => from === file.path);
    return edit === undefined ? file : written(edit);
  });
  return [...kept, ...edits.filter(({ from }) => from === null).map(written)];
}

function newErrors(before: LoadedFlags, after: LoadedFlags): readonly Diagnostic[] {
  // Lines shift with an edit, so an error is recognised by everything but its place.
  const identity = ({ file, code, message }: Diagnostic) => `${file}\n${code}\n${message}`;
  const known = new Set(before.diagnostics.map(identity));
  return after.diagnostics.filter((each) => each.severity === "error" && !known.has(identity(each)));
}

/**
 * Returns the failures of tests that passed before: tests of the flag, and of the flags that require it, directly or
 * indirectly.
 */
export function newFailures(before: LoadedFlags, after: LoadedFlags, key: FlagKey): readonly Diagnostic[] {
  const keys = new Set([key]);
  // Requirements are transitive.
  for (let size = 0; size !== keys.size; ) {
    size = keys.size;
    for (const flag of after.flags) {
      if (Object.keys(flag.file.requires ?? {}).some((name) => keys.has(name))) keys.add(flag.key);
    }
  }
  const identity = ({ file, test }: { readonly file: string; readonly test: number }) => `${file}\n${test}`;
  const known = new Set(runInlineTests(before, keys).failures.map(identity));
  return runInlineTests(after, keys).failures.filter((failure) => !known.has(identity(failure)));
}
