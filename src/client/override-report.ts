import type { OverrideProblem, ParsedOverrides } from "../core/override/override.ts";
import type { ActiveOverride, ResolvedOverrides } from "../core/override/override-resolve.ts";
import type { Logger } from "./logger.ts";
import type { ShownOverride } from "./status.ts";

/** More lines than this tell nobody more; status has them all. */
const MOST_LINES = 50;

/** Overrides as they are shown, with the time since when each has been the same. */
export function shownOverrides(
  { active }: ResolvedOverrides,
  before: readonly ShownOverride[],
  now: () => Date,
): readonly ShownOverride[] {
  const known = new Map(before.map((override) => [override.flagKey, override]));
  return active.map((override) => {
    const earlier = known.get(override.flagKey);
    return earlier && isSame(earlier, override) ? earlier : shown(override, now().toISOString());
  });
}

function shown({ flagKey, variant, via, variable, origin, isValid }: ActiveOverride, since: string): ShownOverride {
  return { flagKey, variant, via, variable, origin, isValid, since };
}

function isSame(a: Omit<ShownOverride, "since">, b: Omit<ShownOverride, "since">): boolean {
  return a.variant === b.variant && a.via === b.via && a.origin === b.origin && a.isValid === b.isValid;
}

/** Overrides are the same as before, each since when it was. */
export function sameOverrides(a: readonly ShownOverride[], b: readonly ShownOverride[]): boolean {
  return a.length === b.length && a.every((override, index) => override === b[index]);
}

/** The table of what is in force, and what ended since the last one. Quiet when there is neither. */
export function logOverrides(
  logger: Logger,
  now: readonly ShownOverride[],
  before: readonly ShownOverride[],
  file: string | undefined,
): void {
  const keys = new Set(now.map(({ flagKey }) => flagKey));
  const ended = before.filter(({ flagKey }) => !keys.has(flagKey));
  // One that was not understood is told by its problem, which says what is accepted.
  const valid = now.filter(({ isValid }) => isValid);
  const keyWidth = widest([...valid, ...ended].map(({ flagKey }) => flagKey));
  const variantWidth = widest([...valid.map(({ variant }) => variant), ...ended.map(() => "ended")]);
  const line = (override: ShownOverride, what: string): string => {
    const origin = override.origin === "file" && file !== undefined ? `   ${file}` : "";
    return `override  ${override.flagKey.padEnd(keyWidth)}  ${what.padEnd(variantWidth)}   ${override.via}${origin}`;
  };
  for (const override of valid.slice(0, MOST_LINES)) logger.info(line(override, override.variant));
  if (valid.length > MOST_LINES) logger.info(`override  … and ${valid.length - MOST_LINES} more`);
  for (const override of ended.slice(0, MOST_LINES)) logger.info(line(override, "ended"));
}

function widest(words: readonly string[]): number {
  return Math.max(0, ...words.map((word) => word.length));
}

/** Tells each problem once, and again only when it had gone meanwhile. */
export function logNewProblems(
  logger: Logger,
  now: readonly OverrideProblem[],
  before: readonly OverrideProblem[],
): void {
  const known = new Set(before.map(({ code, message }) => `${code} ${message}`));
  for (const { code, message, severity } of now) {
    if (known.has(`${code} ${message}`)) continue;
    if (severity === "error") logger.error(message);
    else logger.warn(message);
  }
}

/** What is set though no flag is known yet: so that a kill at a cold start without a database is seen to be there. */
export function waitingVariables({ settings, kills }: ParsedOverrides): readonly string[] {
  return [...settings.map(({ variable }) => variable), ...kills.map(() => "FLAGS_KILL")];
}
