import { FlagError } from "../../core/errors.ts";
import { gitHubFrom } from "../../github/connect.ts";
import { proposalOf } from "../../github/proposal.ts";
import { propose } from "../../github/propose.ts";
import { branchHead } from "../../github/repository.ts";
import { editableTree } from "../../source/edit/flag-tree.ts";
import { type Io, progressOf } from "../terminal/io.ts";
import { checkSameFile, cloneAt, readBranchFiles } from "./local-clone.ts";
import { type EditOutcome, type EditRequest, openNeeds, outcomeOf } from "./outcome.ts";

/**
 * Makes an edit on GitHub, as a pull request into the default branch. The work tree is only read: its version of the
 * flag must be the same as the one on that branch.
 *
 * @param folder  the one that holds `flags/`, or would
 * @throws FlagError when the edit is refused; the errors of {@link propose}
 */
export async function proposeEdit(
  io: Io,
  folder: string,
  { note, dryRun }: { readonly note?: string | undefined; readonly dryRun: boolean },
  { key, needsAllFlags = false, edit }: EditRequest,
): Promise<EditOutcome> {
  if (key === null) {
    throw new FlagError("USAGE", "a new flag needs a key; with --pr hoist does not ask for it", {
      hint: "hoist new new_checkout --pr …        hoist new --help lists the other options",
    });
  }
  const progress = progressOf(io);
  const github = await gitHubFrom(io.env, folder, (text) => io.err(text));
  progress(`reading ${github.repository}`);
  const head = await branchHead(github);
  const clone = await cloneAt(folder);
  const { files, isWhole } = await readBranchFiles(github, clone, head, { key, whole: needsAllFlags });
  await checkSameFile(clone, head, files, key);
  const { result, notes = [] } = await edit(editableTree(files), { folder, commit: head.commit });

  const outcome = outcomeOf(result, notes, " --pr");
  const target = { kind: "pullRequest", base: head.branch, commit: head.commit } as const;
  if (result.edits.length === 0) return { ...outcome, destination: { ...target, proposal: null, proposed: null } };
  const source = { head, prefix: clone.prefix, isWhole };
  const { proposal, report, warnings } = proposalOf(github, result, source, { note, notes, today: io.now() });
  progress(dryRun ? "nothing is sent" : "opening the pull request");
  const proposed = dryRun ? null : await propose(github, proposal);
  return {
    ...outcome,
    destination: { ...target, proposal, proposed },
    needs: report.environments.flatMap(({ environment, flags, needs }) =>
      openNeeds(environment, needs, (each) => flags.find((flag) => flag.key === each)?.path ?? null),
    ),
    notes: [...outcome.notes, ...warnings, ...(proposed?.warnings ?? [])],
  };
}
