import type { Proposal } from "../../github/proposal.ts";
import type { FileEdit } from "../../source/edit/edit-result.ts";
import { shortCommit } from "../plan/plan-text.ts";
import { splitExample } from "../terminal/examples.ts";
import type { Style } from "../terminal/io.ts";
import { diffTexts, lineDiff } from "../terminal/line-diff.ts";
import { noteText, padded } from "../terminal/layout.ts";
import type { Destination, EditOutcome } from "./outcome.ts";
import { jsonText } from "../terminal/json-text.ts";

type PullRequest = Extract<Destination, { readonly kind: "pullRequest" }>;

/** Returns the outcome of an edit as JSON. */
export function outcomeJson({ edits, destination, ...outcome }: EditOutcome): string {
  const files = edits.map(({ from, to, before, after }) => ({ from, to, diff: lineDiff(before, after) }));
  const where = destination.kind === "workTree" ? { isWritten: destination.isWritten } : pullRequestJson(destination);
  return jsonText({ ...outcome, ...where, files });
}

function pullRequestJson({ base, commit, proposal, proposed }: PullRequest) {
  const { title = null, labels = [], reviewers = [] } = proposal ?? {};
  const branch = proposed?.branch ?? proposal?.branch ?? null;
  const pullRequest =
    proposed === null ? null : { number: proposed.number, url: proposed.url, action: proposed.action };
  return { pullRequest, base, commit, branch, title, labels, reviewers };
}

/** Returns the outcome of an edit as text. @param columns of the terminal; Infinity when lines may have any length */
export function outcomeText(outcome: EditOutcome, style: Style, columns = Infinity): string {
  const { edits, destination, meanings } = outcome;
  const notes = [...noteLines(outcome, style, columns)].join("\n");
  if (edits.length === 0) return [noChangeText(outcome), notes].filter((block) => block !== "").join("\n");
  const head =
    destination.kind === "workTree"
      ? edits.map((edit) => fileText(edit, destination.isWritten ? "written" : "dryRun", style)).join("\n\n")
      : pullRequestText(destination, edits, style);
  const meaning = meanings.flatMap(({ where, texts }) => texts.map((text, index) => [index === 0 ? where : "", text]));
  const width = Math.max(0, ...meanings.map(({ where }) => where.length));
  const blocks = [
    head,
    meaning.map(([where = "", text = ""]) => `${padded(where, width)}  ${text}`).join("\n"),
    notes,
    nextText(outcome, columns),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function noChangeText({ key, destination }: EditOutcome): string {
  if (destination.kind === "workTree") return `No changes: the file of ${key} already has these values.`;
  const { base, commit } = destination;
  return `No changes: the file of ${key} on ${base} (${shortCommit(commit)}) already has these values.`;
}

function fileText(
  { from, to, before, after }: FileEdit,
  state: "written" | "dryRun" | "proposed",
  style: Style,
): string {
  const diff = from === null ? [] : lineDiff(before, after);
  const first = diff.find(({ sign }) => sign === "+") ?? diff[0];
  const name = from === null || from === to ? to : `${from} → ${to}`;
  const place = first === undefined ? name : `${name}:${first.line}`;
  const lines = diffTexts(diff).map((text, at) => `  ${style(diff[at]?.sign === "-" ? "red" : "green", text)}`);
  const head = {
    written: `${style("green", "✓")} ${place}${from === null ? "  written" : ""}`,
    dryRun: `${place}  would be written`,
    proposed: place,
  }[state];
  return [head, ...lines].join("\n");
}

function pullRequestText({ base, commit, proposal, proposed }: PullRequest, edits: readonly FileEdit[], style: Style) {
  if (proposal === null) return "";
  if (proposed === null) {
    const head = `Would open a pull request into ${base} (${shortCommit(commit)}) from ${proposal.branch}`;
    const files = edits.map((edit) => fileText(edit, "proposed", style));
    return [[head, `  ${proposal.title}`, `  ${labelsText(proposal)}`].join("\n"), ...files].join("\n\n");
  }
  const { url, number, action, branch } = proposed;
  const state =
    action === "opened"
      ? `${style("green", "✓")} opened #${number} into ${base} from ${branch}`
      : `#${number} is already open, from ${branch}: nothing was sent`;
  // The address comes first, alone on its line.
  return [url, state, `  ${proposal.title}`].join("\n");
}

function labelsText({ labels, reviewers }: Proposal): string {
  const review = reviewers.length === 0 ? "" : `, review by ${reviewers.map(({ name }) => name).join(", ")}`;
  return `labels ${labels.join(", ")}${review}`;
}

function* noteLines({ voided, needs, failures, notes }: EditOutcome, style: Style, columns: number): Iterable<string> {
  const note = (text: string) => noteText(text, style, columns);
  for (const name of voided) {
    yield note(`the acknowledgement for ${name} was removed, because it confirmed a different change`);
  }
  for (const { environment, text, line, path } of needs) {
    const what = path === null ? "after the merge, run" : `if this is intended, add to ${path}`;
    yield note(`${environment} needs an acknowledgement: ${text}; ${what}:`);
    yield `    ${line}`;
  }
  for (const { file, line, message } of failures) yield note(`${file}:${line}  ${message}`);
  for (const text of notes) yield note(text);
}

/** Puts the purpose of each command beside it, or below it when the line would be too wide. */
function nextText({ next }: EditOutcome, columns: number): string {
  const lines = next.flatMap((line) => {
    const { command, note } = splitExample(line);
    return line.length + 2 <= columns || note === "" ? [`  ${line}`] : [`  ${command}`, `      ${note}`];
  });
  return next.length === 0 ? "" : ["Next:", ...lines].join("\n");
}
