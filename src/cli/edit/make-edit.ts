import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { FlagTree } from "../../source/edit/edit-flag.ts";
import type { EditResult } from "../../source/edit/edit-result.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";

/** What a command that edits a flag was asked for. */
export interface EditAsked {
  /** The folder that holds `flags/`, or would. */
  readonly folder: string;
  readonly key: FlagKey;
  /** Where the flag is found before the edit, when its key changes. */
  readonly formerKey?: FlagKey;
  /** As a pull request, and not in the work tree. */
  readonly pr: boolean;
  /** Why, for whoever reviews the pull request. */
  readonly note?: string | undefined;
  readonly dryRun: boolean;
  readonly format: "text" | "json";
  /** The edit looks at every flag. */
  readonly whole?: boolean;
  /** In place of the usual next steps. */
  readonly next?: readonly string[];
  /** @param commit  where the files are from; null for the work tree. The clone may not have it */
  readonly edit: (tree: FlagTree, commit: string | null) => MadeEdit | Promise<MadeEdit>;
}

/** An edit, and what is worth telling of it, one line each. */
export interface MadeEdit {
  readonly result: EditResult;
  readonly notes?: readonly string[];
}

/** Makes an edit where it was asked for: in the work tree, or on GitHub. @throws FlagError where it is refused */
export async function makeEdit(io: Io, asked: EditAsked): Promise<ExitCode> {
  if (asked.pr) {
    const { proposeEdit } = await import("./propose-edit.ts");
    return proposeEdit(io, asked);
  }
  refuseNote(asked.note);
  const { readFlagTree } = await import("./read-flag-tree.ts");
  const { finishEdit } = await import("./finish-edit.ts");
  const { result, notes = [] } = await asked.edit(await readFlagTree(asked.folder), null);
  return finishEdit(io, result, { ...asked, notes });
}

/** @throws FlagError USAGE for a note that nobody would read */
export function refuseNote(note: string | undefined): void {
  if (note === undefined) return;
  throw new FlagError("USAGE", "--note goes with --pr: in the work tree there is nobody to tell yet", {
    hint: "the reason for an edit here belongs into the commit: git commit",
  });
}
