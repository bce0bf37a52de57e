import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { LoadedFlags } from "../load/load.ts";

/** One file before and after an edit. */
export interface FileEdit {
  /** The path before the edit, e.g. `flags/workshop/workshop_routing.yaml`; null for a new file. */
  readonly from: string | null;
  /** The path after the edit. */
  readonly to: string;
  /** Empty for a new file. */
  readonly before: string;
  readonly after: string;
}

/** An edit whose result was read back and means exactly what was requested. Nothing is written yet. */
export interface Edited {
  readonly key: FlagKey;
  /** The flag's key before the edit; differs from `key` only after a rename. */
  readonly formerKey: FlagKey;
  /** Empty when the files already have the requested content. */
  readonly edits: readonly FileEdit[];
  readonly before: LoadedFlags;
  readonly after: LoadedFlags;
  /** Environments whose acknowledgement was removed, because it confirmed a different change. */
  readonly voided: readonly string[];
  /** Inline tests that passed before the edit and fail after it. */
  readonly failures: readonly Diagnostic[];
}

/**
 * Returns the error that refuses an edit. A refused edit writes nothing.
 *
 * @param code  `USAGE`: a different command line would work. `INVALID_FLAGS`: the files do not allow the edit
 * @param hint  what to do, one line or several
 */
export function refused(
  code: "USAGE" | "INVALID_FLAGS" | "UNKNOWN_ENVIRONMENT",
  message: string,
  hint: string | undefined,
): FlagError {
  return new FlagError(code, message, { hint });
}

/**
 * Turns an error in the files into the error that refuses an edit.
 *
 * @param defaultHint  applies if the error has no hint of its own
 */
export function refusedBy(
  { file, line, column, message, hint }: Diagnostic,
  what: string,
  defaultHint = "use another value, or edit the file yourself",
): FlagError {
  return refused("INVALID_FLAGS", `${what}: ${file}:${line}:${column}  ${message}`, hint ?? defaultHint);
}
