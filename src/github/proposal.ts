import { printable } from "../core/printable.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { ChangeReport } from "../impact/report.ts";
import { reportBetween } from "../impact/report-between.ts";
import { runInlineTests } from "../source/check/inline-tests.ts";
import type { Edited, FileEdit } from "../source/edit/edit-result.ts";
import { type Meaning, meaningsOf, touchedEnvironments } from "../source/edit/meanings.ts";
import { digest } from "../source/load/digest.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import type { GitHub } from "./connect.ts";
import { clipped, code, prose } from "./report/escape.ts";
import { reportMarkdown } from "./report/markdown.ts";
import { lineText, listText } from "./report/words.ts";
import type { BranchHead } from "./repository.ts";

/** A pull request to open. */
export interface Proposal {
  /** The commit that the edits were made from; the pull request goes into its branch. */
  readonly head: BranchHead;
  /** The name of the pull request's branch; gets a number when the name is taken by something else. */
  readonly branch: string;
  readonly title: string;
  readonly body: string;
  /** The commit message. */
  readonly message: string;
  /** The path from the top of the repository to the folder that holds `flags/`: "" or `apps/shop/`. */
  readonly prefix: string;
  readonly edits: readonly FileEdit[];
  readonly labels: readonly string[];
  readonly reviewers: readonly Reviewer[];
}

/** A person, or a team of the repository's organisation. */
export interface Reviewer {
  readonly kind: "user" | "team";
  readonly name: string;
}

/** The person who asks for a change, and the reason. */
export interface ProposalRequest {
  /** The reason, in the words of the person who asks. */
  readonly note?: string | undefined;
  /** The person who asks, when that is not the owner of the token. */
  readonly requestedBy?: string | undefined;
  /** Remarks for the reviewers, one line each. */
  readonly notes: readonly string[];
  readonly today: Date;
}

/** The files that an edit was made from. */
export interface ProposalSource {
  readonly head: BranchHead;
  readonly prefix: string;
  /** False when flags that require the edited one were not read. */
  readonly isWhole: boolean;
}

const LABEL = "feature-flags";
/** The longest title. GitHub cuts longer ones. */
const MAX_TITLE = 100;
const MAX_TRAILER = 500;
/** The longest body. GitHub accepts 65,536 characters, and escaping may turn one character of data into ten. */
const MAX_BODY = 64_000;
const MAX_NOTE = 2_000;
const MAX_LINE = 200;
const MAX_LINES = 10;

/** Turns an edit into a pull request: its texts, branch, labels and reviewers. */
export function proposalOf(
  { owner }: Pick<GitHub, "owner">,
  edited: Edited,
  source: ProposalSource,
  request: ProposalRequest,
): { readonly proposal: Proposal; readonly report: ChangeReport; readonly warnings: readonly string[] } {
  const environments = touchedEnvironments(edited);
  const report = reportOf(edited, source.head, request.today);
  const title = titleOf(edited, meaningsOf(edited));
  const { reviewers, warnings } = reviewersOf(edited, owner);
  const proposal: Proposal = {
    head: source.head,
    branch: branchOf(edited, environments),
    title,
    body: bodyOf(edited, report, source, request),
    message: messageOf(title, request),
    prefix: source.prefix,
    edits: edited.edits,
    labels: [LABEL, ...environments],
    reviewers,
  };
  return { proposal, report, warnings };
}

function reportOf({ before, after, failures }: Edited, head: BranchHead, today: Date): ChangeReport {
  return reportBetween(before, after, {
    from: { ref: head.branch, commit: head.commit },
    to: { commit: null, name: "this pull request" },
    today: today.toISOString().slice(0, 10),
    // Tests that the edit does not touch passed when the branch was merged.
    testsPassed: failures.length === 0 ? undefined : runInlineTests(after).passed,
  });
}

/** Names the branch after its content, so that the same request finds the same branch. */
function branchOf({ key, edits }: Edited, environments: readonly string[]): string {
  const content = digest(JSON.stringify(edits.map(({ from, to, after }) => [from, to, after])));
  const [only] = environments;
  const where = environments.length === 1 && only !== undefined ? `-${only}` : "";
  return `hoist/${key}${where}-${content}`;
}

/** Returns the meaning of the change in one line: `workshop_routing: 10 % → 50 % of everyone in production`. */
function titleOf({ key, formerKey, edits }: Edited, meanings: readonly Meaning[]): string {
  if (edits.every(({ from }) => from === null)) return `${key}: new flag`;
  if (key !== formerKey) return `${formerKey} → ${key}: renamed, with the same answers`;
  const texts = meanings.map(({ where, texts }) => `${texts.map(inertLine).join("; ")}${placeText(where)}`);
  if (texts.length === 0) return `${key}: edited, with the same answers`;
  const whole = `${key}: ${texts.join(" · ")}`;
  // The last environment in the order of promotion matters most.
  const last = meanings.at(-1);
  if (whole.length <= MAX_TITLE || last === undefined) return clipped(whole, MAX_TITLE);
  const count = meanings.reduce((sum, each) => sum + each.texts.length, 0) - 1;
  const ending = `${placeText(last.where)}${count === 0 ? "" : ` and ${count} more`}`;
  const start = `${key}: ${inertLine(last.texts[0] ?? "")}`;
  return `${clipped(start, Math.max(MAX_TITLE - ending.length, key.length + 12))}${ending}`;
}

