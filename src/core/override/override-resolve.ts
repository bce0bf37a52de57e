import { nearest } from "../diagnostic/nearest.ts";
import type { FlagDefinitions } from "../flag/definitions.ts";
import type { Flag, FlagKey, VariantName } from "../flag/flag.ts";
import { isHit, killerOf } from "./kill-pattern.ts";
import {
  type KillList,
  OVERRIDE_ORIGINS,
  type OverrideOrigin,
  type OverrideProblem,
  type OverrideSetting,
  type ParsedOverrides,
} from "./override.ts";
import { OFF_TEXT, ON_TEXT, switchWord, variableOf } from "./override-text.ts";

/** The part of a flag that overrides need. */
type KnownFlag = Pick<Flag, "key" | "type" | "variants" | "offVariant" | "tags">;

/** The flags that overrides can refer to. */
interface KnownFlags {
  /** Live flags, and flags that only the generated definitions contain. */
  readonly flags: readonly KnownFlag[];
  readonly archived: ReadonlySet<FlagKey>;
  /** False until a table has been read: until then, a name that matches nothing is not a problem. */
  readonly isComplete: boolean;
}

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

/**
 * Applies overrides to live flags and to flags that only the generated definitions contain. Runs again for every
 * snapshot, so that a pattern also applies to a flag that is synced later. Order of precedence: kill patterns →
 * settings that disable → the environment → the file. A value that is not valid counts as off, because it must never
 * enable a flag.
 */
export function overridesOf(
  { overrides, definitions = {}, revision }: OverrideInput,
  live: ReadonlyMap<FlagKey, Flag>,
  archived: ReadonlySet<FlagKey>,
): ResolvedOverrides {
  const { settings, kills, ignored, problems } = overrides ?? { settings: [], kills: [], ignored: [], problems: [] };
  if (settings.length + kills.length + ignored.length === 0) {
    return { active: [], byKey: new Map(), problems, ofUnknown: () => undefined };
  }
  const generated = Object.entries(definitions).filter(([key]) => !live.has(key));
  const known: KnownFlags = {
    flags: [...live.values(), ...generated.map(([key, definition]) => ({ key, ...definition }))],
    archived,
    isComplete: live.size > 0 || archived.size > 0 || revision !== undefined,
  };
  const byVariable = Map.groupBy(settings, ({ variable }) => variable);
  const activeOf = (flag: KnownFlag) => winnerOf(flag, byVariable.get(variableOf(flag.key)) ?? [], kills);
  const active = known.flags
    .map(activeOf)
    .filter((override) => override !== undefined)
    .sort((a, b) => (a.flagKey < b.flagKey ? -1 : 1));
  return {
    active,
    byKey: new Map(active.map((override) => [override.flagKey, override])),
    problems: [
      ...problems,
      ...settings.flatMap(settingProblems(known)),
      ...ignoredProblems(ignored, known),
      ...(known.isComplete ? kills.flatMap((list) => killProblems(list, known)) : []),
    ],
    ofUnknown: (key) =>
      activeOf({ key, type: "boolean", variants: { on: true, off: false }, offVariant: "off", tags: [] }),
  };
}

/** Returns the override that takes precedence for a flag; undefined if the flag has none. */
function winnerOf(
  flag: KnownFlag,
  settings: readonly OverrideSetting[],
  kills: readonly KillList[],
): ActiveOverride | undefined {
  const decisions = [
    ...kills.flatMap((list) => killDecision(list, flag)),
    ...settings.map((setting) => settingDecision(setting, flag)),
  ];
  const [winner, ...others] = decisions.sort((a, b) => rank(a) - rank(b));
  return winner && { ...winner, flagKey: flag.key, beats: others.map(({ via, origin }) => ({ via, origin })) };
}

/** Returns the rank of an override; a smaller rank takes precedence. */
function rank({ variable, turnsOff, isValid, origin }: Decision): number {
  const strength = variable === "FLAGS_KILL" ? 0 : !turnsOff ? 3 : isValid ? 1 : 2;
  return strength * OVERRIDE_ORIGINS.length + OVERRIDE_ORIGINS.indexOf(origin);
}

