import { decidedByText, type DecidedBy } from "../../core/describe/decided-by.ts";
import { differenceText } from "../../core/describe/describe-difference.ts";
import { manualChangeText } from "../../core/describe/describe-manual-change.ts";
import type { Flag } from "../../core/flag/flag.ts";
import type { Difference } from "../../core/plan/difference.ts";
import { groupOf, type ManualChange } from "../../core/plan/manual-change.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
import type { PlanWithNeeds } from "../../impact/needs.ts";
import { rowEditor, type ManualEntries } from "../../sync/manual-changes.ts";
import type { Planned } from "../../sync/sync.ts";
import { newEpochLoss } from "./plan-text.ts";
import type { ChangeReport, Flips } from "../../impact/report.ts";

/** Returns a plan as data for JSON, with each flag before and after by the columns of the table. */
export function planData(plan: PlanWithNeeds): object {
  return {
    environment: plan.environment,
    from: plan.from,
    to: plan.to,
    changes: plan.changes.map(({ key, action, path, differences, before, after }) => ({
      key,
      action,
      path,
      differences: differences.map(differenceData),
      before: columnsOrNull(before),
      after: columnsOrNull(after),
    })),
    handEdits: plan.manualChanges.map(manualChangeData),
    unmanaged: plan.unmanaged,
    putBack: plan.putBack,
    nothingToRelease: plan.nothingToRelease,
    unchanged: plan.unchanged,
    needs: plan.needs,
    problems: plan.problems,
    id: plan.id,
  };
}

/** Returns the rows that were inserted or deleted manually as data for JSON, with their authors. */
export function manualRowsData({ unmanaged, putBack }: Plan, manual: ManualEntries): readonly object[] {
  return [
    ...unmanaged.map((key) => ({ key, kind: "inserted", by: rowEditor(key, manual) })),
    ...putBack.map((key) => ({ key, kind: "deleted", by: rowEditor(key, manual) })),
  ];
}

function columnsOrNull(flag: Flag | null): ReturnType<typeof columnsOf> | null {
  return flag === null ? null : columnsOf(flag);
}

/** Returns a change report as data for JSON: the members of `ChangeReport` in `src/impact/report.ts`. Shares are 0 to 1. */
export function reportData(report: ChangeReport): object {
  const environments = report.environments.map(({ manualChanges, ...environment }) => ({
    ...environment,
    flags: environment.flags.map((flag) => ({
      ...flag,
      differences: flag.differences.map(differenceData),
      flips: flipsData(flag.flips),
    })),
    byHand: manualChanges?.map(manualChangeData) ?? null,
  }));
  return { ...report, environments };
}

/** Returns flips as data for JSON. Each move also names what decides as `line`, as in the first release. */
export function flipsData(flips: Flips): object {
  return { ...flips, moves: flips.moves.map((move) => ({ ...move, line: lineName(move.decidedBy) })) };
}

/** Returns the value of `line`, as readers of the JSON know it. */
function lineName(decidedBy: DecidedBy): string {
  if (decidedBy.kind === "default-rollout") return "the last line";
  if (decidedBy.kind === "requirement") return "requires";
  return decidedByText(decidedBy);
}

/** Returns a difference as data for JSON: its kind, its text, and `aspect`, which older readers use. */
function differenceData(difference: Difference): object {
  const { kind } = difference;
  const rule = "rule" in difference ? { rule: nameOf(difference.rule) } : {};
  return { aspect: ASPECTS[kind], kind, text: differenceText(difference), ...rule };
}

function nameOf(rule: string | { readonly name: string }): string {
  return typeof rule === "string" ? rule : rule.name;
}

const ASPECTS: Readonly<Record<Difference["kind"], string>> = {
  created: "enabled",
  "put-back": "enabled",
  reset: "enabled",
  archived: "enabled",
  restored: "enabled",
  rewritten: "enabled",
  moved: "prose",
  enabled: "enabled",
  disabled: "enabled",
  "default-rollout": "lastLine",
  "default-rollout-list": "lastLine",
  "rule-added": "rule",
  "rule-removed": "rule",
  "rules-reordered": "ruleOrder",
  "rule-condition": "rule",
  segment: "segment",
  "rule-share": "rule",
  "rule-serve": "rule",
  requires: "requires",
  variants: "variants",
  "off-variant": "offVariant",
  fallback: "fallback",
  salt: "salt",
  client: "client",
  protected: "protected",
  prose: "prose",
};

/** Returns why a new epoch begins, and what it ends, as data for JSON. */
export function newEpochData(
  { plan, newEpoch }: Pick<Planned, "plan" | "newEpoch">,
  ends: Parameters<typeof newEpochLoss>[1],
): object {
  return { newEpoch, ...(newEpoch === null ? {} : { newEpochNote: newEpochLoss(plan.environment, ends) }) };
}

/** Returns a manual change as data for JSON. An unreadable row has always been reported under `rules`. */
export function manualChangeData(change: ManualChange): object {
  const { kind, outcome, key, by, agreesWithGit = false, isArchived = false } = change;
  const text = manualChangeText(change);
  return { group: groupName(change), kind, outcome, key, text, by, agreesWithGit, isArchived };
}

function groupName(change: ManualChange): string {
  if (change.kind === "archived" || change.kind === "restored") return "archivedAt";
  return groupOf(change) ?? "rules";
}
