import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { FileEdit } from "../../source/edit/edit-result.ts";

/**
 * Writes edits to the work tree. Each file is written completely or not at all.
 *
 * @param folder  the one that holds `flags/`
 * @throws FlagError INVALID_FLAGS when a file has changed since the edit was made, or cannot be written
 */
export async function writeEdits(folder: string, edits: readonly FileEdit[]): Promise<void> {
  // All files are checked before the first is written, because half a rename would be worse than none.
  for (const edit of edits) await checkUnchanged(folder, edit);
  for (const { from, to, after } of edits) {
    await writeWhole(join(folder, to), after, from === null ? undefined : join(folder, from));
    if (from !== null && from !== to) await rm(join(folder, from));
  }
}

async function checkUnchanged(folder: string, { from, to, before }: FileEdit): Promise<void> {
  const path = from ?? to;
  const found = await readFile(join(folder, path), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new FlagError("INVALID_FLAGS", `${path} cannot be read`, { cause: error });
  });
  const expected = from === null ? null : before;
  if (found === expected) return;
  const message = from === null ? `${path} already exists` : `${path} has changed since it was read`;
  throw new FlagError("INVALID_FLAGS", message, { hint: "nothing was written; run the command again" });
}

/** Writes to a temporary file first, so that a full disk or a crash leaves the old file. */
async function writeWhole(path: string, text: string, like: string | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (like !== undefined) await chmod(temporary, (await stat(like)).mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new FlagError("INVALID_FLAGS", `${path} cannot be written`, {
      hint: "check the permissions of the folder and the space on the disk",
      cause,
    });
  }
}
