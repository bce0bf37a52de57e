import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { countText, counted } from "../../core/text.ts";
import type { ManualChange } from "../../core/plan/manual-change.ts";
import { decidedByText } from "../../core/describe/decided-by.ts";
import { code } from "./escape.ts";
import type { Part } from "./shorten.ts";
import { changeText, detailsText, movedText, rowsText } from "./table.ts";
import {
  figureText,
  joined,
  keyText,
  lineText,
  moreText,
  nameText,
  pathText,
  sentenceText,
  toldEnvironments,
} from "./words.ts";
import { measuredText, peopleText } from "../../impact/people-text.ts";
import type { PopulationNote } from "../../impact/population.ts";
import type { ChangeKind } from "../../impact/change-kind.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";

/** What answers nobody otherwise: folded, but open where there is nothing else to see. */
export function noOpsPart(report: ChangeReport): Part {
  const flags = gathered(report, ({ kind }) => kind === "no-op");
  const isAll = toldEnvironments(report).every((each) => each.flags.every(({ kind }) => kind === "no-op"));
  const items = flags.map(({ flag, where }) => `- ${keyText(flag.key)} in ${where}: ${changeText(flag)}`);
  return {
    name: "changes that flip nobody",
    items: items.length,
    text: (shown) => {
      if (items.length === 0) return "";
      const summary = `${counted(items.length, "change")} that ${items.length === 1 ? "flips" : "flip"} nobody`;
      const listed = [...items.slice(0, shown), ...moreText(items.length - shown)];
      return shown === 0 ? `${summary}.` : detailsText(summary, listed.join("\n"), isAll);
    },
  };
}

/** Each flag as a sentence, before and after. */
export function wordsPart(report: ChangeReport): Part {
  const items = gathered(report, ({ before, after }) => before !== after).map(({ flag, where }) =>
    [
      `- ${keyText(flag.key)} in ${where}`,
      `  - **before** ${flag.before === null ? "it was not there" : sentenceText(flag.before)}`,
      `  - **after** ${flag.after === null ? "it is gone: programs get their fallback" : sentenceText(flag.after)}`,
    ].join("\n"),
  );
  return {
    name: "the flags in words",
    items: items.length,
    text: (shown) => (shown === 0 ? "" : detailsText("In words", items.slice(0, shown).join("\n"))),
  };
}

/** Which line moves how many from what to what. */
export function movesPart(report: ChangeReport): Part {
  const rows = rowsText(report, ({ key, flips }) =>
    flips.moves.map((move) =>
      [keyText(key), figureText(measuredText(move)), movedText(move), lineText(decidedByText(move.decidedBy))].join(
        " | ",
      ),
    ),
  );
  const head = ["| environment | flag | people | from → to | answered now by |", "|---|---|---|---|---|"];
  return {
    name: "who flips by which rule",
    items: rows.length,
    text: (shown) => (shown === 0 ? "" : detailsText("By rule", [...head, ...rows.slice(0, shown)].join("\n"))),
  };
}

/** What was looked at, and how the people were come by: what the figures above rest on. */
export function checksPart(report: ChangeReport): Part {
  const { checks, from, to } = report;
  const counts = [`${counted(checks.flags, "flag")} valid`, `${counted(checks.testsPassed, "test")} passed`];
  const lines = [
    `From ${placeText(from.ref, from.commit)} to ${to.commit === null ? lineText(to.name ?? "files not committed") : shaText(to.commit)}.`,
    ...toldEnvironments(report).map(environmentLine),
    ...(isEstimated(report) ? [populationText(report.population)] : []),
    ...kindsText(report),
  ];
  const body = lines.map((line) => `- ${line}`).join("\n");
  return { name: "checks", items: 1, text: (shown) => detailsText(`Checks: ${counts.join(", ")}`, shown ? body : "") };
}

/** Whether people had to be asked for any of the figures. */
function isEstimated({ environments }: ChangeReport): boolean {
  return environments.some(
    ({ flags, flipped }) => flipped.margin > 0 || flags.some(({ flips }) => flips.method !== "exact"),
  );
}

/** One flag that reads alike in several environments, told once. */
function gathered(
  report: ChangeReport,
  isWanted: (flag: FlagReport) => boolean,
): readonly { readonly flag: FlagReport; readonly where: string }[] {
  const found = new Map<string, { readonly flag: FlagReport; readonly names: readonly string[] }>();
  for (const { environment, flags } of toldEnvironments(report)) {
    for (const flag of flags.filter(isWanted)) {
      const { key, before, after, differences } = flag;
      const name = JSON.stringify([key, before, after, differences]);
      const names = found.get(name)?.names ?? [];
      found.set(name, { flag, names: [...names, nameText(environment)] });
    }
  }
  return [...found.values()].map(({ flag, names }) => ({ flag, where: joined(names) }));
}

function environmentLine({ environment, flipped, unchanged, manualChanges }: EnvironmentReport): string {
  const isNobody = flipped.share === 0 && flipped.margin === 0;
  const flips = isNobody
    ? "every flag answers everyone as before"
    : `at least one flag answers otherwise for ${figureText(peopleText(flipped))}`;
  const told = `${nameText(environment)}: ${flips}; ${counted(unchanged, "flag")} unchanged`;
  if (manualChanges === null) return `${told}.`;
  return `${told}; ${manualChanges.length === 0 ? "no manual changes of the table" : manualChangesText(manualChanges)}.`;
}

const MAX_MANUAL_CHANGES = 6;

function manualChangesText(changes: readonly ManualChange[]): string {
  const shown = changes.slice(0, MAX_MANUAL_CHANGES).map((change) => {
    const { key, by } = change;
    const who = by === undefined ? "" : `, ${lineText(`${by.changedBy} at ${minuteText(by.changedAt)}`)}`;
    return `${keyText(key)} ${lineText(manualChangeText(change))}${who}`;
  });
  const more = changes.length - shown.length;
  return `in the table ${[...shown, ...(more === 0 ? [] : [`${more} more`])].join("; ")}`;
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
      : `Figures that are not exact: of ${countText(size)} people made from the declared attributes${seed === null ? "" : ` (seed ${seed})`}; in 99 of 100 reports the truth is within what stands after ±.`;
  if (guessed.length === 0) return people;
  return `${people} How common values are is a guess for ${joined(guessed.map(nameText))}.`;
}

const KINDS: Readonly<Record<ChangeKind, string>> = {
  widen: "nobody loses what they have",
  narrow: "nobody gains",
  retarget: "some gain, some lose, or get something else",
  reshuffle: "people are dealt in another way and move for no visible reason",
  "no-op": "nobody is answered otherwise",
};

/** What the words in the last column mean, of those that stand there. */
function kindsText(report: ChangeReport): readonly string[] {
  const found = new Set(report.environments.flatMap(({ flags }) => flags.map(({ kind }) => kind)));
  found.delete("no-op");
  if (found.size === 0) return [];
  return [`${[...found].map((kind) => `**${kind}**: ${KINDS[kind]}`).join("; ")}.`];
}
