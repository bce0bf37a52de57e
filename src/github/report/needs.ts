import { acknowledgeLine, isForFile } from "../../impact/needs.ts";
import { fenced } from "./escape.ts";
import type { Part } from "./shorten.ts";
import {
  alertText,
  changedEnvironments,
  detailsText,
  joined,
  keyText,
  lineText,
  listText,
  nameText,
  pathText,
  sharedTexts,
} from "./words.ts";
import type { ChangeReport, EnvironmentReport } from "../../impact/report.ts";

/** Lists problems that no acknowledgement lifts. */
export function problemsPart(report: ChangeReport): Part {
  const problems = changedEnvironments(report).flatMap((each) =>
    each.problems.map(({ path, message, hint }) => {
      return `${pathText(path)} in ${nameText(each.environment)}: ${lineText(message)}. ${lineText(hint)}`;
    }),
  );
  const head = "**Cannot be synced**, whatever is acknowledged:";
  return {
    name: "problems",
    items: problems.length,
    text: (shown) => (shown === 0 ? "" : alertText("CAUTION", `${head}\n\n${listText(problems, shown)}`)),
  };
}

/** Shows what needs acknowledgement, with the lines that acknowledge it: one block for each plan and each file. */
export function needsPart(report: ChangeReport): Part {
  const changed = changedEnvironments(report);
  // A plan's block has one line and concerns most.
  const blocks = [...changed.flatMap(planBlock), ...fileBlocks(report)];
  const open = changed.filter(({ needs }) => needs.some(({ acknowledged }) => !acknowledged));
  const where = joined(open.map(({ environment }) => nameText(environment)));
  const head = alertText(
    "IMPORTANT",
    `**Needs acknowledgement**: the sync to ${where} refuses this until it is acknowledged.`,
  );
  return {
    name: "the lines that acknowledge",
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

/** Further blocks are folded. */
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
    // One line contains all environments, in the order of promotion, also those that are acknowledged already.
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
