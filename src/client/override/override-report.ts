import { sameJson } from "../../core/json.ts";
import type { OverrideOrigin, OverrideProblem, ParsedOverrides } from "../../core/override/override.ts";
import type { ResolvedOverrides } from "../../core/override/override-resolve.ts";
import type { Settings } from "../options.ts";
import type { ShownOverride } from "../status.ts";

/** Limits how many overrides are logged; `status()` lists all of them. */
const MAX_LINES = 50;

/** Returns the overrides in force, each with the time of its last change. */
export function shownOverrides(
  { active }: ResolvedOverrides,
  before: readonly ShownOverride[],
  today: () => Date,
): readonly ShownOverride[] {
  const known = new Map(before.map((override) => [override.flagKey, override]));
  return active.map(({ flagKey, variant, via, variable, origin, isValid }) => {
    const earlier = known.get(flagKey);
    const now = { flagKey, variant, via, variable, origin, isValid };
    if (earlier !== undefined && sameJson(earlier, { ...now, since: earlier.since })) return earlier;
    return { ...now, since: today().toISOString() };
  });
}

/** Returns whether two results of {@link shownOverrides} are the same. */
export function sameOverrides(a: readonly ShownOverride[], b: readonly ShownOverride[]): boolean {
  return a.length === b.length && a.every((override, index) => override === b[index]);
}

/**
 * Creates a function that logs the overrides and problems that have changed since its last call.
 *
 * @param overrideSources  their paths are shown next to their overrides
 */
export function createOverrideLog({ logger, overrideSources }: Pick<Settings, "logger" | "overrideSources">) {
  const paths = new Map<OverrideOrigin, string>(overrideSources.map(({ origin, path }) => [origin, path]));
  let overridesBefore: readonly ShownOverride[] = [];
  let problemsBefore: readonly OverrideProblem[] = [];
  return (overrides: readonly ShownOverride[], problems: readonly OverrideProblem[]): void => {
    if (!sameOverrides(overridesBefore, overrides)) {
      for (const line of overrideLines(overrides, overridesBefore, paths)) logger.info(line);
    }
    for (const { severity, message } of newProblems(problems, problemsBefore)) {
      logger[severity === "error" ? "error" : "warn"](message);
    }
    overridesBefore = overrides;
    problemsBefore = problems;
  };
}

/** Returns a table of the overrides in force, followed by the overrides that have ended. */
function overrideLines(
  now: readonly ShownOverride[],
  before: readonly ShownOverride[],
  paths: ReadonlyMap<OverrideOrigin, string>,
): readonly string[] {
  const keys = new Set(now.map(({ flagKey }) => flagKey));
  const ended = before.filter(({ flagKey }) => !keys.has(flagKey));
  // An invalid override is reported as a problem, which lists the accepted values.
  const valid = now.filter(({ isValid }) => isValid);
  const keyWidth = widest([...valid, ...ended].map(({ flagKey }) => flagKey));
  const variantWidth = widest([...valid.map(({ variant }) => variant), ...ended.map(() => "ended")]);
  const line = ({ flagKey, via, origin }: ShownOverride, what: string): string => {
    const path = paths.get(origin);
    const location = path === undefined ? "" : `   ${path}`;
    return `override  ${flagKey.padEnd(keyWidth)}  ${what.padEnd(variantWidth)}   ${via}${location}`;
  };
  return [
    ...valid.slice(0, MAX_LINES).map((override) => line(override, override.variant)),
    ...(valid.length > MAX_LINES ? [`override  … and ${valid.length - MAX_LINES} more`] : []),
    ...ended.slice(0, MAX_LINES).map((override) => line(override, "ended")),
  ];
}

function widest(words: readonly string[]): number {
  return Math.max(0, ...words.map((word) => word.length));
}

function newProblems(now: readonly OverrideProblem[], before: readonly OverrideProblem[]): readonly OverrideProblem[] {
  const known = new Set(before.map(({ code, message }) => `${code} ${message}`));
  return now.filter(({ code, message }) => !known.has(`${code} ${message}`));
}

/** Returns the override variables that are set. They are logged while no flag is known, so that a kill is visible even without data. */
export function waitingVariables({ settings, kills }: ParsedOverrides): readonly string[] {
  return [...new Set([...settings.map(({ variable }) => variable), ...kills.map(() => "FLAGS_KILL")])];
}