function placeText(where: string): string {
  return where === "everywhere" ? "" : ` in ${where}`;
}

/** Puts the trailer last and every part on one line: git reads trailers from the last paragraph, and no note may add one. */
function messageOf(title: string, { note, requestedBy }: ProposalRequest): string {
  return [
    title,
    ...(note === undefined ? [] : [`Why: ${clipped(inertLine(note), MAX_TRAILER)}`]),
    ...(requestedBy === undefined ? [] : [`Requested-by: ${clipped(inertLine(requestedBy), MAX_TRAILER)}`]),
  ].join("\n\n");
}

/**
 * Puts a text on one line, for titles and commit messages, and disables everything in it that GitHub or git would act on:
 * mentions, references that close issues, commands that skip checks, trailers.
 */
function inertLine(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim())
    .replace(/@(?=[\w-])/g, "@ ")
    .replace(/#(?=\d)/g, "# ")
    .replace(/\bGH-(?=\d)/gi, "GH - ")
    .replace(/:\/\//g, ": //")
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, "($1)")
    .replace(/`/g, "'");
}

/** Returns what reviewers read: the reason, who asks, remarks, and the report. Data in it is escaped. */
function bodyOf(edited: Edited, report: ChangeReport, source: ProposalSource, request: ProposalRequest): string {
  const { note, requestedBy } = request;
  const parts = [
    ...noteParts(note),
    ...(requestedBy === undefined ? [] : [`Requested by ${code(clipped(requestedBy, 200))}.`]),
    listText(remarks(edited, source, request), MAX_LINES),
  ].filter((part) => part !== "");
  const { branch, commit } = source.head;
  const end = `Opened by ${code("hoist")} from ${code(branch)} at ${code(commit.slice(0, 7))}. The change goes live with the sync after the merge.`;
  const around = Buffer.byteLength([...parts, end].join("\n\n")) + 4;
  return [...parts, reportMarkdown(report, { limit: MAX_BODY - around }), end].join("\n\n");
}

/** Keeps the lines of the note. GitHub shows a line ending inside a paragraph as a line break. */
function noteParts(note: string | undefined): readonly string[] {
  const lines = clipped(note ?? "", MAX_NOTE)
    .split(/\r?\n/)
    .map((line) => prose(line));
  const text = lines.join("\n").trim();
  return text === "" ? [] : [text.replace(/\n{2,}/g, "\n\n")];
}

function remarks(
  { failures, voided }: Edited,
  { isWhole }: ProposalSource,
  { notes }: ProposalRequest,
): readonly string[] {
  return [
    ...notes.map((note) => lineText(note, MAX_LINE)),
    ...voided.map(
      (name) => `the acknowledgement for ${code(name)} was removed, because it confirmed a different change`,
    ),
    ...failures.map(
      ({ file, line, message }) =>
        `a test that passed before the edit fails now: ${code(`${file}:${line}`)} ${lineText(message, MAX_LINE)}`,
    ),
    ...(isWhole
      ? []
      : ["flags that require this one are not covered by this report, but by the checks of the pull request"]),
  ];
}

/**
 * Returns the owners of the flag before and after the edit as reviewers: `@acme/workshops` is a team, `@dana` a person.
 *
 * @param organisation  the owner of the repository; teams of other organisations cannot review there
 */
function reviewersOf(
  { before, after, key, formerKey }: Edited,
  organisation: string,
): { readonly reviewers: readonly Reviewer[]; readonly warnings: readonly string[] } {
  const reviewers: Reviewer[] = [];
  const warnings: string[] = [];
  for (const handle of new Set([ownerHandle(after, key), ownerHandle(before, formerKey)])) {
    if (handle === undefined) continue;
    const [, first = "", team] = /^@([\w.-]+)(?:\/([\w.-]+))?$/.exec(handle) ?? [];
    if (first === "") warnings.push(`${handle} is not a GitHub account, so no review was requested from it`);
    else if (team === undefined) reviewers.push({ kind: "user", name: first });
    else if (first.toLowerCase() === organisation.toLowerCase()) reviewers.push({ kind: "team", name: team });
    else warnings.push(`${handle} is a team outside of ${organisation}, so no review was requested from it`);
  }
  return { reviewers, warnings };
}

function ownerHandle({ flags, config }: LoadedFlags, key: FlagKey): string | undefined {
  const owner = flags.find((flag) => flag.key === key)?.file.owner;
  return owner === undefined ? undefined : config?.owners.get(owner);
}
