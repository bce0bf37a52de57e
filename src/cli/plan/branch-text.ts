import type { PlanWithNeeds } from "../../impact/needs.ts";
import type { Style } from "../terminal/io.ts";
import { planText, shortCommit } from "./plan-text.ts";

/** What a branch changes, environment by environment; those in which nothing changes are named in one line. */
export function branchText(plans: readonly PlanWithNeeds[], base: string, style: Style): string {
  const changing = plans.filter(({ changes, problems }) => changes.length > 0 || problems.length > 0);
  const quiet = plans.filter((plan) => !changing.includes(plan)).map(({ environment }) => environment);
  const blocks = changing.map((plan) =>
    planText({ plan, newestManual: new Map(), now: new Date(0), style, title: titleOf(plan, base) }),
  );
  if (quiet.length > 0) blocks.push(`Nothing changes in ${quiet.join(", ")} against ${base}.`);
  return blocks.join("\n\n");
}

function titleOf({ environment, from, to }: PlanWithNeeds, base: string): string {
  const next = to.commit === null ? "the work tree" : shortCommit(to.commit);
  const commit = from.commit === null ? "" : ` (${shortCommit(from.commit)})`;
  return `${environment}: ${base}${commit} → ${next}`;
}
