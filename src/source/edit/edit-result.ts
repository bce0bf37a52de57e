import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { LoadedFlags } from "../load/load.ts";

/** What becomes of one file. */
export interface FileEdit {
  /** Where it stands, e.g. `flags/workshop/workshop_routing.yaml`; null for a new file. */
  readonly from: string | null;
  /** Where it stands afterwards. */
  readonly to: string;
  /** Empty for a new file. */
  readonly before: string;
  readonly after: string;
}

/** An edit that was made, read again and found to mean exactly what was asked for; nothing is written yet. */
export interface Edited {
  readonly ok: true;
  /** None where there is nothing to do. */
  readonly edits: readonly FileEdit[];
  readonly before: LoadedFlags;
  readonly after: LoadedFlags;
  /** Environments whose `acknowledge` went, because it stood for another end state. */
  readonly voided: readonly string[];
  /** Tests that passed before and fail now. */
  readonly failures: readonly Diagnostic[];
}

/** Nothing is to be written, and why. */
export interface Refused {
  readonly ok: false;
  /** `usage`: another command line would do. `invalid`: the files say no. `environment`: none of that name is declared. */
  readonly because: "usage" | "invalid" | "environment";
  readonly message: string;
  /** What to do, one line or several. */
  readonly hint: string;
}

export type EditResult = Edited | Refused;

export function refused(because: Refused["because"], message: string, hint: string): Refused {
  return { ok: false, because, message, hint };
}

/** An error of the files, as a refusal. @param otherwise  what to do where the error itself does not say */
export function refusedBy(
  { file, line, column, message, hint }: Diagnostic,
  what: string,
  otherwise = "give another value, or edit the file by hand",
): Refused {
  return refused("invalid", `${what}: ${file}:${line}:${column}  ${message}`, hint ?? otherwise);
}

/** A refusal for those who cannot go on with one. */
export function refusal({ because, message, hint }: Refused): FlagError {
  const code = { usage: "USAGE", invalid: "INVALID_FLAGS", environment: "UNKNOWN_ENVIRONMENT" } as const;
  return new FlagError(code[because], message, hint === "" ? {} : { hint });
}
