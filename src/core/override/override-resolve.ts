import type { FlagKey, FlagType, VariantName } from "../flag/flag.ts";
import { isHit, killerOf } from "./kill-pattern.ts";
import { nearest } from "../diagnostic/nearest.ts";
import {
  type KillList,
  OVERRIDE_ORIGINS,
  type OverrideOrigin,
  type OverrideProblem,
  type OverrideSetting,
  type ParsedOverrides,
} from "./override.ts";
import { OFF_TEXT, ON_TEXT, switchWord, variableOf } from "./override-text.ts";

/** What an override has to know of a flag. */
export interface KnownFlag {
  readonly key: FlagKey;
  readonly type: FlagType;
  readonly variants: readonly VariantName[];
  readonly offVariant: VariantName;
  readonly tags: readonly string[];
}

export interface KnownFlags {
  /** Live ones, and those that only the generated definitions know. */
  readonly flags: readonly KnownFlag[];
  readonly archived: ReadonlySet<FlagKey>;
  /** False before any table was read: then a name that matches nothing is no problem yet. */
  readonly isComplete: boolean;
}

/** What decides a flag in place of the table. */
export interface Decision {
  /** For evaluation metadata: `FEATURE_X`, or `FLAGS_KILL=workshop_*`. */
  readonly via: string;
  readonly variable: string;
  readonly origin: OverrideOrigin;
  readonly variant: VariantName;
  /** It serves the off variant. */
  readonly turnsOff: boolean;
  /** False: the value was not understood, so the flag serves its off variant. */
  readonly isValid: boolean;
}

/** An override in force. It shows what it makes of the flag, never what was written. */
export interface ActiveOverride extends Decision {
  readonly flagKey: FlagKey;
  /** Other settings of the same flag that lost: off beats on, nearer beats farther. */
  readonly beats: readonly { readonly via: string; readonly origin: OverrideOrigin }[];
}

export interface ResolvedOverrides {
  /** In key order. */
  readonly active: readonly ActiveOverride[];
  readonly byKey: ReadonlyMap<FlagKey, ActiveOverride>;
  /** Those found while reading, then those of names and values, in a stable order. */
  readonly problems: readonly OverrideProblem[];
  /** What is set for a key that neither the table nor the definitions know: right for a caller who wants a boolean. */
  readonly ofUnknown: (key: FlagKey) => Decision | undefined;
}

/**
 * Applies what was parsed to the flags that there are; again with every snapshot, so that a flag synced later is caught by
 * a pattern too. Order: kill patterns → a setting that says off → the environment → the file. A value that is not
 * understood counts as off: it must never enable.
 */
export function resolveOverrides(parsed: ParsedOverrides, known: KnownFlags): ResolvedOverrides {
  const settings = Map.groupBy(parsed.settings, ({ variable }) => variable);
  const isAnySet = parsed.settings.length > 0 || parsed.kills.length > 0;
  const active = (isAnySet ? known.flags : [])
    .flatMap((flag) => activeOf(flag, settings.get(variableOf(flag.key)) ?? [], parsed.kills))
    .sort((a, b) => (a.flagKey < b.flagKey ? -1 : 1));
  return {
    active,
    byKey: new Map(active.map((override) => [override.flagKey, override])),
    problems: [
      ...parsed.problems,
      ...settingProblems(parsed, known),
      ...(known.isComplete ? parsed.kills.flatMap((list) => killProblems(list, known)) : []),
    ],
    ofUnknown: (key) => {
      if (!isAnySet) return undefined;
      const flag: KnownFlag = { key, type: "boolean", variants: ["on", "off"], offVariant: "off", tags: [] };
      return activeOf(flag, settings.get(variableOf(key)) ?? [], parsed.kills)[0];
    },
  };
}

