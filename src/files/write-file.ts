import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FlagError } from "../core/errors.ts";
import { failureReason, fileError } from "./failure.ts";
import { checkWritable } from "./safe-path.ts";

/** A file to write. */
export interface NewContent {
  /** The trusted folder, as in {@link checkWritable}. */
  readonly root: string;
  /** Relative to `root`. Missing folders are created. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** The permissions of a file that does not exist yet, before the umask; 0o666 unless given. An existing file keeps its own. */
  readonly mode?: number;
  /** True for a file that only its owner may read and write: it gets mode 0600, and missing folders 0700, in any case. */
  readonly isPrivate?: boolean;
  /** The file, relative to `root`, whose permissions a file that does not exist yet gets instead of `mode`. */
  readonly like?: string | undefined;
}

/**
 * Writes a file completely or not at all: into a temporary file in the same folder, which is flushed and renamed. Therefore a
 * reader never sees half a file, and a full disk or a crash leaves the old one. No temporary file remains after a failure.
 * Paths are checked again just before the rename; Node.js has no call that does both at once.
 *
 * @throws FlagError FILE_UNUSABLE when the path is refused (see {@link checkWritable}) or the disk does not accept the file
 */
export async function writeFileSafely(file: NewContent): Promise<void> {
  const { root, path, content, mode = 0o666, isPrivate = false, like } = file;
  const found = (await checkWritable(root, path)) ?? (like === undefined ? undefined : await checkWritable(root, like));
  const target = join(root, path);
  const temporary = join(dirname(target), `.hoist-${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(target), { recursive: true, mode: isPrivate ? 0o700 : 0o777 });
    const handle = await open(temporary, "wx", isPrivate ? 0o600 : mode);
    try {
      await handle.writeFile(content);
      if (found !== undefined && !isPrivate) await handle.chmod(found.mode & 0o777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await checkWritable(root, path);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause instanceof FlagError ? cause : cannotWrite(path, cause);
  }
  await flushFolder(dirname(target));
}

/** Deletes a file. @throws FlagError FILE_UNUSABLE when the path is refused or the file cannot be deleted */
export async function deleteFileSafely(root: string, path: string): Promise<void> {
  await checkWritable(root, path);
  try {
    await rm(join(root, path));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
  await flushFolder(dirname(join(root, path)));
}

function cannotWrite(path: string, cause: unknown): FlagError {
  const hint = "check the permissions of the folder and the space on the disk";
  return fileError(`${path} cannot be written: ${failureReason(cause)}`, { hint, cause });
}

/** Flushes the folder, so that the rename survives a power cut. If a folder cannot be flushed, the file is still complete. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
