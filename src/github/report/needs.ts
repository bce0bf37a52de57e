import { acknowledgeLine, isForFile } from "../../impact/needs.ts";
import { fenced } from "./escape.ts";
import type { Part } from "./shorten.ts";
import { detailsText } from "./table.ts";
import { joined, keyText, lineText, moreText, nameText, pathText, toldEnvironments } from "./words.ts";
import type { ChangeReport, EnvironmentReport } from "../../impact/report.ts";

/** What no acknowledgement lifts: the first thing to mend. */
export function problemsPart(report: ChangeReport): Part {
  const lines = toldEnvironments(report).flatMap(({ environment, problems }) =>
    problems.map(
      ({ path, message, hint }) =>
        `${pathText(path)} in ${nameText(environment)}: ${lineText(message)}. ${lineText(hint)}`,
    ),
  );
  return {
    name: "problems",
    items: lines.length,
    text: (shown) => {
      if (shown === 0) return "";
      const listed = [...lines.slice(0, shown).map((line) => `- ${line}`), ...moreText(lines.length - shown)];
      return ["[!CAUTION]", "**Cannot be synced**, whatever is acknowledged:", "", ...listed]
        .map((line) => `> ${line}`.trimEnd())
        .join("\n");
    },
  };
}

/** What still has to be acknowledged, with the lines that do it: one block a file, one for a whole plan. */
export function needsPart(report: ChangeReport): Part {
  const told = toldEnvironments(report);
  // The plan's first: it is one line, and the gravest.
  const blocks = [...told.flatMap(planBlock), ...fileBlocks(report)];
  const open = told.filter(({ needs }) => needs.some(({ acknowledged }) => !acknowledged));
  const where = joined(open.map(({ environment }) => nameText(environment)));
  const head = `> [!IMPORTANT]\n> **Needs acknowledgement**: the sync to ${where} refuses this until somebody says that it is meant.`;
  return {
    name: "the lines that acknowledge",
    items: blocks.length,
    text: (shown) => {
      if (blocks.length === 0) return "";
      const more = blocks.length - shown;
      const folded = blocks.slice(MOST_OPEN, shown);
      const rest = [
        ...(folded.length === 0 ? [] : [detailsText(`${folded.length} more to acknowledge`, folded.join("\n\n"))]),
        ...(more === 0 ? [] : [`… and ${more} more to acknowledge: \`hoist plan\` prints every line.`]),
      ];
      return [head, ...blocks.slice(0, Math.min(shown, MOST_OPEN)), ...rest].join("\n\n");
    },
  };
}

/** More are folded away. */
const MOST_OPEN = 5;

interface InFile {
  /** By environment, in the order of promotion; those that are acknowledged already too, as one line holds all of them. */
  readonly ids: Record<string, string>;
  readonly reasons: Map<string, string[]>;
}

function fileBlocks(report: ChangeReport): readonly string[] {
  const files = new Map<string, InFile>();
  for (const { environment, flags } of report.environments) {
    for (const { key, path, needs } of flags) {
      for (const need of needs.filter(isForFile)) {
        const file = path ?? `the file of ${key}`;
        const inFile = files.get(file) ?? { ids: {}, reasons: new Map<string, string[]>() };
        files.set(file, inFile);
        inFile.ids[environment] = need.id;
        if (need.acknowledged) continue;
        inFile.reasons.set(need.text, [...(inFile.reasons.get(need.text) ?? []), environment]);
      }
    }
  }
  return [...files].flatMap(([file, { ids, reasons }]) => {
    if (reasons.size === 0) return [];
    const why = [...reasons].map(([text, where]) => `${lineText(text)} (${joined(where.map(nameText))})`);
    const line = fenced([acknowledgeLine(ids)], "yaml");
    return [`Because ${joined(why)}, add to ${pathText(file)}, with your reason:\n\n${line}`];
  });
}

function planBlock({ environment, needs }: EnvironmentReport): readonly string[] {
  const open = needs.filter((need) => !need.acknowledged && !isForFile(need));
  const [first] = open;
  if (first === undefined) return [];
  const keys = new Map<string, string[]>();
  for (const { key, text } of open) {
    keys.set(text, [...(keys.get(text) ?? []), ...(key === null ? [] : [keyText(key)])]);
  }
  const why = [...keys].map(([text, of]) => (of.length === 0 ? lineText(text) : `${lineText(text)}: ${joined(of)}`));
  const line = fenced([`hoist sync --env ${environment} --acknowledge ${first.id}`], "sh");
  return [`For the whole plan of ${nameText(environment)} (${why.join("; ")}), after the merge:\n\n${line}`];
}

/** What is dangerous and was said yes to: a reviewer judges whether it should have been. */
export function acknowledgedPart(report: ChangeReport): Part {
  const lines = toldEnvironments(report).flatMap(({ environment, needs }) =>
    needs
      .filter(({ acknowledged }) => acknowledged)
      .map(({ key, text }) => {
        const what = key === null ? "the whole plan" : keyText(key);
        return `- ${what} in ${nameText(environment)}: ${lineText(text)}`;
      }),
  );
  return listPart("acknowledged", "**Acknowledged**, so that it will be synced:", lines);
}

/** What to know before merging. */
export function warningsPart(report: ChangeReport): Part {
  const warnings = new Map<string, { readonly key: string; readonly text: string; readonly where: string[] }>();
  for (const { environment, flags } of toldEnvironments(report)) {
    for (const { key, warnings: said } of flags) {
      for (const { text } of said) {
        const id = JSON.stringify([key, text]);
        const warning = warnings.get(id) ?? { key, text, where: [] };
        warnings.set(id, { ...warning, where: [...warning.where, nameText(environment)] });
      }
    }
  }
  const lines = [...warnings.values()].map(
    ({ key, text, where }) => `- ${keyText(key)} in ${joined(where)}: ${lineText(text)}`,
  );
  return listPart("warnings", "**Worth knowing** before merging:", lines);
}

function listPart(name: string, head: string, lines: readonly string[]): Part {
  return {
    name,
    items: lines.length,
    text: (shown) =>
      shown === 0 ? "" : [head, "", ...lines.slice(0, shown), ...moreText(lines.length - shown)].join("\n"),
  };
}
