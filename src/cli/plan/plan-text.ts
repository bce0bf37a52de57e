import { differenceText } from "../../core/describe/describe-difference.ts";
import { manualChangeText, manualOutcomeText } from "../../core/describe/describe-manual-change.ts";
import type { Change } from "../../core/plan/change.ts";
import type { EditedBy, ManualChange } from "../../core/plan/manual-change.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { andText, countText } from "../../core/text.ts";
import { acknowledgeLine, isForFile, type Need, type PlanWithNeeds } from "../../impact/needs.ts";
import { NO_ENTRIES, rowEditor, type ManualEntries } from "../../sync/manual-changes.ts";
import { printNote, type Io, type Style, type View } from "../terminal/io.ts";
import type { NewEpoch } from "../../sync/new-epoch.ts";
import { agoText } from "../terminal/age.ts";
import { padded, widthOf } from "../terminal/layout.ts";
import { printable } from "../../core/printable.ts";

/** A plan, and what its text shows in addition. */
export interface PlanView extends View {
  readonly plan: PlanWithNeeds;
  /** Why the sync starts a new epoch; null, like the default, if it does not. */
  readonly newEpoch?: NewEpoch | null;
  /** Who changed the table manually; nobody unless given. */
  readonly manual?: ManualEntries;
  /** The database that the plan is for, if any. */
  readonly database?: string;
  /** Options that a printed command repeats. */
  readonly again?: { readonly intent: string };
  /** Replaces the line that says which two states the plan compares. */
  readonly title?: string;
}

/** The sign in front of each changed flag. */
export const SIGNS = { create: "+", update: "~", archive: "-", restore: "+" } as const;
/** The colour of each sign. */
export const COLOURS = { create: "green", update: "yellow", archive: "red", restore: "green" } as const;

