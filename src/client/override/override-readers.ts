import { readFile, stat } from "node:fs/promises";
import type { OverrideTextOrigin } from "../../core/override/override.ts";

/** An override file has a few lines; a file larger than this is a mistake. */
const MAX_BYTES = 1024 * 1024;

/** The override lines of a source (undefined if the source does not exist), or the reason why it cannot be read, with its cause. */
type Reading = { readonly text: string | undefined } | { readonly reason: string; readonly cause?: unknown };

/**
 * Reads the text at the path of a source. Never rejects.
 *
 * @param isRepeated  true in a running process, which reads again and again; false in a command, which reads once
 */
type Reader = (path: string, isRepeated: boolean) => Promise<Reading>;

/** The reader of each source. */
export const OVERRIDE_READERS: Readonly<Record<OverrideTextOrigin, Reader>> = {
  file: readOverrideFile,
};

async function readOverrideFile(path: string, isRepeated: boolean): Promise<Reading> {
  try {
    const problem = isRepeated ? await fileProblem(path) : undefined;
    if (problem !== undefined) return { reason: problem };
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const isMissing = code === "ENOENT" || (isRepeated && code === "ENOTDIR");
    return isMissing ? { text: undefined } : { reason: String(code ?? error), cause: error };
  }
}

async function fileProblem(path: string): Promise<string | undefined> {
  const found = await stat(path);
  // Reading a pipe or a device would wait forever.
  if (!found.isFile()) return "it is not a regular file";
  return found.size > MAX_BYTES ? `it has ${found.size} bytes; at most ${MAX_BYTES} are read` : undefined;
}
