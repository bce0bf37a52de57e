import type { OverrideOrigin, OverrideProblem, ParsedOverrides } from "../../core/override/override.ts";
import type { ActiveOverride, ResolvedOverrides } from "../../core/override/override-resolve.ts";
import type { Logger } from "../logger.ts";
import type { ShownOverride } from "../status.ts";

/** The most lines that are logged; `status()` lists all overrides. */
const MAX_LINES = 50;

/** Returns the overrides in force, each with the time since when it has been the same. */
export function shownOverrides(
  { active }: ResolvedOverrides,
  before: readonly ShownOverride[],
  today: () => Date,
): readonly ShownOverride[] {
  const known = new Map(before.map((override) => [override.flagKey, override]));
  return active.map((override) => {
    const earlier = known.get(override.flagKey);
    return earlier && isSame(earlier, override) ? earlier : shown(override, today().toISOString());
  });
}

function shown({ flagKey, variant, via, variable, origin, isValid }: ActiveOverride, since: string): ShownOverride {
  return { flagKey, variant, via, variable, origin, isValid, since };
}

function isSame(a: Omit<ShownOverride, "since">, b: Omit<ShownOverride, "since">): boolean {
  return a.variant === b.variant && a.via === b.via && a.origin === b.origin && a.isValid === b.isValid;
}

/** Returns whether two results of {@link shownOverrides} are the same. */
export function sameOverrides(a: readonly ShownOverride[], b: readonly ShownOverride[]): boolean {
  return a.length === b.length && a.every((override, index) => override === b[index]);
}

/** Logs overrides and their problems, each once, and again when they come back. */
export interface OverrideLog {
  /** Logs what is in force. Nothing is logged before the first call, which follows the line that says what was loaded. */
  readonly announce: (now: LoggedOverrides) => void;
  /** Logs what has changed since the last call. */
  readonly update: (now: LoggedOverrides) => void;
}

export interface LoggedOverrides {
  readonly overrides: readonly ShownOverride[];
  readonly problems: readonly OverrideProblem[];
}

/** @param places  the path of each origin, shown beside its overrides */
export function createOverrideLog(
  logger: Logger,
  places: { readonly [Origin in OverrideOrigin]?: string },
): OverrideLog {
  let logged: LoggedOverrides | undefined;
  function announce(now: LoggedOverrides): void {
    if (logged === undefined || !sameOverrides(logged.overrides, now.overrides)) {
      for (const line of overrideLines(now.overrides, logged?.overrides ?? [], places)) logger.info(line);
    }
    for (const { severity, message } of newProblems(now.problems, logged?.problems ?? [])) {
      logger[severity === "error" ? "error" : "warn"](message);
    }
    logged = now;
  }
  return {
    announce,
    update: (now) => {
      if (logged !== undefined) announce(now);
    },
  };
}

/** Returns the table of what is in force, then of what has ended. */
function overrideLines(
  now: readonly ShownOverride[],
  before: readonly ShownOverride[],
  places: { readonly [Origin in OverrideOrigin]?: string },
): readonly string[] {
  const keys = new Set(now.map(({ flagKey }) => flagKey));
  const ended = before.filter(({ flagKey }) => !keys.has(flagKey));
  // An invalid override is reported as a problem, which says what is accepted.
  const valid = now.filter(({ isValid }) => isValid);
  const keyWidth = widest([...valid, ...ended].map(({ flagKey }) => flagKey));
  const variantWidth = widest([...valid.map(({ variant }) => variant), ...ended.map(() => "ended")]);
  const line = ({ flagKey, via, origin }: ShownOverride, what: string): string => {
    const place = places[origin] === undefined ? "" : `   ${places[origin]}`;
    return `override  ${flagKey.padEnd(keyWidth)}  ${what.padEnd(variantWidth)}   ${via}${place}`;
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

/** Returns the variables that are set, to be shown while no flag is known: a kill must be visible at a start without data. */
export function waitingVariables({ settings, kills }: ParsedOverrides): readonly string[] {
  return [...settings.map(({ variable }) => variable), ...kills.map(() => "FLAGS_KILL")];
}