function killDecision({ patterns, origin }: KillList, flag: KnownFlag): readonly Decision[] {
  const killer = killerOf(patterns, flag);
  if (!killer) return [];
  const via = `FLAGS_KILL=${killer.text}`;
  return [{ via, variable: "FLAGS_KILL", origin, variant: flag.offVariant, turnsOff: true, isValid: true }];
}

function settingDecision({ variable, origin, value }: OverrideSetting, flag: KnownFlag): Decision {
  const meant = variantMeant(value, flag);
  const variant = meant ?? flag.offVariant;
  const turnsOff = variant === flag.offVariant;
  return { via: variable, variable, origin, variant, turnsOff, isValid: meant !== undefined };
}

/** Returns the variant that a value names: by its exact name, else by a word such as `off`; undefined for any other value. */
function variantMeant(value: string, flag: KnownFlag): VariantName | undefined {
  if (Object.hasOwn(flag.variants, value)) return value;
  const word = switchWord(value);
  if (word === "off") return flag.offVariant;
  return word === "on" && flag.type === "boolean" ? "on" : undefined;
}

function settingProblems({
  flags,
  archived,
  isComplete,
}: KnownFlags): (setting: OverrideSetting) => readonly OverrideProblem[] {
  const flagsOf = Map.groupBy(flags, ({ key }) => variableOf(key));
  const archivedOf = new Map([...archived].map((key) => [variableOf(key), key]));
  return (setting) => {
    const { variable, origin } = setting;
    const named = flagsOf.get(variable) ?? [];
    const invalid = named.flatMap((flag) => invalidProblem(setting, flag));
    const key = archivedOf.get(variable);
    const warning = (code: OverrideProblem["code"], message: string): readonly OverrideProblem[] => {
      return [...invalid, { code, severity: "warning", variable, origin, message: `${variable} ${message}` }];
    };
    if (key !== undefined) return warning("override-archived", `is for ${key}, which is archived`);
    if (named.length > 0 || !isComplete) return invalid;
    const keys = flags.map((flag) => flag.key);
    return warning("override-unknown", noMatchText(variable.slice("FEATURE_".length), keys));
  };
}

/** Describes a name or pattern that matches no flag, with the name that was probably meant. */
function noMatchText(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return `matches no flag${near === undefined ? "" : `; the nearest name is ${near}`}`;
}

function ignoredProblems(ignored: readonly string[], { flags }: KnownFlags): readonly OverrideProblem[] {
  return ignored.flatMap((variable) =>
    flags
      .filter(({ key }) => variableOf(key) === variable)
      .map(({ key }) => {
        const message = `FLAGS_ENV_IGNORE names ${variable}, so that variable does not override ${key}`;
        return { code: "override-ignored", severity: "warning", variable, origin: "environment", message };
      }),
  );
}

function invalidProblem({ variable, origin, value }: OverrideSetting, flag: KnownFlag): readonly OverrideProblem[] {
  if (variantMeant(value, flag) !== undefined) return [];
  const accepted =
    flag.type === "boolean"
      ? `neither on (${ON_TEXT}) nor off (${OFF_TEXT})`
      : `neither a variant (${Object.keys(flag.variants).join(", ")}) nor off`;
  const message = `${variable} is ${accepted}: ${flag.key} serves its off variant`;
  return [{ code: "override-invalid", severity: "error", variable, origin, message }];
}

function killProblems({ patterns, origin }: KillList, { flags }: KnownFlags): readonly OverrideProblem[] {
  return patterns
    .filter((pattern) => !flags.some((flag) => isHit(pattern, flag)))
    .map(({ of, glob, text, spares }) => {
      const names = flags.flatMap(({ key, tags }) => (of === "key" ? [key] : tags));
      const message = `FLAGS_KILL: ${text} ${noMatchText(glob, names)}`;
      // A kill that matches nothing does not stop the incident; an exception that matches nothing leaves a flag killed.
      return { code: "kill-no-match", severity: spares ? "warning" : "error", variable: "FLAGS_KILL", origin, message };
    });
}
