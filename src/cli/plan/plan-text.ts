import { acknowledgeLine, isForFile, type PlanWithNeeds } from "../../impact/needs.ts";
import type { Change, EditedBy, HeldEdit } from "../../core/plan/change.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { AuditEntry } from "../../store/store.ts";
import type { Style } from "../terminal/io.ts";
import { agoText } from "../terminal/age.ts";
import { padded, widthOf } from "../terminal/table.ts";

export interface PlanView {
  readonly plan: PlanWithNeeds;
  /** For each flag that was ever written by hand, the newest such entry. */
  readonly handEdits: ReadonlyMap<string, AuditEntry>;
  readonly now: Date;
  readonly style: Style;
  /** Of the terminal; undefined where lines may have any length. */
  readonly columns?: number | undefined;
  /** Which database the plan is for, where it is for one. */
  readonly database?: string;
  /** What a printed command has to say again. */
  readonly again?: { readonly intent: string };
  /** In place of the line that says which revision of which table the plan starts from. */
  readonly title?: string;
}

export const SIGNS = { create: "+", update: "~", archive: "-", restore: "+" } as const;
export const COLOURS = { create: "green", update: "yellow", archive: "red", restore: "green" } as const;

/** A plan for people: between which states, what changes, what was done by hand, the counts. */
export function planText(view: PlanView): string {
  const { plan } = view;
  const keys = [...plan.changes.map(({ key }) => key), ...plan.handEdits.map(({ key }) => key), ...plan.unmanaged];
  const width = Math.min(40, Math.max(0, ...keys.map((key) => key.length)));
  const blocks = [
    view.title ?? headText(view),
    plan.problems.map((problem) => problemText(problem, view.style)).join("\n"),
    changesText(view, width),
    byHandText(view, width),
    countsText(plan),
    needsText({ ...plan, ...(view.again && { again: view.again }) }),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function headText({ plan, database }: PlanView): string {
  return database === undefined ? betweenText(plan) : `${betweenText(plan)}\ndatabase ${database}`;
}

function betweenText({ environment, from, to, changes, problems, handEdits }: Plan): string {
  const next = to.commit === null ? "the work tree" : shortCommit(to.commit);
  const revision = `revision ${from.revision}`;
  if (changes.length === 0 && problems.length === 0) {
    const but = handEdits.length === 0 ? "" : ", but for what was written by hand";
    return `No changes: ${environment} (${revision}) already says what ${next} says${but}.`;
  }
  if (from.revision === 0) return `${environment} has never been synced, this plan takes it to ${next}`;
  const at = from.commit === null ? revision : `${shortCommit(from.commit)} (${revision})`;
  return `${environment} is at ${at}, this plan takes it to ${next}`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

interface ToldChange {
  readonly change: Change;
  /** What it means, one line each; the first stands beside the key. */
  readonly lines: readonly string[];
}

function changesText(view: PlanView, width: number): string {
  const { plan, style } = view;
  const told = plan.changes.map((change) => ({ change, lines: linesOf(change, view) }));
  const firsts = told.map(({ lines: [first = ""] }) => first.length).filter((length) => length <= WIDEST_LINE);
  const place = Math.max(0, ...firsts);
  return told.map((each) => changeText(each, { width, place, style, columns: view.columns ?? Infinity })).join("\n");
}

/** Longer lines push their file's name further right than the others'. */
const WIDEST_LINE = 64;

function linesOf(change: Change, { plan, handEdits, now, style }: PlanView): readonly string[] {
  const deletedBy = plan.putBack.includes(change.key) ? byWhom(handEdits.get(change.key), now) : "";
  const told = change.differences.map(({ text }) => `${text}${deletedBy}`);
  const needs = plan.needs
    .filter(({ key }) => key === change.key)
    .map(({ acknowledged, text }) =>
      acknowledged ? `acknowledged: ${text}` : style("yellow", `needs acknowledgement: ${text}`),
    );
  return [...(told.length > 0 ? told : ["recorded: the table says so already"]), ...needs];
}

function changeText(
  { change, lines }: ToldChange,
  { width, place, style, columns }: { width: number; place: number; style: Style; columns: number },
): string {
  const [first = "", ...rest] = lines;
  const file = change.path === null || change.action === "archive" ? "" : style("dim", change.path);
  const sign = style(COLOURS[change.action], SIGNS[change.action]);
  const start = `${sign} ${padded(change.key, width)}  `;
  const head = `${start}${padded(first, place)}   ${file}`.trimEnd();
  // Beside what it means, or below all of it where a terminal would break its name.
  const isBeside = widthOf(head) <= columns;
  const below = [...rest, ...(isBeside || file === "" ? [] : [file])];
  return [isBeside ? head : start + first, ...below.map((line) => " ".repeat(width + 4) + line)].join("\n");
}

/** What was written by hand, and what becomes of it; rows that no file stands for. */
function byHandText({ plan, handEdits, now, style }: PlanView, width: number): string {
  const sign = style("yellow", "!");
  const edits = plan.handEdits.map(
    (edit) => `${sign} ${padded(edit.key, width)}  ${edit.text}${byWhom(edit.by, now)}: ${fate(edit)}`,
  );
  const rows = plan.unmanaged.map(
    (key) =>
      `${sign} ${padded(key, width)}  inserted by hand${byWhom(handEdits.get(key), now)}: served, no file stands for it`,
  );
  return [...edits, ...rows].join("\n");
}

/** ` 3 h ago by deploy@ops`, or nothing where the audit does not tell. */
export function byWhom(entry: EditedBy | undefined, now: Date): string {
  if (entry === undefined) return "";
  const note = entry.notes === null || entry.notes === "" ? "" : ` (${entry.notes})`;
  return ` ${agoText(entry.changedAt, now)} by ${entry.changedBy}${note}`;
}

/** What becomes of what was written by hand. */
export function fate({ outcome, group, text }: HeldEdit): string {
  if (outcome === "undone") return "undone";
  if (outcome === "overwritten") return "overwritten, git changed it too; the old row is in the audit";
  return group === "enabled" && text.startsWith("disabled")
    ? "stays off, whatever git says"
    : "stays, git did not touch it";
}

function countsText({ changes, unchanged, handEdits, unmanaged }: Plan): string {
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  const parts = [
    [count("create"), "to create"],
    [count("update"), "to update"],
    [count("restore"), "to restore"],
    [count("archive"), "to archive"],
  ] as const;
  const told = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const held = new Set(handEdits.filter(({ outcome }) => outcome === "stays").map(({ key }) => key)).size;
  const notes = [held > 0 ? `${held} held by hand` : "", unmanaged.length > 0 ? `${unmanaged.length} unmanaged` : ""];
  return [[...told, `${unchanged} unchanged`].join(", "), ...notes.filter((note) => note !== "")].join(" · ");
}

export function problemText({ key, path, message, hint }: Plan["problems"][number], style: Style): string {
  return `${path}: ${style("red", "error")}  ${key}: ${message}\n       ${hint}`;
}

/** What {@link needsText} asks of a plan, or of the report of one environment. */
export interface NeedsView extends Pick<PlanWithNeeds, "environment" | "needs"> {
  readonly changes: readonly Pick<Change, "key" | "path">[];
  /** What the printed command has to say again. */
  readonly again?: { readonly intent: string };
}

/** For everything that still has to be acknowledged, the exact line that does it. */
export function needsText({ needs, changes, environment, again }: NeedsView): string {
  const open = needs.filter(({ acknowledged }) => !acknowledged);
  const pathOf = (key: string | null) => changes.find((change) => change.key === key)?.path ?? "the flag's file";
  const inFiles = new Map(open.filter(isForFile).map(({ key, id }) => [key, id]));
  const lines = [...inFiles].map(
    ([key, id]) => `To acknowledge ${key}, add to ${pathOf(key)}:\n  ${acknowledgeLine({ [environment]: id })}`,
  );
  const whole = open.find((need) => !isForFile(need));
  if (whole !== undefined) {
    const why = open
      .filter((need) => !isForFile(need))
      .map(({ key, text }) => (key === null ? text : `${key}: ${text}`));
    lines.push(
      `To acknowledge the plan (${why.join("; ")}):\n  hoist sync --env ${environment}${again?.intent ?? ""} --acknowledge ${whole.id}`,
    );
  }
  return lines.join("\n");
}
