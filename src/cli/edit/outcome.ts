import type { FlagKey } from "../../core/flag/flag.ts";
import type { Proposal } from "../../github/proposal.ts";
import type { Proposed } from "../../github/propose.ts";
import type { Edited } from "../../source/edit/edit-result.ts";
import { acknowledgeLine, isForFile, type Need } from "../../impact/needs.ts";
import { environmentsOf, type FlagTree } from "../../source/edit/flag-tree.ts";
import { type Meaning, meaningsOf, versionsIn } from "../../source/edit/meanings.ts";

/** An edit of one flag that a command asks for. */
export interface EditRequest {
  /** The key of the flag before the edit, or of a new flag; null when the key of a new flag is not known yet. */
  readonly key: FlagKey | null;
  /** Whether the edit needs every flag. Otherwise the flag and those that it requires are enough. */
  readonly needsAllFlags?: boolean;
  /**
   * Makes the edit in memory. Throws a FlagError when the edit is refused.
   *
   * @param source  `folder` holds `flags/`, or would; `commit` is the commit that the files were read from, null for
   *                the work tree. The clone may not have that commit
   */
  readonly edit: (
    tree: FlagTree,
    source: { readonly folder: string; readonly commit: string | null },
  ) => DraftEdit | Promise<DraftEdit>;
}

/** An edit in memory, before it is written or proposed. */
export interface DraftEdit {
  readonly result: Edited;
  /** Remarks for the user, one line each. */
  readonly notes?: readonly string[];
  /** Replaces the usual next steps of an edit in the work tree. */
  readonly next?: readonly string[];
}

/** The result of an edit, with everything that its output contains. */
export interface EditOutcome extends Pick<Edited, "key" | "edits" | "voided" | "failures"> {
  readonly destination: Destination;
  /** The changes in each environment. Environments without a change are left out. */
  readonly meanings: readonly Meaning[];
  /** The changes that a sync refuses until they are acknowledged. */
  readonly needs: readonly EditNeed[];
  /** Remarks, one line each. */
  readonly notes: readonly string[];
  /** Commands to run next, one a line. */
  readonly next: readonly string[];
}

/** Where an edit was made: in the work tree or as a pull request. */
export type Destination =
  | { readonly kind: "workTree"; readonly isWritten: boolean }
  | {
      readonly kind: "pullRequest";
      /** The branch that the pull request goes into, and the commit at its head. */
      readonly base: string;
      readonly commit: string;
      /** Null when there is nothing to change. */
      readonly proposal: Proposal | null;
      /** Null when nothing was sent. */
      readonly proposed: Proposed | null;
    };

/** A change that needs an acknowledgement, and how to acknowledge it. */
export interface EditNeed {
  readonly environment: string;
  readonly text: string;
  readonly id: string;
  /** The line to add to the flag's file, or the command that acknowledges a whole plan. */
  readonly line: string;
  /** The flag's file; null when the whole plan needs the acknowledgement. */
  readonly path: string | null;
}

/** Returns one need for each id that is not acknowledged yet. @param pathOf  the file of a flag */
export function openNeeds(
  environment: string,
  needs: readonly Need[],
  pathOf: (key: FlagKey | null) => string | null,
): readonly EditNeed[] {
  const open = needs.filter(({ acknowledged }) => !acknowledged);
  return [...Map.groupBy(open, ({ id }) => id)].flatMap(([id, [first, ...others]]) => {
    if (first === undefined) return [];
    const line = isForFile(first)
      ? acknowledgeLine({ [environment]: id })
      : `hoist sync --env ${environment} --acknowledge ${id}`;
    const text = [first, ...others].map((need) => need.text).join("; ");
    return [{ environment, text, id, line, path: pathOf(first.key) }];
  });
}

/** Returns the part of an outcome that does not depend on its destination. */
export function outcomeOf(
  edited: Edited,
  notes: readonly string[],
  commandSuffix = "",
): Omit<EditOutcome, "destination"> {
  const { key, edits, voided, failures } = edited;
  return {
    key,
    edits,
    meanings: meaningsOf(edited),
    voided,
    needs: [],
    failures,
    notes: [...notes, ...disabledNotes(edited, commandSuffix)],
    next: [],
  };
}

/** Warns about environments in which the edited flag is disabled, so the edit has no effect there yet. */
function disabledNotes(edited: Edited, commandSuffix: string): readonly string[] {
  const { key } = edited;
  const answers = ({ rules, rollout, serve }: { rules: unknown; rollout: unknown; serve: unknown }) =>
    JSON.stringify({ rules, rollout, serve });
  const disabled = environmentsOf(edited.after).filter((name) => {
    const [before, after] = versionsIn(edited, name);
    if (before === undefined || after === undefined || before.enabled || after.enabled) return false;
    return answers(before) !== answers(after);
  });
  return disabled.map((name) => {
    const command = `hoist set ${key} enabled=true --env ${name}${commandSuffix}`;
    return `${key} is disabled in ${name}, so this has no effect there until you run: ${command}`;
  });
}
