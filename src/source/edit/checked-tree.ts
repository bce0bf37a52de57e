import { FlagError } from "../../core/errors.ts";
import type { SourceFile } from "../../core/flag/source-file.ts";
import { CONFIG_PATH } from "../check/check-tree.ts";
import { flagTree, type FlagTree } from "./edit-flag.ts";

/** Files ready to be edited. @throws FlagError INVALID_FLAGS where the configuration, which every edit needs, cannot be used */
export function checkedTree(files: readonly SourceFile[]): FlagTree {
  const tree = flagTree(files);
  if (tree.loaded.config !== null) return tree;
  const error = tree.loaded.diagnostics.find(({ file }) => file === CONFIG_PATH);
  const place = error === undefined ? `${CONFIG_PATH} cannot be used` : `${error.file}:${error.line}  ${error.message}`;
  throw new FlagError("INVALID_FLAGS", place, { hint: error?.hint ?? "hoist validate shows all errors" });
}
