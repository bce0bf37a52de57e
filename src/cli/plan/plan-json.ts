import type { Flag } from "../../core/flag/flag.ts";
import { columnsOf } from "../../core/row/row-codec.ts";
import { differenceData, manualChangeData } from "./difference-json.ts";
import type { PlanWithNeeds } from "../../impact/needs.ts";

/** Returns a plan as JSON. */
export function planJson(plan: PlanWithNeeds): string {
  return JSON.stringify(planData(plan), null, 2);
}

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
    unchanged: plan.unchanged,
    needs: plan.needs,
    problems: plan.problems,
    id: plan.id,
  };
}

function columnsOrNull(flag: Flag | null): ReturnType<typeof columnsOf> | null {
  return flag === null ? null : columnsOf(flag);
}
