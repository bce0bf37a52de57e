import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { OverrideTextOrigin } from "../../core/override/override.ts";
import { decodedOverrides } from "../../core/override/override-text.ts";

/** The maximum number of bytes that are read. An override file has a few lines, so a larger one is a mistake. */
const MAX_BYTES = 1024 * 1024;

/** The override lines of a source; undefined if it does not exist. */
interface ReadText {
  readonly text: string | undefined;
  /** Whether the text is only the beginning of a source that is too large. */
  readonly isCut: boolean;
}

/** The override lines of a source, or the reason why it cannot be read, with its cause. */
export type Reading = ReadText | { readonly reason: string; readonly cause?: unknown };

/** Reads the text at the path of a source. Never rejects. */
type Reader = (path: string) => Promise<Reading>;

/** The reader of each source. */
export const OVERRIDE_READERS: Readonly<Record<OverrideTextOrigin, Reader>> = {
  file: readOverrideFile,
};

async function readOverrideFile(path: string): Promise<Reading> {
  let file: FileHandle | undefined;
  try {
    // Opening a pipe or a device may wait or have an effect. The file may have been replaced before it was opened.
    const isRegular = (await stat(path)).isFile();
    file = isRegular ? await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)) : undefined;
    if (!(await file?.stat())?.isFile()) return { reason: "it is not a regular file" };
    return file === undefined ? { text: undefined, isCut: false } : textOf(await firstBytes(file, MAX_BYTES + 1));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    return isMissing ? { text: undefined, isCut: false } : { reason: String(code ?? error), cause: error };
  } finally {
    await file?.close().catch(() => {});
  }
}

async function firstBytes(file: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function textOf(bytes: Uint8Array): ReadText {
  if (bytes.length <= MAX_BYTES) return { text: decodedOverrides(bytes), isCut: false };
  const beginning = decodedOverrides(bytes.subarray(0, MAX_BYTES));
  // The last line is probably incomplete.
  const end = Math.max(beginning.lastIndexOf("\n"), beginning.lastIndexOf("\r"));
  return { text: end === -1 ? beginning : beginning.slice(0, end), isCut: true };
}
