import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { countText, counted } from "../../core/text.ts";
import type { ManualChange } from "../../core/plan/manual-change.ts";
import { decidedByText } from "../../core/describe/decided-by.ts";
import { code } from "./escape.ts";
import type { Part } from "./shorten.ts";
import { changeText, movedText, rowsText } from "./table.ts";
import {
  changedEnvironments,
  detailsText,
  figureText,
  firstOf,
  joined,
  keyText,
  lineText,
  listText,
  nameText,
  pathText,
  sharedTexts,
  tableText,
} from "./words.ts";
import { measuredText, peopleText } from "../../impact/people-text.ts";
import type { PopulationNote } from "../../impact/population.ts";
import type { ChangeKind } from "../../impact/change-kind.ts";
import type { ChangeReport, EnvironmentReport } from "../../impact/report.ts";

/** Lists the changes that change no answer. The list is open when there are no other changes. */
export function noOpsPart(report: ChangeReport): Part {
  const changes = sharedTexts(report, (flag) => (flag.kind === "no-op" ? [changeText(flag)] : []));
  const items = changes.map(({ key, where, text }) => `${key} in ${joined(where)}: ${text}`);
  const isAll = report.environments.every(({ flags }) => flags.every(({ kind }) => kind === "no-op"));
  const summary = `${counted(items.length, "change")} without effect on answers`;
  return {
    name: "changes without effect",
    items: items.length,
    text: (shown) => {
      if (items.length === 0) return "";
      return shown === 0 ? `${summary}.` : detailsText(summary, listText(items, shown), isAll);
    },
  };
}

/** Describes each changed flag in sentences, before and after. */
export function wordsPart(report: ChangeReport): Part {
  const flags = sharedTexts(report, ({ before, after }) => {
    if (before === after) return [];
    const was = before === null ? "it did not exist" : lineText(before, MAX_SENTENCE);
    const is = after === null ? "it is gone: programs get its fallback" : lineText(after, MAX_SENTENCE);
    return [`  - **before** ${was}\n  - **after** ${is}`];
  });
  const items = flags.map(({ key, where, text }) => `${key} in ${joined(where)}\n${text}`);
  return {
    name: "the flags in words",
    items: items.length,
    text: (shown) => (shown === 0 ? "" : detailsText("In words", listText(items))),
  };
}

const MAX_SENTENCE = 800;

/** Shows how many people each rule moves from which variant to which. */
export function movesPart(report: ChangeReport): Part {
  const rows = rowsText(report, ({ key, flips }) =>
    flips.moves.map((move) => [
      keyText(key),
      figureText(measuredText(move)),
      movedText(move),
      lineText(decidedByText(move.decidedBy)),
    ]),
  );
  const table = tableText(["environment", "flag", "people", "from → to", "answered now by"], rows);
  return {
    name: "who flips by which rule",
    items: rows.length,
    text: (shown) => (shown === 0 ? "" : detailsText("By rule", table)),
  };
}

/** Says what was compared and checked, and how the figures of the report were obtained. */
export function checksPart(report: ChangeReport): Part {
  const { checks, from, to } = report;
  const counts = [`${counted(checks.flags, "flag")} valid`, `${counted(checks.testsPassed, "test")} passed`];
  const lines = [
    `From ${placeText(from.ref, from.commit)} to ${to.commit === null ? lineText(to.name ?? "files not committed") : shaText(to.commit)}.`,
    ...changedEnvironments(report).map(environmentLine),
    ...(isEstimated(report) ? [populationText(report.population)] : []),
    ...kindsText(report),
  ];
  const summary = `Checks: ${counts.join(", ")}`;
  return { name: "checks", items: 1, text: (shown) => detailsText(summary, shown === 0 ? "" : listText(lines)) };
}

/** Whether any of the figures is an estimate. */
function isEstimated({ environments }: ChangeReport): boolean {
  return environments.some(
    ({ flags, flipped }) => flipped.margin > 0 || flags.some(({ flips }) => flips.method !== "exact"),
  );
}

function environmentLine({ environment, flipped, unchanged, manualChanges }: EnvironmentReport): string {
  const isNobody = flipped.share === 0 && flipped.margin === 0;
  const flips = isNobody ? "no answer changes" : `an answer changes for ${figureText(peopleText(flipped))}`;
  const line = `${nameText(environment)}: ${flips}; ${counted(unchanged, "flag")} unchanged`;
  if (manualChanges === null) return `${line}.`;
  return `${line}; ${manualChanges.length === 0 ? "no manual changes of the table" : manualChangesText(manualChanges)}.`;
}

const MAX_MANUAL_CHANGES = 6;

function manualChangesText(changes: readonly ManualChange[]): string {
  const texts = changes.map((change) => {
    const { key, by } = change;
    const who = by === undefined ? "" : `, ${lineText(`${by.changedBy} at ${minuteText(by.changedAt)}`)}`;
    return `${keyText(key)} ${lineText(manualChangeText(change))}${who}`;
  });
  return `in the table ${firstOf(texts, MAX_MANUAL_CHANGES, (rest) => `${rest} more`).join("; ")}`;
}

/** `2026-11-18 03:12 UTC` of an ISO 8601 moment in UTC. */
function minuteText(moment: string): string {
  return moment.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/, "$1 $2 UTC");
}

function placeText(ref: string, commit: string | null): string {
  return commit === null || commit === ref ? pathText(ref) : `${pathText(ref)} (${shaText(commit)})`;
}

function shaText(commit: string): string {
  return code(commit.slice(0, 7));
}

function populationText({ source, size, seed, file, guessed }: PopulationNote): string {
  const people =
    source === "file"
      ? `Figures that are not exact: of ${countText(size)} contexts${file === null ? "" : ` in ${pathText(file)}`}.`
      : `Figures that are not exact: of ${countText(size)} people generated from the declared attributes${seed === null ? "" : ` (seed ${seed})`}; in 99 of 100 reports the truth is within what stands after ±.`;
  if (guessed.length === 0) return people;
  return `${people} How common values are is a guess for ${joined(guessed.map(nameText))}.`;
}

const KINDS: Readonly<Record<ChangeKind, string>> = {
  widen: "nobody loses what they have",
  narrow: "nobody gains anything",
  retarget: "some gain, some lose, or get something else",
  reshuffle: "subjects are assigned to other buckets or variants",
  "no-op": "no answer changes",
};

/** Explains the kinds of change that the report contains. */
function kindsText(report: ChangeReport): readonly string[] {
  const found = new Set(report.environments.flatMap(({ flags }) => flags.map(({ kind }) => kind)));
  found.delete("no-op");
  if (found.size === 0) return [];
  return [`${[...found].map((kind) => `**${kind}**: ${KINDS[kind]}`).join("; ")}.`];
}
