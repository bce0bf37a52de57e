import { FlagError } from "../core/errors.ts";
import { flagTree, type FlagTree } from "../source/edit/edit-flag.ts";
import { readWorkTree } from "../source/work-tree.ts";

/** The files under `flags/` as they stand, ready to be edited. @throws FlagError NO_FLAGS, INVALID_FLAGS */
export async function readFlagTree(folder: string): Promise<FlagTree> {
  const files = await readWorkTree(folder);
  if (files.length === 0) {
    throw new FlagError("NO_FLAGS", `${folder}/flags is missing or empty`, {
      hint: "hoist init makes one here; --cwd names another folder",
    });
  }
  const tree = flagTree(files);
  if (tree.loaded.config !== null) return tree;
  const error = tree.loaded.diagnostics.find(({ file }) => file === "flags/_config.yaml");
  const place =
    error === undefined ? "flags/_config.yaml cannot be used" : `${error.file}:${error.line}  ${error.message}`;
  throw new FlagError("INVALID_FLAGS", place, { hint: error?.hint ?? "hoist validate shows all errors" });
}
