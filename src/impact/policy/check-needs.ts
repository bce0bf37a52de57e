import { acknowledgeLine, isForFile, type Need, type PlanWithNeeds } from "../needs.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { POLICY_CODES } from "../../source/check/codes.ts";
import { stricterOf } from "../../source/load/config.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { problemAtKey, problemAtValue } from "../../source/load/parsed-file.ts";
import { dangerPath } from "./place.ts";
import type { BranchChange } from "./check-policies.ts";

const CODES = {
  jump: "step-too-large",
  reshuffle: "reshuffle",
  widening: "protected-widening",
  archive: "archive-flips",
  mass: "too-many-flags",
} as const satisfies Record<Need["code"], keyof typeof POLICY_CODES>;

/**
 * What protected environments ask to be acknowledged, and nobody has: errors where a line in the flag's file does it,
 * warnings where only the prompt of the sync can.
 */
export function checkNeeds(change: BranchChange): readonly Diagnostic[] {
  return change.plans.flatMap((plan) =>
    plan.needs.flatMap((need) => {
      if (need.acknowledged) return [];
      return isForFile(need) ? inFlag(plan, need, change) : atPrompt(plan, need, change);
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
  const path = dangerPath(loaded.file, environment, need.code, { before: was, after: flag });
  return [
    problemAtValue(loaded.parsed, path, {
      code: CODES[need.code],
      message: `${environment}: ${need.text}${loosened(need, before, after)}`,
      hint: `if it is meant: ${acknowledgeLine(idsFor(loaded, plans))}`,
    }),
  ];
}

/** A limit that stands no more in the file is still that of the base. */
function loosened({ code }: Need, before: LoadedFlags, after: LoadedFlags): string {
  if (code !== "jump" || after.config === null) return "";
  const { maxStep } = stricterOf(before.config, after.config).policies;
  return maxStep === after.config.policies.maxStep ? "" : " before this change";
}

/** One line has to say yes to all environments that ask, and keeps what it says already. */
function idsFor({ key, acknowledge }: LoadedFlag, plans: readonly PlanWithNeeds[]): Readonly<Record<string, string>> {
  const asked = plans.flatMap(({ environment, needs }) =>
    needs.filter((need) => need.key === key && isForFile(need)).map(({ id }) => [environment, id] as const),
  );
  const others = Object.entries(acknowledge).filter(([environment]) =>
    plans.some((plan) => plan.environment === environment && !plan.changes.some((change) => change.key === key)),
  );
  return Object.fromEntries([...others, ...asked]);
}

/** No file can say yes: it is gone, or it is the number of flags that asks. */
function atPrompt({ environment }: PlanWithNeeds, need: Need, { before, after }: BranchChange): readonly Diagnostic[] {
  const problem = {
    code: CODES[need.code],
    severity: "warning",
    message: `${environment}: ${need.text}`,
    hint: `the sync will ask for it: hoist sync --env ${environment} --acknowledge ${need.id}`,
  } as const;
  if (need.code === "mass") {
    const { configFile } = after;
    return configFile === null ? [] : [problemAtValue(configFile, ["policies", "maxFlags"], problem)];
  }
  const gone = need.key === null ? undefined : loadedFlag(before, need.key);
  return gone === undefined ? [] : [problemAtKey(gone.parsed, ["name"], problem)];
}

const indexes = new WeakMap<readonly LoadedFlag[], ReadonlyMap<FlagKey, LoadedFlag>>();

/** Found by an index that is made once: a branch may change thousands of flags. */
export function loadedFlag({ flags }: LoadedFlags, key: FlagKey): LoadedFlag | undefined {
  const index = indexes.get(flags) ?? new Map(flags.map((flag) => [flag.key, flag]));
  indexes.set(flags, index);
  return index.get(key);
}
