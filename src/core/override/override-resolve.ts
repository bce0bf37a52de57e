import type { FlagDefinitions } from "../flag/definitions.ts";
import type { Flag, FlagKey, VariantName } from "../flag/flag.ts";
import { isHit, type KillPattern, killerOf } from "./kill-pattern.ts";
import { type KnownFlag, type KnownFlags, variantMeant } from "./known-flag.ts";
import {
  type KillList,
  OVERRIDE_ORIGINS,
  type OverrideOrigin,
  type OverrideProblem,
  type OverrideSetting,
  type ParsedOverrides,
} from "./override.ts";
import { matchProblems } from "./override-problems.ts";
import { variableOf, withoutSeparators } from "./override-text.ts";

/** The answer that an override gives for one flag. */
export interface Decision {
  /** For evaluation metadata: `FEATURE_X`, or `FLAGS_KILL=workshop_*`. */
  readonly via: string;
  readonly variable: string;
  readonly origin: OverrideOrigin;
  readonly variant: VariantName;
  /** Whether it serves the off variant. */
  readonly turnsOff: boolean;
  /** False if the value was not understood; the flag then serves its off variant. */
  readonly isValid: boolean;
}

/** An override in force. It contains the variant that the flag serves, never the value of the setting. */
export interface ActiveOverride extends Decision {
  readonly flagKey: FlagKey;
  /**
   * Other settings of the same flag that do not apply: off takes precedence over on; otherwise the source with higher
   * precedence applies.
   */
  readonly beats: readonly { readonly via: string; readonly origin: OverrideOrigin }[];
}

/** The overrides that apply to the known flags. */
export interface ResolvedOverrides {
  /** In key order. */
  readonly active: readonly ActiveOverride[];
  readonly byKey: ReadonlyMap<FlagKey, ActiveOverride>;
  /** Problems with reading come first, then those with names and values, in a stable order. */
  readonly problems: readonly OverrideProblem[];
  /** Returns the override of a key that neither the table nor the definitions contain, as if it were a boolean flag. */
  readonly ofUnknown: (key: FlagKey) => Decision | undefined;
}

/** Everything that decides which overrides apply, except the live flags. */
export interface OverrideInput {
  readonly revision?: number | undefined;
  readonly overrides?: ParsedOverrides | undefined;
  readonly definitions?: FlagDefinitions | undefined;
}

const NONE: ParsedOverrides = { settings: [], kills: [], ignored: [], problems: [] };

/**
 * Applies overrides to live flags and to flags that only the generated definitions contain. Runs again for every
 * snapshot, so that a pattern also applies to a flag that is synced later. Order of precedence: kill patterns →
 * settings that disable → the environment → the file. A value that is not valid counts as off, because it must never
 * enable a flag. A misspelled variable or pattern only disables.
 */
export function overridesOf(
  { overrides = NONE, definitions = {}, revision }: OverrideInput,
  live: ReadonlyMap<FlagKey, Flag>,
  archived: ReadonlySet<FlagKey>,
): ResolvedOverrides {
  const { settings, kills, ignored, problems } = overrides;
  if (settings.length + kills.length + ignored.length === 0) {
    return { active: [], byKey: new Map(), problems, ofUnknown: () => undefined };
  }
  const generated = Object.entries(definitions).filter(([key]) => !live.has(key));
  const known: KnownFlags = {
    flags: [...live.values(), ...generated.map(([key, definition]) => ({ key, ...definition }))],
    archived,
    isComplete: live.size > 0 || archived.size > 0 || revision !== undefined,
  };
  const candidates = candidatesIn(settings, kills, known);
  const activeOf = (flag: KnownFlag) => winnerOf(flag, candidates);
  const active = known.flags
    .map(activeOf)
    .filter((override) => override !== undefined)
    .sort((a, b) => (a.flagKey < b.flagKey ? -1 : 1));
  return {
    active,
    byKey: new Map(active.map((override) => [override.flagKey, override])),
    problems: [...problems, ...matchProblems(overrides, known)],
    ofUnknown: (key) =>
      activeOf({ key, type: "boolean", variants: { on: true, off: false }, offVariant: "off", tags: [] }),
  };
}

