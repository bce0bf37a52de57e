import type { Flag } from "../../core/flag/flag.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { columnsOf } from "../../core/row/row-codec.ts";

/** A plan as data: the flags before and after by the table's own columns. */
export function planJson(plan: Plan): string {
  return JSON.stringify(planData(plan), null, 2);
}

export function planData(plan: Plan): object {
  const changes = plan.changes.map(({ key, action, path, differences, before, after }) => ({
    key,
    action,
    path,
    differences,
    before: columnsOrNull(before),
    after: columnsOrNull(after),
  }));
  return { ...plan, changes };
}

function columnsOrNull(flag: Flag | null): ReturnType<typeof columnsOf> | null {
  return flag === null ? null : columnsOf(flag);
}
