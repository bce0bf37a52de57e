import { FlagError } from "../../core/errors.ts";
import { checkedTree } from "../../source/edit/checked-tree.ts";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import { readWorkTree } from "../../source/load/work-tree.ts";

/** The files under `flags/` as they stand, ready to be edited. @throws FlagError NO_FLAGS, INVALID_FLAGS */
export async function readFlagTree(folder: string): Promise<FlagTree> {
  const files = await readWorkTree(folder);
  if (files.length === 0) {
    throw new FlagError("NO_FLAGS", `${folder}/flags is missing or empty`, {
      hint: "hoist init makes one here; --cwd names another folder",
    });
  }
  return checkedTree(files);
}
