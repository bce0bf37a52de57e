import type { ManualChange } from "../core/plan/manual-change.ts";
import { manualChangeText } from "../core/describe/describe-manual-change.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { measureFlips } from "./flips.ts";
import type { Population } from "./population.ts";
import type { ReportWarning } from "./report.ts";
import { counted } from "../core/text.ts";
import { percentText } from "./people-text.ts";
import type { SeenOverride } from "./seen-overrides.ts";

/** How many days before its expiry a flag is reported. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** @param today  `YYYY-MM-DD` */
export function expiryWarning(flag: Flag, today: string): readonly ReportWarning[] {
  if (flag.expires === null) return [];
  const days = Math.round((Date.parse(flag.expires) - Date.parse(today)) / DAY_MS);
  if (days > SOON_DAYS) return [];
  const when =
    days < 0
      ? `expired ${counted(-days, "day")} ago`
      : days === 0
        ? "expires today"
        : `expires in ${counted(days, "day")}`;
  return [{ code: "expires-soon", text: `${when}, on ${flag.expires}` }];
}

/** Returns warnings about manual changes of the table that conflict with what is merged. */
export function manualChangeWarnings(
  key: FlagKey,
  edits: readonly ManualChange[],
  environment: string,
): readonly ReportWarning[] {
  return edits
    .filter((edit) => edit.key === key)
    .flatMap((change): readonly ReportWarning[] => {
      const { outcome, by } = change;
      const text = manualChangeText(change);
      const what = by === undefined ? text : `${text} (${by.changedBy}, ${by.changedAt.slice(0, 10)})`;
      if (outcome === "overwritten") {
        return [{ code: "overwrites-hand-edit", text: `${what}; the merge overwrites it` }];
      }
      if (outcome === "undone") return [];
      const lift = `hoist sync --env ${environment} --release ${key}`;
      return [{ code: "masked-by-hand", text: `${what}; stays so after the merge, until it is released: ${lift}` }];
    });
}

/** Warns about overrides in running instances, which hide what is merged. */
export function overrideWarnings(key: FlagKey, seen: readonly SeenOverride[]): readonly ReportWarning[] {
  return seen
    .filter((override) => override.key === key)
    .map(({ variants, via, instances, of }) => {
      const what = variants.every((variant) => variant === "overridden") ? "" : ` ${variants.join(", ")}`;
      const by = via.length === 0 ? "" : ` by ${via.join(", ")}`;
      const where =
        instances === of ? (of === 1 ? "the only instance" : `all ${of} instances`) : `${instances} of ${of} instances`;
      const stays = instances === 1 ? "it stays" : "they stay";
      return {
        code: "masked-by-override",
        text: `overridden${what}${by} on ${where}: ${stays} so after the merge, until the override is lifted there`,
      };
    });
}

/** One flag in one environment and in the one before it, in the order of promotion; each with the other flags there. */
export interface Promotion {
  readonly key: FlagKey;
  readonly here: ReadonlyMap<FlagKey, Flag>;
  readonly earlier: ReadonlyMap<FlagKey, Flag>;
  /** The environment before. */
  readonly name: string;
  readonly population: Population;
}

/** Warns where people are served something that the environment before does not serve them yet. Off is never ahead. */
export function aheadWarning({ key, here, earlier, name, population }: Promotion): readonly ReportWarning[] {
  const [flag, first] = [here.get(key) ?? null, earlier.get(key) ?? null];
  if (flag === null) return [];
  const pair = { before: { flag: first, all: earlier }, after: { flag, all: here } };
  const { moves } = measureFlips({ key, ...pair, population });
  const ahead = moves.filter(({ to }) => to !== flag.offVariant);
  const share = ahead.reduce((sum, move) => sum + move.share, 0);
  if (share === 0) return [];
  const variants = [...new Set(ahead.map(({ to }) => to))].join(", ");
  return [
    { code: "ahead", text: `ahead of ${name}: ${percentText(share)} of people get ${variants} here and not there` },
  ];
}