/** The settings and patterns that may apply to a flag. */
interface Candidates {
  /** By exact variable. */
  readonly exact: ReadonlyMap<string, readonly OverrideSetting[]>;
  /** The settings whose variable names no flag, by variable without separators. */
  readonly misspelled: ReadonlyMap<string, readonly OverrideSetting[]>;
  readonly kills: readonly KillList[];
  /** The patterns that match no flag. */
  readonly strays: ReadonlySet<KillPattern>;
}

function candidatesIn(
  settings: readonly OverrideSetting[],
  kills: readonly KillList[],
  { flags, archived }: KnownFlags,
): Candidates {
  const names = new Set([...flags.map(({ key }) => key), ...archived].map(variableOf));
  const strange = settings.filter(({ variable }) => !names.has(variable));
  const strays = kills.flatMap(({ patterns }) => patterns).filter((each) => !flags.some((flag) => isHit(each, flag)));
  return {
    exact: Map.groupBy(settings, ({ variable }) => variable),
    misspelled: Map.groupBy(strange, ({ variable }) => withoutSeparators(variable)),
    kills,
    strays: new Set(strays),
  };
}

/** Returns the override that takes precedence for a flag; undefined if the flag has none. */
function winnerOf(flag: KnownFlag, { exact, misspelled, kills, strays }: Candidates): ActiveOverride | undefined {
  const variable = variableOf(flag.key);
  const similar = (misspelled.get(withoutSeparators(variable)) ?? []).filter((other) => other.variable !== variable);
  const decisions = [
    ...kills.flatMap((list) => killDecision(list, strays, flag)),
    ...(exact.get(variable) ?? []).flatMap((setting) => settingDecision(setting, flag)),
    // A misspelled variable must never enable a flag, but its off value still disables it.
    ...similar.flatMap((setting) =>
      settingDecision(setting, flag).filter(({ turnsOff, isValid }) => turnsOff && isValid),
    ),
  ];
  const [winner, ...others] = decisions.sort((a, b) => rank(a) - rank(b));
  if (winner === undefined) return undefined;
  const beaten = new Map(others.map(({ via, origin }) => [`${origin} ${via}`, { via, origin }]));
  beaten.delete(`${winner.origin} ${winner.via}`);
  return { ...winner, flagKey: flag.key, beats: [...beaten.values()] };
}

/** Returns the rank of an override; a smaller rank takes precedence. */
function rank({ variable, turnsOff, isValid, origin }: Decision): number {
  const strength = variable === "FLAGS_KILL" ? 0 : !turnsOff ? 3 : isValid ? 1 : 2;
  return strength * OVERRIDE_ORIGINS.length + OVERRIDE_ORIGINS.indexOf(origin);
}

function killDecision(
  { patterns, origin }: KillList,
  strays: ReadonlySet<KillPattern>,
  flag: KnownFlag,
): readonly Decision[] {
  const killer = killerOf(patterns, strays, flag);
  if (!killer) return [];
  const via = `FLAGS_KILL=${killer.text}`;
  return [{ via, variable: "FLAGS_KILL", origin, variant: flag.offVariant, turnsOff: true, isValid: true }];
}

function settingDecision(
  { variable, origin, value, onlyDisables }: OverrideSetting,
  flag: KnownFlag,
): readonly Decision[] {
  const meant = variantMeant(value, flag);
  const variant = meant ?? flag.offVariant;
  const turnsOff = variant === flag.offVariant;
  if (onlyDisables && !turnsOff) return [];
  return [{ via: variable, variable, origin, variant, turnsOff, isValid: meant !== undefined }];
}
