import { editorText, manualChangeText } from "../../core/describe/describe-manual-change.ts";
import { countText, counted } from "../../core/text.ts";
import type { ManualChange } from "../../core/plan/manual-change.ts";
import { decidedByText } from "../../core/describe/decided-by.ts";
import { acknowledgeLine, isForFile } from "../../impact/needs.ts";
import { code, fenced } from "./escape.ts";
import type { Part } from "./shorten.ts";
import { changeText, movedText, rowsText } from "./table.ts";
import {
  alertText,
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
import { measuredText, percentText } from "../../impact/people-text.ts";
import { isNobody, shareText } from "./share-text.ts";
import type { PopulationNote } from "../../impact/population.ts";
import type { ChangeKind } from "../../impact/change-kind.ts";
import type { ChangeReport, EnvironmentReport } from "../../impact/report.ts";

/** Lists problems that no acknowledgement resolves. */
export function problemsPart(report: ChangeReport): Part {
  const problems = changedEnvironments(report).flatMap((each) =>
    each.problems.map(({ path, message, hint }) => {
      return `${pathText(path)} in ${nameText(each.environment)}: ${lineText(message)}. ${lineText(hint)}`;
    }),
  );
  const head = "**Cannot be synced**, even with an acknowledgement:";
  return {
    name: "problems",
    items: problems.length,
    text: (shown) => (shown === 0 ? "" : alertText("CAUTION", `${head}\n\n${listText(problems, shown)}`)),
  };
}

/** Shows what needs acknowledgement, with the lines that acknowledge it: one block for each plan and each file. */
export function needsPart(report: ChangeReport): Part {
  const changed = changedEnvironments(report);
  // A plan's block has one line and concerns most flags, so it comes first.
  const blocks = [...changed.flatMap(planBlock), ...fileBlocks(report)];
  const open = changed.filter(({ needs }) => needs.some(({ acknowledged }) => !acknowledged));
  const where = joined(open.map(({ environment }) => nameText(environment)));
  const head = alertText(
    "IMPORTANT",
    `**Needs acknowledgement**: the sync to ${where} refuses this until it is acknowledged.`,
  );
  return {
    name: "the acknowledgement lines",
    items: blocks.length,
    text: (shown) => {
      if (blocks.length === 0) return "";
      const more = blocks.length - shown;
      const folded = blocks.slice(MAX_OPEN, shown);
      const rest = [
        ...(folded.length === 0 ? [] : [detailsText(`${folded.length} more to acknowledge`, folded.join("\n\n"))]),
        ...(more === 0 ? [] : [`… and ${more} more to acknowledge: \`hoist plan\` prints every line.`]),
      ];
      return [head, ...blocks.slice(0, Math.min(shown, MAX_OPEN)), ...rest].join("\n\n");
    },
  };
}

/** The maximum number of blocks that are shown unfolded. */
const MAX_OPEN = 5;

function fileBlocks({ environments }: ChangeReport): readonly string[] {
  const all = environments.flatMap(({ environment, flags }) =>
    flags.flatMap(({ key, path, needs }) =>
      needs.filter(isForFile).map((need) => ({ ...need, environment, file: path ?? `the file of ${key}` })),
    ),
  );
  return [...Map.groupBy(all, ({ file }) => file)].flatMap(([file, needs]) => {
    const reasons = Map.groupBy(
      needs.filter(({ acknowledged }) => !acknowledged),
      ({ text }) => text,
    );
    if (reasons.size === 0) return [];
    const why = [...reasons].map(([text, same]) => {
      return `${lineText(text)} (${joined(same.map(({ environment }) => nameText(environment)))})`;
    });
    // One line contains all environments, in the order of promotion, including those that are already acknowledged.
    const ids = Object.fromEntries(needs.map(({ environment, id }) => [environment, id]));
    const line = fenced([acknowledgeLine(ids)], "yaml");
    return [`Because ${joined(why)}, add to ${pathText(file)}, with your reason:\n\n${line}`];
  });
}

function planBlock({ environment, needs }: EnvironmentReport): readonly string[] {
  const open = needs.filter((need) => !need.acknowledged && !isForFile(need));
  const [first] = open;
  if (first === undefined) return [];
  const why = [...Map.groupBy(open, ({ text }) => text)].map(([text, same]) => {
    const keys = same.flatMap(({ key }) => (key === null ? [] : [keyText(key)]));
    return keys.length === 0 ? lineText(text) : `${lineText(text)}: ${joined(keys)}`;
  });
  const line = fenced([`hoist sync --env ${environment} --acknowledge ${first.id}`], "sh");
  return [`For the whole plan of ${nameText(environment)} (${why.join("; ")}), after the merge:\n\n${line}`];
}

/** Lists what is dangerous and was acknowledged, so that reviewers can judge whether it should be. */
export function acknowledgedPart(report: ChangeReport): Part {
  const items = changedEnvironments(report).flatMap(({ environment, needs }) =>
    needs
      .filter(({ acknowledged }) => acknowledged)
      .map(({ key, text }) => {
        const what = key === null ? "the whole plan" : keyText(key);
        return `${what} in ${nameText(environment)}: ${lineText(text)}`;
      }),
  );
  return listPart("acknowledged", "**Acknowledged**; the sync accepts this:", items);
}

/** Lists what to know before merging. */
export function warningsPart(report: ChangeReport): Part {
  const warnings = sharedTexts(report, (flag) => flag.warnings.map(({ text }) => lineText(text)));
  const items = warnings.map(({ key, text, where }) => `${key} in ${joined(where)}: ${text}`);
  return listPart("warnings", "**Worth knowing** before merging:", items);
}

function listPart(name: string, head: string, items: readonly string[]): Part {
  const text = (shown: number) => (shown === 0 ? "" : `${head}\n\n${listText(items, shown)}`);
  return { name, items: items.length, text };
}

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
    const is = after === null ? "it does not exist: programs get its fallback" : lineText(after, MAX_SENTENCE);
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
      flips.guessed.length > 0 ? `${figureText(percentText(move.share))} (a guess)` : figureText(measuredText(move)),
      movedText(move),
      lineText(decidedByText(move.decidedBy)),
    ]),
  );
  const table = tableText(["environment", "flag", "people", "from → to", "now decided by"], rows);
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
    `From ${placeText(from.ref, from.commit)} to ${to.commit === null ? lineText(to.name ?? "uncommitted files") : shaText(to.commit)}.`,
    ...changedEnvironments(report).map(environmentLine),
    ...(isEstimated(report) ? [populationText(report.population)] : []),
    ...kindsText(report),
  ];
  const summary = `Checks: ${counts.join(", ")}`;
  return { name: "checks", items: 1, text: (shown) => detailsText(summary, shown === 0 ? "" : listText(lines)) };
}

