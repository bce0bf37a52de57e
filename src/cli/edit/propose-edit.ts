import { gitHubFrom } from "../../github/connect.ts";
import { proposalOf } from "../../github/proposal.ts";
import { reportOf } from "../../github/proposal-report.ts";
import { propose } from "../../github/propose.ts";
import { tipOf } from "../../github/tip.ts";
import { checkedTree } from "../../source/edit/checked-tree.ts";
import { refusal } from "../../source/edit/edit-result.ts";
import { meaningsOf } from "../../source/edit/meanings.ts";
import { checkSameFile, cloneAt, tipFiles } from "./local-clone.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { disabledNotes } from "./finish-edit.ts";
import { type Io, progressOf } from "../terminal/io.ts";
import type { EditAsked } from "./make-edit.ts";
import { openNeeds, proposalJson, proposalText, type ProposalView } from "./proposal-text.ts";

/**
 * Makes an edit on GitHub, as a pull request into the default branch. The work tree is only looked at: what it shows of the
 * flag has to be what the branch says.
 *
 * @throws FlagError where the edit is refused, or GitHub refuses
 */
export async function proposeEdit(io: Io, asked: EditAsked): Promise<ExitCode> {
  const { folder, key, formerKey = key, note, dryRun, format, whole = false } = asked;
  const progress = progressOf(io);
  const github = await gitHubFrom(io.env, folder, (text) => io.err(text));
  progress(`reading ${github.repository}`);
  const tip = await tipOf(github);
  const clone = await cloneAt(folder);
  const { files, isWhole } = await tipFiles(github, clone, tip, { key: formerKey, whole });
  await checkSameFile(clone, tip, files, formerKey);
  const { result, notes = [] } = await asked.edit(checkedTree(files), tip.commit);
  if (!result.ok) throw refusal(result);

  const base = { key, branch: tip.branch, commit: tip.commit };
  if (result.edits.length === 0) {
    const view: ProposalView = {
      ...base,
      proposed: null,
      proposal: null,
      meanings: [],
      needs: [],
      failures: [],
      notes,
    };
    io.out(format === "json" ? proposalJson(view) : proposalText(view, io.style, io.columns));
    return EXIT.done;
  }
  const report = reportOf(result, tip, io.now());
  const ground = { tip, prefix: clone.prefix, isWhole };
  const { proposal, warnings } = proposalOf(github, result, report, ground, { key, formerKey, note, notes });
  progress(dryRun ? "nothing is sent" : "opening the pull request");
  const proposed = dryRun ? null : await propose(github, proposal);
  const view: ProposalView = {
    ...base,
    proposed,
    proposal,
    meanings: meaningsOf(result, key, formerKey),
    needs: openNeeds(report),
    failures: result.failures,
    notes: [...notes, ...disabledNotes(result, key, " --pr"), ...warnings, ...(proposed?.warnings ?? [])],
  };
  io.out(format === "json" ? proposalJson(view) : proposalText(view, io.style, io.columns));
  return EXIT.done;
}
