import { aheadOf, type Ahead, type Flags } from "../staging-first/ahead.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { evaluationCost } from "../../core/flag/evaluation-cost.ts";
import type { EvaluationContext } from "../../core/evaluate/evaluation.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { attributesRead, DEFAULT_SEED, generatePopulation, mostPeople } from "../population.ts";
import { withRequired } from "../version-pair.ts";
import { sameJson } from "../../core/json.ts";
import { type Budget, take, withShare } from "../../core/work.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import type { FlagFile } from "../../source/shape/flag-file.ts";
import type { Path } from "../../source/load/tree.ts";
import { stricterOf } from "../../source/load/config.ts";
import { problemAtKey, problemAtValue } from "../../source/load/parsed-file.ts";
import { loadedFlag, type BranchChange } from "./branch-change.ts";
import { servedPath } from "./place.ts";

/**
 * Reports protected environments that would serve people something that the preceding environment, in the same files,
 * does not serve them. Reports only what the branch itself widens, and nothing for a branch that adds the first flags.
 */
export function checkStagingFirst({ before, after, plans }: BranchChange): readonly Diagnostic[] {
  if (after.config === null || before.flags.length === 0) return [];
  const { environments, policies } = stricterOf(before.config, after.config);
  if (!policies.stagingFirst) return [];
  return environments.flatMap(({ name, protected: isProtected }, index) => {
    const earlier = environments[index - 1]?.name;
    const plan = plans.find(({ environment }) => environment === name);
    if (!isProtected || earlier === undefined || plan === undefined) return [];
    return plan.changes.flatMap(({ key }): readonly Diagnostic[] => {
      const flags = { before: before.flagsFor(name), after: after.flagsFor(name), earlier: after.flagsFor(earlier) };
      const loaded = loadedFlag(after, key);
      const flag = flags.after.get(key);
      if (loaded === undefined || flag === undefined || !isDeclaredIn(before, name)) return [];
      const ahead = withShare(after.work.stagingFirst, MOST_STEPS, (share) =>
        aheadOf(key, flags, share, declaredPeople(after, key, Object.values(flags), share)),
      );
      if (ahead === undefined) return [];
      if (ahead === "unchecked") return [notChecked(loaded, { environment: name, earlier })];
      const path = ahead.rule === null ? defaultRolloutPath(loaded.file, name, flags.before.get(key), flag) : undefined;
      return [problemOf(loaded, flag, ahead, { environment: name, earlier, path })];
    });
  });
}

/** The maximum number of steps for one flag in one environment. */
const MOST_STEPS = 4_000_000;

function notChecked(
  { parsed }: LoadedFlag,
  { environment, earlier }: { readonly environment: string; readonly earlier: string },
): Diagnostic {
  return problemAtKey(parsed, [], {
    code: "staging-first",
    severity: "warning",
    message: `${environment}: whether the flag serves more than in ${earlier} is not checked: too large`,
    hint: "use fewer rules and conditions, or compare the two with hoist describe",
  });
}

/** The number of generated people. The conditions of the flags themselves are checked more closely before. */
const PEOPLE = 2_000;
/** The steps to find values for one test. */
const VALUES_EACH = 50;

/** Generates people from the declared attributes when the first one is needed. */
function* declaredPeople(
  after: LoadedFlags,
  key: FlagKey,
  sides: readonly Flags[],
  budget: Budget,
): Iterable<EvaluationContext> {
  const flags = sides.flatMap((all) => withRequired({ flag: all.get(key) ?? null, all }));
  const attributes = attributesRead(after.config?.attributes ?? new Map(), flags);
  const size = Math.min(PEOPLE, mostPeople(attributes.size));
  const tests = flags.reduce((sum, flag) => sum + evaluationCost(flag), 0);
  if (!take(budget, size * attributes.size + tests * VALUES_EACH)) return;
  yield* generatePopulation(attributes, flags, { size, seed: DEFAULT_SEED }).contexts;
}

/**
 * Returns whether the environment was declared before. A new environment is not checked, because no edit of a flag
 * decides what it starts with.
 */
function isDeclaredIn({ config }: LoadedFlags, environment: string): boolean {
  return config === null || config.environments.some(({ name }) => name === environment);
}

function problemOf(
  { parsed, file }: LoadedFlag,
  flag: Flag,
  { rule, variant, who }: Ahead,
  { environment, earlier, path }: { environment: string; earlier: string; path: Path | undefined },
): Diagnostic {
  const title = rule === null ? "the default rollout" : `rule "${flag.rules[rule]?.name}"`;
  const what = flag.type === "boolean" ? (variant === "on" ? "true" : "false") : variant;
  const rulePath = [...servedPath(file, environment, "rules"), rule ?? 0, "name"];
  return problemAtValue(parsed, path ?? rulePath, {
    code: "staging-first",
    message: `${environment}: ${title} serves ${what} to people who do not get it in ${earlier}, e.g. ${whoText(who)}`,
    hint: `serve it in ${earlier} first, or in the same change`,
  });
}

/** Returns the place where the file makes the default rollout serve more than before. */
function defaultRolloutPath(file: FlagFile, environment: string, before: Flag | undefined, after: Flag): Path {
  if (before === undefined) return servedPath(file, environment, "rollout");
  if (!before.enabled) return servedPath(file, environment, "enabled");
  return servedPath(file, environment, sameJson(before.rollout, after.rollout) ? "serve" : "rollout");
}

/** `postalCode M5V, userId user-17`, or `anyone`. */
function whoText(who: Ahead["who"]): string {
  const parts = Object.entries(who).map(([name, value]) => `${name} ${valueText(value)}`);
  return parts.length === 0 ? "anyone" : parts.join(", ");
}

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string" && /^[\w.@-]+$/.test(value)) return value;
  return JSON.stringify(value) ?? "undefined";
}