function activeOf(
  flag: KnownFlag,
  settings: readonly OverrideSetting[],
  kills: readonly KillList[],
): readonly ActiveOverride[] {
  const decisions = [
    ...kills.flatMap((list) => killDecision(list, flag)),
    ...settings.map((setting) => settingDecision(setting, flag)),
  ];
  const [winner, ...others] = decisions.sort((a, b) => rank(a) - rank(b));
  if (!winner) return [];
  return [{ ...winner, flagKey: flag.key, beats: others.map(({ via, origin }) => ({ via, origin })) }];
}

/** Smaller is stronger. */
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

/** The variant that a value asks for: by its exact name, else by a word; undefined when it asks for none. */
function variantMeant(value: string, flag: KnownFlag): VariantName | undefined {
  if (flag.variants.includes(value)) return value;
  const word = switchWord(value);
  if (word === "off") return flag.offVariant;
  return word === "on" && flag.type === "boolean" ? "on" : undefined;
}

function settingProblems(parsed: ParsedOverrides, known: KnownFlags): readonly OverrideProblem[] {
  if (parsed.settings.length === 0 && parsed.ignored.length === 0) return [];
  const flagsOf = Map.groupBy(known.flags, ({ key }) => variableOf(key));
  const archivedOf = new Map([...known.archived].map((key) => [variableOf(key), key]));
  const foreign = parsed.ignored.flatMap((variable) =>
    (flagsOf.get(variable) ?? []).map(({ key }): OverrideProblem => {
      const message = `FLAGS_ENV_IGNORE names ${variable}, which would override ${key}: it does not`;
      return { code: "override-ignored", severity: "warning", variable, origin: "environment", message };
    }),
  );
  return parsed.settings
    .flatMap((setting) => {
      const flags = flagsOf.get(setting.variable) ?? [];
      const invalid = flags.flatMap((flag) => invalidProblem(setting, flag));
      const archived = archivedOf.get(setting.variable);
      if (archived !== undefined) return [...invalid, archivedProblem(setting, archived)];
      return flags.length > 0 || !known.isComplete ? invalid : [unknownProblem(setting, known)];
    })
    .concat(foreign);
}

function invalidProblem({ variable, origin, value }: OverrideSetting, flag: KnownFlag): readonly OverrideProblem[] {
  if (variantMeant(value, flag) !== undefined) return [];
  const accepted =
    flag.type === "boolean"
      ? `neither on (${ON_TEXT}) nor off (${OFF_TEXT})`
      : `neither a variant (${flag.variants.join(", ")}) nor off`;
  const message = `${variable} is ${accepted}: ${flag.key} serves its off variant`;
  return [{ code: "override-invalid", severity: "error", variable, origin, message }];
}

function archivedProblem({ variable, origin }: OverrideSetting, key: FlagKey): OverrideProblem {
  const message = `${variable} is for ${key}, which is archived`;
  return { code: "override-archived", severity: "warning", variable, origin, message };
}

function unknownProblem({ variable, origin }: OverrideSetting, known: KnownFlags): OverrideProblem {
  const key = nearest(
    variable.slice("FEATURE_".length),
    known.flags.map((flag) => flag.key),
  );
  const message = `${variable} matches no flag${key === undefined ? "" : `; nearest is ${key}`}`;
  return { code: "override-unknown", severity: "warning", variable, origin, message };
}

function killProblems({ patterns, origin }: KillList, known: KnownFlags): readonly OverrideProblem[] {
  const keys = known.flags.map(({ key }) => key);
  return patterns
    .filter((pattern) => !known.flags.some((flag) => isHit(pattern, flag)))
    .map((pattern) => {
      const candidates = pattern.of === "key" ? keys : known.flags.flatMap(({ tags }) => tags);
      const near = nearest(pattern.glob, candidates);
      const what = `FLAGS_KILL: ${pattern.text} matches no flag${near === undefined ? "" : `; nearest is ${near}`}`;
      // A kill that hits nothing leaves the fire burning; an exception that hits nothing kills one flag too many.
      const severity = pattern.spares ? "warning" : "error";
      return { code: "kill-no-match", severity, variable: "FLAGS_KILL", origin, message: what };
    });
}