/** Renders a plan: which states it compares, problems, changes, manual changes, counts, and how to acknowledge it. */
export function planText(view: PlanView): string {
  const { plan } = view;
  const keys = [
    ...[...plan.changes, ...plan.manualChanges].map(({ key }) => key),
    ...plan.unmanaged,
    ...plan.nothingToRelease,
  ];
  const width = Math.min(40, Math.max(0, ...keys.map((key) => key.length)));
  const blocks = [
    view.title ?? betweenText(plan) + (view.database === undefined ? "" : `\ndatabase ${view.database}`),
    view.newEpoch
      ? `! a new epoch begins, ${newEpochReason(view.newEpoch)}\n! ${newEpochLoss(plan.environment, "will end")}`
      : "",
    plan.problems.map((problem) => problemText(problem, view.style)).join("\n"),
    changesText(view, width),
    manualChangesText(view, width),
    countsText(plan),
    needsText({ ...plan, ...(view.again && { again: view.again }) }),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function betweenText({ environment, from, to, changes, problems, manualChanges }: Plan): string {
  const next = targetText(to);
  const revision = `revision ${from.revision}`;
  if (changes.length === 0 && problems.length === 0) {
    const except = manualChanges.length === 0 ? "" : ", apart from manual changes";
    return `No changes: ${environment} (revision ${from.revision}) already equals ${next}${except}.`;
  }
  if (from.revision === 0) return `${environment} has never been synced; this plan updates it to ${next}`;
  const at = from.commit === null ? revision : `${shortCommit(from.commit)} (${revision})`;
  return `${environment} is at ${at}; this plan updates it to ${next}`;
}

/** Says why a sync starts a new epoch. */
export function newEpochReason(epoch: NewEpoch): string {
  if (epoch.because === "asked") return "as --new-epoch asks";
  return `because a process reported revision ${epoch.reported}, which is ahead of the table: a backup was restored`;
}

/**
 * Says what a new epoch ends. The kills cannot be listed: neither the rows nor the audit of a restored table know them.
 *
 * @param ends  `will end` before the sync, `ended` after it
 */
export function newEpochLoss(environment: string, ends: "will end" | "ended"): string {
  const checks = `hoist status --env ${environment}, hoist log --env ${environment}`;
  return `manual changes and kills that the table no longer has, such as those made after a backup, ${ends} in every process and cannot be listed; compare what should be disabled with: ${checks}`;
}

function targetText({ commit }: Plan["to"]): string {
  return commit === null ? "the work tree" : shortCommit(commit);
}

/** Returns the two compared states, e.g. `origin/main (1a2b3c4) → the work tree`. */
export function comparedText(base: string, from: { readonly commit: string | null }, to: Plan["to"]): string {
  return `${base}${from.commit === null ? "" : ` (${shortCommit(from.commit)})`} → ${targetText(to)}`;
}

/** Renders what a branch changes in each environment. One line names the environments without changes. */
export function branchText(plans: readonly PlanWithNeeds[], base: string, style: Style): string {
  const changing = plans.filter(({ changes, problems }) => changes.length > 0 || problems.length > 0);
  const quiet = plans.filter((plan) => !changing.includes(plan)).map(({ environment }) => environment);
  const blocks = changing.map((plan) => {
    const title = `${plan.environment}: ${comparedText(base, plan.from, plan.to)}`;
    return planText({ plan, now: new Date(0), style, title });
  });
  if (quiet.length > 0) blocks.push(`Nothing changes in ${quiet.join(", ")} against ${base}.`);
  return blocks.join("\n\n");
}

/** Returns the first characters of a commit id. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

function changesText(view: PlanView, width: number): string {
  const changes = view.plan.changes.map((change) => [change, linesOf(change, view)] as const);
  const firsts = changes.map(([, [first = ""]]) => first.length).filter((length) => length <= MAX_ALIGNED);
  const widths = { key: width, line: Math.max(0, ...firsts) };
  return changes.map(([change, lines]) => changeText(change, lines, widths, view)).join("\n");
}

/** The longest line that is aligned. A longer one moves the name of its file to the right. */
const MAX_ALIGNED = 64;

/** Describes a change, one effect per line. The first line is printed beside the key. */
function linesOf(change: Change, { plan, manual = NO_ENTRIES, now, style }: PlanView): readonly string[] {
  const deletedBy = plan.putBack.includes(change.key) ? byWhom(rowEditor(change.key, manual), now) : "";
  const lines = change.differences.map((difference) => `${differenceText(difference)}${deletedBy}`);
  const needs = plan.needs.filter(({ key }) => key === change.key).map((need) => needText(need, style));
  return [
    ...(lines.length > 0
      ? lines
      : ["no visible change: the table already has these values; the sync only records them"]),
    ...needs,
  ];
}

function changeText(
  change: Change,
  [first = "", ...rest]: readonly string[],
  widths: { readonly key: number; readonly line: number },
  { style, columns = Infinity }: View,
): string {
  const file = change.path === null || change.action === "archive" ? "" : style("dim", printable(change.path));
  const sign = style(COLOURS[change.action], SIGNS[change.action]);
  const start = `${sign} ${padded(change.key, widths.key)}  `;
  const head = `${start}${padded(first, widths.line)}   ${file}`.trimEnd();
  // The file is printed beside the first line, or below all lines when the terminal is too narrow.
  const isBeside = widthOf(head) <= columns;
  const below = [...rest, ...(isBeside || file === "" ? [] : [file])];
  return [isBeside ? head : start + first, ...below.map((line) => " ".repeat(widths.key + 4) + line)].join("\n");
}

/** Renders the manual changes with their outcome, the rows without a file, and the flags with nothing to release. */
function manualChangesText({ plan, manual = NO_ENTRIES, now, style }: PlanView, width: number): string {
  const line = (key: string, text: string) => `${style("yellow", "!")} ${padded(key, width)}  ${text}`;
  const changes = plan.manualChanges.map((change) => line(change.key, manualChangeLine(change, now)));
  const rows = plan.unmanaged.map((key) => {
    return line(key, `inserted manually${byWhom(rowEditor(key, manual), now)}; served, although it has no file`);
  });
  const released = plan.nothingToRelease.map((key) => line(key, nothingToReleaseText(key, plan)));
  return [...changes, ...rows, ...released].join("\n");
}

/** Says why a flag that was to be released has nothing to undo. */
export function nothingToReleaseText(key: string, { unmanaged }: Plan): string {
  if (unmanaged.includes(key)) return "nothing to release: the row was inserted manually, and git has no file for it";
  return "nothing to release: it has no manual changes";
}

/** Renders a manual change, e.g. `disabled manually 3 h ago by deploy@ops; stays disabled until released`. */
export function manualChangeLine(change: ManualChange, now: Date): string {
  return `${manualChangeText(change)}${byWhom(change.by, now)}; ${manualOutcomeText(change)}`;
}

/** Renders an acknowledgement that is needed or given. */
export function needText({ acknowledged, text }: Need, style: Style): string {
  return acknowledged ? `acknowledged: ${text}` : style("yellow", `needs acknowledgement: ${text}`);
}

/** Returns who changed a flag and when, e.g. ` 3 h ago by deploy@ops`; "" when the audit does not contain it. */
export function byWhom(entry: EditedBy | undefined, now: Date): string {
  if (entry === undefined) return "";
  const note = entry.notes === null || entry.notes === "" ? "" : ` (${entry.notes})`;
  return printable(` ${agoText(entry.changedAt, now)} by ${entry.changedBy}${note}`);
}

/** The words for changes that have not been made yet. */
export const TO_DO = { create: "to create", update: "to update", restore: "to restore", archive: "to archive" };

/** Counts changes by their action, in the order of `words`: `2 to create`. Actions without changes are left out. */
export function actionCounts<Action extends string>(
  changes: readonly { readonly action: Action }[],
  words: Readonly<Record<Action, string>>,
): readonly string[] {
  return Object.entries<string>(words).flatMap(([action, what]) => {
    const count = changes.filter((each) => each.action === action).length;
    return count === 0 ? [] : [`${count} ${what}`];
  });
}

function countsText({ changes, unchanged, manualChanges, unmanaged }: Plan): string {
  const staying = new Set(manualChanges.filter(({ outcome }) => outcome === "stays").map(({ key }) => key)).size;
  const notes = [
    staying > 0 ? `${staying} changed manually` : "",
    unmanaged.length > 0 ? `${unmanaged.length} unmanaged` : "",
  ];
  const counts = actionCounts(changes, TO_DO);
  return [[...counts, `${unchanged} unchanged`].join(", "), ...notes.filter((note) => note !== "")].join(" · ");
}

/** Renders a problem that prevents a sync. */
export function problemText({ key, path, message, hint }: Plan["problems"][number], style: Style): string {
  return `${path}: ${style("red", "error")}  ${key}: ${message}\n       ${hint}`;
}

/** The parts of a plan, or of an environment in a report, that {@link needsText} reads. */
export interface NeedsView extends Pick<PlanWithNeeds, "environment" | "needs"> {
  readonly changes: readonly Pick<Change, "key" | "path">[];
  /** Options that the printed command repeats. */
  readonly again?: { readonly intent: string };
}

/** Returns the exact lines that acknowledge what is not acknowledged yet. */
export function needsText({ needs, changes, environment, again }: NeedsView): string {
  const open = needs.filter(({ acknowledged }) => !acknowledged);
  const pathOf = (key: string | null) => changes.find((change) => change.key === key)?.path ?? "the flag's file";
  const inFiles = new Map(open.filter(isForFile).map(({ key, id }) => [key, id]));
  const lines = [...inFiles].map(
    ([key, id]) => `To acknowledge ${key}, add to ${pathOf(key)}:\n  ${acknowledgeLine({ [environment]: id })}`,
  );
  const ofPlan = open.filter((need) => !isForFile(need));
  const [first] = ofPlan;
  if (first !== undefined) {
    const why = ofPlan.map(({ key, text }) => (key === null ? text : `${key}: ${text}`)).join("; ");
    const command = `hoist sync --env ${environment}${again?.intent ?? ""} --acknowledge ${first.id}`;
    lines.push(`To acknowledge the plan (${why}):\n  ${command}`);
  }
  return lines.join("\n");
}

/**
 * Notes that files with uncommitted changes are not part of a result.
 *
 * @param result  what was made without them
 */
export function noteUncommitted(io: Io, uncommitted: readonly string[], result: "plan" | "comparison"): void {
  if (uncommitted.length === 0) return;
  const differ = uncommitted.length === 1 ? "1 file differs" : `${countText(uncommitted.length)} files differ`;
  const they = uncommitted.length === 1 ? "it is" : "they are";
  const remedy = result === "plan" ? "commit first" : "commit first, or add --work-tree";
  printNote(
    io,
    `${differ} from HEAD: ${andText(uncommitted, 4)}; ${they} not part of this ${result} (to include changes, ${remedy})`,
  );
}
