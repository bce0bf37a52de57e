import { countText, counted } from "../../core/text.ts";
import { flipsText } from "./table.ts";
import { figureText, gravest, joined, keyText, moreText, nameText, pathText, toldEnvironments } from "./words.ts";
import { peopleText } from "../../impact/people-text.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";

/** In one line: where how much changes, and who flips where it matters most. A calm sentence where nothing does. */
export function headlineText(report: ChangeReport): string {
  const told = toldEnvironments(report);
  if (told.length === 0) {
    const names = report.environments.toReversed().map(({ environment }) => nameText(environment));
    const where = names.length === 0 ? "" : ` in ${joined(names)}`;
    return `No flag changes: everyone is answered as before${where}, compared with ${pathText(report.from.ref)}.`;
  }
  const counts = told.map((each, index) => countedIn(each, index === 0 ? "change" : ""));
  return `### Flags: ${joined(counts)} — ${peopleFlip(report, told)}`;
}

/** `2 changes in production (1 archived, 1 switched off)`. */
function countedIn({ environment, flags }: EnvironmentReport, word: string): string {
  const parts = [
    [flags.filter(({ action }) => action === "archive").length, "archived"],
    [flags.filter(isSwitchedOff).length, "switched off"],
    [flags.filter(({ action }) => action === "create").length, "new"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`);
  const noted = told.length === 0 ? "" : ` (${told.join(", ")})`;
  const count = word === "" ? countText(flags.length) : counted(flags.length, word);
  return `${count} in ${nameText(environment)}${noted}`;
}

function peopleFlip(report: ChangeReport, told: readonly EnvironmentReport[]): string {
  const [grave] = gravest(report);
  const [first] = told;
  if (told.every(({ flipped }) => flipped.share === 0 && flipped.margin === 0)) return "nobody flips";
  if (first === undefined) return "";
  const flips = `${inHeadline(first)} in ${nameText(first.environment)}`;
  return grave === undefined || told.includes(grave)
    ? flips
    : `${nameText(grave.environment)} stays as it is, ${flips}`;
}

function inHeadline({ flipped }: EnvironmentReport): string {
  const people = figureText(peopleText(flipped));
  return flipped.share === 0 || people === "everyone" ? `${people} flips` : `${people} flip`;
}

/** Because the flag is disabled now, somebody is answered otherwise. */
function isSwitchedOff({ action, flips }: FlagReport): boolean {
  return action !== "archive" && flips.moves.some(({ decidedBy, share }) => decidedBy.kind === "disabled" && share > 0);
}

/** What is taken away where it matters most, as an alert that is seen before everything else; "" where nothing is. */
export function lossesText(report: ChangeReport): string {
  const lines = gravest(report).flatMap(({ environment, flags }) =>
    flags.flatMap((flag) => {
      const isArchived = flag.action === "archive" && flag.flips.flipped.share > 0;
      if (!isArchived && !isSwitchedOff(flag)) return [];
      const what = isArchived ? "is **archived**" : "is **switched off**";
      return [`${keyText(flag.key)} ${what} in ${nameText(environment)}: ${flipsText(flag)}`];
    }),
  );
  if (lines.length === 0) return "";
  const shown = lines.slice(0, MOST_LOSSES);
  const [only] = shown;
  const listed =
    lines.length === 1 ? [only] : [...shown.map((line) => `- ${line}`), ...moreText(lines.length - shown.length, "- ")];
  return ["[!CAUTION]", ...listed].map((line) => `> ${line}`).join("\n");
}

const MOST_LOSSES = 5;
