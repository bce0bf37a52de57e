import { acknowledgeLine, isForFile, type Need } from "../../impact/needs.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { ChangeReport } from "../../impact/report.ts";
import type { Proposal, Proposed } from "../../github/propose.ts";
import type { Meaning } from "../../source/edit/meanings.ts";
import type { Style } from "../terminal/io.ts";
import { lineDiff } from "../terminal/line-diff.ts";
import { meaningsText } from "./meanings-text.ts";
import { noteText } from "../terminal/note-text.ts";
import { shortCommit } from "../plan/plan-text.ts";

/** What became of an edit that was to be a pull request, for people and for `--format json`. */
export interface ProposalView {
  readonly key: string;
  /** The branch that it goes into, and where that stands. */
  readonly branch: string;
  readonly commit: string;
  /** Null where nothing was sent. */
  readonly proposed: Proposed | null;
  /** Null where there is nothing to change. */
  readonly proposal: Proposal | null;
  readonly meanings: readonly Meaning[];
  /** What the sync will refuse until it is acknowledged. */
  readonly needs: readonly OpenNeed[];
  /** Tests that fail with it. */
  readonly failures: readonly Diagnostic[];
  readonly notes: readonly string[];
}

export interface OpenNeed {
  readonly environment: string;
  readonly text: string;
  /** What to do, as it can be pasted: the line for the file, or the command for a whole plan. */
  readonly line: string;
  readonly path: string | null;
}

/** One for each id that nobody has said yes to yet. */
export function openNeeds(report: ChangeReport): readonly OpenNeed[] {
  return report.environments.flatMap(({ environment, flags, needs }) => {
    const open = needs.filter(({ acknowledged }) => !acknowledged);
    const byId = Map.groupBy(open, ({ id }) => id);
    return [...byId.entries()].flatMap(([id, same]) => {
      const [first] = same;
      if (first === undefined) return [];
      const path = flags.find(({ key }) => key === first.key)?.path ?? null;
      return [
        { environment, text: same.map(({ text }) => text).join("; "), line: lineOf(environment, first, id), path },
      ];
    });
  });
}

function lineOf(environment: string, need: Need, id: string): string {
  return isForFile(need)
    ? acknowledgeLine({ [environment]: id })
    : `hoist sync --env ${environment} --acknowledge ${id}`;
}

export function proposalText(view: ProposalView, style: Style, columns = Infinity): string {
  const { key, branch, commit, proposed, proposal } = view;
  if (proposal === null) {
    const lines = [`Nothing to propose: the file of ${key} on ${branch} (${shortCommit(commit)}) says so already.`];
    return [...lines, ...view.notes.map((note) => noteText(note, style, columns))].join("\n");
  }
  const blocks = [
    proposed === null ? unsentText(view, proposal) : sentText(proposed, proposal, style),
    meaningsText(view.meanings),
    [...noteLines(view, style, columns)].join("\n"),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** The address first, and alone on its line. */
function sentText({ url, number, action, branch }: Proposed, { title, tip }: Proposal, style: Style): string {
  const what =
    action === "opened"
      ? `${style("green", "✓")} #${number} opened into ${tip.branch} from ${branch}`
      : `#${number} is open already, from ${branch}: nothing was sent`;
  return [url, what, `  ${title}`].join("\n");
}

function unsentText({ branch, commit }: ProposalView, proposal: Proposal): string {
  const { title, edits, labels, reviewers } = proposal;
  const files = edits.flatMap(({ from, to, before, after }) => [
    from === null || from === to ? to : `${from} → ${to}`,
    ...lineDiff(before, after).map(({ sign, line, text }) => `  ${line} ${sign} ${text}`),
  ]);
  const asked = reviewers.length === 0 ? "" : `, review by ${reviewers.map(({ name }) => name).join(", ")}`;
  const head = `Would be opened into ${branch} (${shortCommit(commit)}) from ${proposal.branch}`;
  return [head, `  ${title}`, `  labels ${labels.join(", ")}${asked}`, "", ...files].join("\n");
}

function* noteLines({ needs, failures, notes }: ProposalView, style: Style, columns: number): Iterable<string> {
  const told = (note: string) => noteText(note, style, columns);
  for (const { environment, text, line, path } of needs) {
    const what = path === null ? "after the merge" : `if it is meant, add to ${path}`;
    yield told(`${environment} needs an acknowledgement: ${text}; ${what}:`);
    yield `    ${line}`;
  }
  for (const { file, line, message } of failures) yield told(`${file}:${line}  ${message}`);
  for (const note of notes) yield told(note);
}

export function proposalJson({ proposed, proposal, commit, branch: base, ...view }: ProposalView): string {
  const { title = null, branch = null, labels = [], reviewers = [], edits = [] } = proposal ?? {};
  const files = edits.map(({ from, to, before, after }) => ({ from, to, diff: lineDiff(before, after) }));
  const pullRequest =
    proposed === null ? null : { number: proposed.number, url: proposed.url, action: proposed.action };
  const from = proposed?.branch ?? branch;
  return JSON.stringify({ ...view, pullRequest, base, commit, branch: from, title, labels, reviewers, files }, null, 2);
}
