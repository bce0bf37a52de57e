import { acknowledgeLine, isForFile, type Need, type PlanWithNeeds } from "../needs.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { POLICY_CODES } from "../../source/check/codes.ts";
import { stricterOf } from "../../source/load/config.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { problemAtKey, problemAtValue } from "../../source/load/parsed-file.ts";
import { dangerPath } from "./place.ts";
import { loadedFlag, type BranchChange } from "./branch-change.ts";

const CODES = {
  jump: "step-too-large",
  reshuffle: "reshuffle",
  widening: "protected-widening",
  archive: "archive-flips",
  mass: "too-many-flags",
} as const satisfies Record<Need["code"], keyof typeof POLICY_CODES>;

/**
 * Reports changes of protected environments that are not acknowledged: as errors if a line in the flag's file can
 * acknowledge them, as warnings if only `hoist sync --acknowledge` can.
 */
export function checkNeeds(change: BranchChange): readonly Diagnostic[] {
  return change.plans.flatMap((plan) =>
    plan.needs.flatMap((need) => {
      if (need.acknowledged) return [];
      return isForFile(need) ? inFlag(plan, need, change) : ofPlan(plan, need, change);
    }),
  );
}

function inFlag(
  { environment }: PlanWithNeeds,
  need: Need,
  { before, after, plans }: BranchChange,
): readonly Diagnostic[] {
  const loaded = need.key === null ? undefined : loadedFlag(after, need.key);
  const flag = loaded && after.flagsFor(environment).get(loaded.key);
  if (loaded === undefined || flag === undefined) return [];
  const was = before.flagsFor(environment).get(loaded.key) ?? null;
  const path = dangerPath(loaded.file, environment, need, { before: was, after: flag });
  return [
    problemAtValue(loaded.parsed, path, {
      code: CODES[need.code],
      message: `${environment}: ${need.text}${baseLimitText(need, before, after)}`,
      hint: `if this is intended, add: ${acknowledgeLine(idsFor(loaded, plans))}`,
    }),
  ];
}

/** Says that the limit is that of the base, if the branch loosens it. */
function baseLimitText({ code }: Need, before: LoadedFlags, after: LoadedFlags): string {
  if (code !== "jump" || after.config === null) return "";
  const { maxStep } = stricterOf(before.config, after.config).policies;
  return maxStep === after.config.policies.maxStep ? "" : " in the base of this branch";
}

/** Returns the ids of the line that acknowledges all environments that need it and keeps existing ids. */
function idsFor({ key, acknowledge }: LoadedFlag, plans: readonly PlanWithNeeds[]): Readonly<Record<string, string>> {
  const asked = plans.flatMap(({ environment, needs }) =>
    needs.filter((need) => need.key === key && isForFile(need)).map(({ id }) => [environment, id] as const),
  );
  const others = Object.entries(acknowledge).filter(([environment]) =>
    plans.some((plan) => plan.environment === environment && !plan.changes.some((change) => change.key === key)),
  );
  return Object.fromEntries([...others, ...asked]);
}

/**
 * Reports a need that a line in a file cannot acknowledge, because the file is gone or the danger is the number of
 * flags.
 */
function ofPlan({ environment }: PlanWithNeeds, need: Need, { before, after }: BranchChange): readonly Diagnostic[] {
  const problem = {
    code: CODES[need.code],
    severity: "warning",
    message: `${environment}: ${need.text}`,
    hint: `acknowledge it when syncing: hoist sync --env ${environment} --acknowledge ${need.id}`,
  } as const;
  if (need.code === "mass") {
    const { configFile } = after;
    return configFile === null ? [] : [problemAtValue(configFile, ["policies", "maxFlags"], problem)];
  }
  const gone = need.key === null ? undefined : loadedFlag(before, need.key);
  return gone === undefined ? [] : [problemAtKey(gone.parsed, ["name"], problem)];
}
