import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { checkWritable } from "../../files/safe-path.ts";
import { deleteFileSafely, writeFileSafely } from "../../files/write-file.ts";
import type { FileEdit } from "../../source/edit/edit-result.ts";
import { textOf } from "../generate/text-files.ts";

/**
 * Writes edits to the work tree. Each file is written completely or not at all.
 *
 * @param folder  the one that holds `flags/`
 * @throws FlagError INVALID_FLAGS when a file has changed since the edit was made; FILE_UNUSABLE when it cannot be written
 */
export async function writeEdits(folder: string, edits: readonly FileEdit[]): Promise<void> {
  // All files are checked before the first is written, because half a rename would be worse than none.
  for (const edit of edits) await checkUnchanged(folder, edit);
  for (const { from, to, after } of edits) {
    await writeFileSafely({ root: folder, path: to, content: after, like: from ?? undefined });
    if (from !== null && from !== to) await deleteFileSafely(folder, from);
  }
}

async function checkUnchanged(folder: string, { from, to, before }: FileEdit): Promise<void> {
  const path = from ?? to;
  for (const each of new Set([path, to])) await checkWritable(folder, each);
  const found = (await textOf(join(folder, path))) ?? null;
  const expected = from === null ? null : before;
  if (found === expected) return;
  const message = from === null ? `${path} already exists` : `${path} has changed since it was read`;
  throw new FlagError("INVALID_FLAGS", message, { hint: "nothing was written; run the command again" });
}