/** Returns whether any of the figures is an estimate. */
function isEstimated({ environments }: ChangeReport): boolean {
  return environments.some(
    ({ flags, flipped }) => flipped.margin > 0 || flags.some(({ flips }) => flips.method !== "exact"),
  );
}

function environmentLine(report: EnvironmentReport): string {
  const { environment, unchanged, manualChanges } = report;
  const flips = isNobody(report) ? "no answer changes" : `an answer changes for ${shareText(report)}`;
  const line = `${nameText(environment)}: ${flips}; ${counted(unchanged, "flag")} unchanged`;
  if (manualChanges === null) return `${line}.`;
  return `${line}; ${manualChanges.length === 0 ? "no manual changes to the table" : manualChangesText(manualChanges)}.`;
}

const MAX_MANUAL_CHANGES = 6;

function manualChangesText(changes: readonly ManualChange[]): string {
  const texts = changes.map((change) => {
    const { key, by } = change;
    const who = by === undefined ? "" : ` (${lineText(editorText(by))})`;
    return `${keyText(key)} ${lineText(manualChangeText(change))}${who}`;
  });
  return `in the table ${firstOf(texts, MAX_MANUAL_CHANGES, (rest) => `${rest} more`).join("; ")}`;
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
      ? `Figures that are not exact are based on ${countText(size)} contexts${file === null ? "" : ` in ${pathText(file)}`}.`
      : `Figures that are not exact are based on ${countText(size)} people generated from the declared attributes${seed === null ? "" : ` (seed ${seed})`}; in 99 of 100 reports, the true figure is within the margin after ±.`;
  if (guessed.length === 0) return people;
  return `${people} The frequency of values is a guess for ${joined(guessed.map(nameText))}.`;
}

const KINDS: Readonly<Record<ChangeKind, string>> = {
  widen: "nobody loses what they have",
  narrow: "nobody gains anything",
  retarget: "some people gain something, some lose something, and some get a different variant",
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
