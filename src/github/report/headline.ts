import { countText, counted } from "../../core/text.ts";
import { flipsText } from "./table.ts";
import { isNobody, shareText } from "./share-text.ts";
import { alertText, changedEnvironments, gravest, joined, keyText, listText, nameText, pathText } from "./words.ts";
import type { ChangeReport, EnvironmentReport, FlagReport } from "../../impact/report.ts";

/** Returns one line: how much changes in which environment, and who flips in the last environment that changes. */
export function headlineText(report: ChangeReport): string {
  const changed = changedEnvironments(report);
  const [last] = changed;
  if (last === undefined) {
    const names = report.environments.toReversed().map(({ environment }) => nameText(environment));
    const where = names.length === 0 ? "" : ` in ${joined(names)}`;
    return `No flag changes: every answer stays the same${where}, compared with ${pathText(report.from.ref)}.`;
  }
  const counts = changed.map((each) => countsText(each, each === last));
  return `### Flags: ${joined(counts)} — ${peopleFlip(report, last)}`;
}

/** Returns the number of changes in an environment, e.g. `2 changes in production (1 archived, 1 switched off)`. */
function countsText({ environment, flags }: EnvironmentReport, hasNoun: boolean): string {
  const parts = [
    [flags.filter(({ action }) => action === "archive").length, "archived"],
    [flags.filter(isSwitchedOff).length, "switched off"],
    [flags.filter(({ action }) => action === "create").length, "new"],
  ] as const;
  const texts = parts.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`);
  const count = hasNoun ? counted(flags.length, "change") : countText(flags.length);
  return `${count} in ${nameText(environment)}${texts.length === 0 ? "" : ` (${texts.join(", ")})`}`;
}

function peopleFlip(report: ChangeReport, last: EnvironmentReport): string {
  const changed = changedEnvironments(report);
  if (changed.every(isNobody)) return "nobody flips";
  const { share, margin } = last.flipped;
  if (share === 0 && margin === 1) return `how many people flip in ${nameText(last.environment)} is not measured`;
  // "nobody" and "everyone" are singular.
  const isSingular = share === 0 || (share === 1 && margin === 0);
  const verb = isSingular && (margin > 0 || last.among.length === 0) ? "flips" : "flip";
  const flips = `${shareText(last)} ${verb} in ${nameText(last.environment)}`;
  const [grave] = gravest(report);
  return grave === undefined || changed.includes(grave)
    ? flips
    : `${nameText(grave.environment)} stays as it is; ${flips}`;
}

/** Returns whether anybody gets a different answer because the flag is now disabled. */
function isSwitchedOff({ action, flips }: FlagReport): boolean {
  return action !== "archive" && flips.moves.some(({ decidedBy, share }) => decidedBy.kind === "disabled" && share > 0);
}

/** Names the flags that are archived or switched off in the most critical environments; "" when there are none. */
export function lossesText(report: ChangeReport): string {
  const losses = gravest(report).flatMap(({ environment, flags }) =>
    flags.flatMap((flag) => {
      const isArchived = flag.action === "archive" && flag.flips.flipped.share > 0;
      if (!isArchived && !isSwitchedOff(flag)) return [];
      const what = isArchived ? "is **archived**" : "is **switched off**";
      return [`${keyText(flag.key)} ${what} in ${nameText(environment)}: ${flipsText(flag)}`];
    }),
  );
  if (losses.length === 0) return "";
  return alertText("CAUTION", losses.length === 1 ? losses.join("") : listText(losses, MAX_LOSSES));
}

const MAX_LOSSES = 5;
