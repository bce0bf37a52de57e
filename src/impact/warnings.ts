import { editorText, manualChangeText } from "../core/describe/describe-manual-change.ts";
import type { ManualChange } from "../core/plan/manual-change.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { andText, counted } from "../core/text.ts";
import { type FlagChange, pairOf } from "./flag-changes.ts";
import type { Stage } from "./stage.ts";
import { measureFlips } from "./flips.ts";
import type { Jump } from "./jump/jump.ts";
import { percentText } from "./people-text.ts";
import type { Population } from "./population.ts";
import type { ReportWarning } from "./report.ts";
import type { SeenOverride } from "./seen-overrides.ts";

/** The number of days before its expiry from which a flag is reported. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** The inputs of warnings, in addition to the files. */
export interface WarningInputs {
  /** `YYYY-MM-DD`, for flags that are about to expire. */
  readonly today: string;
  /** The manual changes of each environment whose table was read. */
  readonly manualChanges?: ReadonlyMap<string, readonly ManualChange[]> | undefined;
  /** The overrides of the running instances of each environment, if known. */
  readonly overridden?: ReadonlyMap<string, readonly SeenOverride[]> | undefined;
}

/** Returns the warnings about the change to one flag, which are shown before it is merged. */
export function warningsOf(
  { key, kind, after, action }: FlagChange,
  stage: Stage,
  population: Population,
  { today, manualChanges, overridden }: WarningInputs,
): readonly ReportWarning[] {
  const { environment } = stage.plan;
  const givesMore = kind !== "no-op" && kind !== "narrow";
  return [
    ...manualChangeWarnings(key, manualChanges?.get(environment) ?? [], environment),
    // Where no answer changes, nothing is masked.
    ...(kind === "no-op" ? [] : overrideWarnings(key, overridden?.get(environment) ?? [])),
    ...(stage.isProtected && givesMore ? aheadWarning(key, stage, population) : []),
    ...unmeasuredWarning(stage.plan.jumps.get(key)),
    ...(after.flag === null || action === "reached" ? [] : expiryWarning(after.flag, today)),
  ];
}

/** Warns about people whom policy maxStep does not count, because it is not known how many they are. */
function unmeasuredWarning(jump: Jump | undefined): readonly ReportWarning[] {
  if (jump === undefined || jump.notMeasured.length === 0) return [];
  const who = `people whom conditions on ${andText(jump.notMeasured)} select`;
  return [{ code: "not-measured", text: `policy maxStep does not count ${who}, because no values are declared` }];
}

function expiryWarning(flag: Flag, today: string): readonly ReportWarning[] {
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

/** Returns warnings about manual changes to the table that conflict with what is merged. */
function manualChangeWarnings(
  key: FlagKey,
  changes: readonly ManualChange[],
  environment: string,
): readonly ReportWarning[] {
  return changes
    .filter((change) => change.key === key && change.outcome !== "undone")
    .map((change): ReportWarning => {
      const { outcome, by } = change;
      const text = manualChangeText(change);
      const what = by === undefined ? text : `${text} (${editorText(by)})`;
      if (outcome === "overwritten") return { code: "overwrites-hand-edit", text: `${what}; the merge overwrites it` };
      const release = `hoist sync --env ${environment} --release ${key}`;
      return { code: "masked-by-hand", text: `${what}; it stays after the merge until it is released: ${release}` };
    });
}

/** Warns about overrides in running instances, which hide the merged change. */
export function overrideWarnings(key: FlagKey, seen: readonly SeenOverride[]): readonly ReportWarning[] {
  return seen
    .filter((override) => override.key === key)
    .map(({ variants, via, instances, of }) => {
      const what = variants.every((variant) => variant === "overridden") ? "" : ` to ${variants.join(", ")}`;
      const by = via.length === 0 ? "" : ` by ${via.join(", ")}`;
      const where =
        instances === of ? (of === 1 ? "the only instance" : `all ${of} instances`) : `${instances} of ${of} instances`;
      const stays = instances === 1 ? "it stays overridden" : "they stay overridden";
      return {
        code: "masked-by-override",
        text: `overridden${what}${by} on ${where}: ${stays} after the merge until the override is removed there`,
      };
    });
}

/**
 * Warns if people get something that the preceding environment does not serve them yet. Serving the off variant never
 * counts as being ahead.
 */
function aheadWarning(key: FlagKey, { sides, earlier, work }: Stage, population: Population): readonly ReportWarning[] {
  const flag = sides.after.get(key);
  if (flag === undefined || earlier === null) return [];
  const pair = pairOf(key, { before: earlier.sides.after, after: sides.after });
  const { moves, method } = measureFlips({ ...pair, population, budget: work.reports });
  const ahead = moves.filter(({ to }) => to !== flag.offVariant);
  const share = ahead.reduce((sum, move) => sum + move.share, 0);
  if (method === "too-large") {
    const text = `whether it is ahead of ${earlier.plan.environment} is not measured: too large`;
    return [{ code: "not-measured", text }];
  }
  if (share === 0) return [];
  const variants = [...new Set(ahead.map(({ to }) => JSON.stringify(to)))].join(", ");
  const there = earlier.plan.environment;
  const people = `${percentText(share)} of people are served ${variants} here but not in ${there}`;
  return [{ code: "ahead", text: `ahead of ${there}: ${people}` }];
}
