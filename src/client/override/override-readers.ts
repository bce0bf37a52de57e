import type { OverrideTextOrigin } from "../../core/override/override.ts";
import { decodedOverrides } from "../../core/override/override-text.ts";
import { readRegularFile } from "../../files/read-file.ts";

/** The maximum number of bytes that are read. An override file has a few lines, so a larger one is a mistake. */
const MAX_BYTES = 1024 * 1024;

/** Callers report much earlier that a source does not answer, and read it again only when this read has ended. */
const MAX_WAIT_MS = 24 * 3600 * 1000;

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
  const found = await readRegularFile(path, { maxBytes: MAX_BYTES + 1, isCut: true, timeoutMs: MAX_WAIT_MS });
  if (found.kind === "read") return textOf(found.bytes);
  return found.kind === "missing" ? { text: undefined, isCut: false } : { reason: found.reason, cause: found.cause };
}

function textOf(bytes: Uint8Array): ReadText {
  if (bytes.length <= MAX_BYTES) return { text: decodedOverrides(bytes), isCut: false };
  const beginning = decodedOverrides(bytes.subarray(0, MAX_BYTES));
  // The last line is probably incomplete.
  const end = Math.max(beginning.lastIndexOf("\n"), beginning.lastIndexOf("\r"));
  return { text: end === -1 ? beginning : beginning.slice(0, end), isCut: true };
}
