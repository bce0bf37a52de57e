import { nearest } from "../diagnostic/nearest.ts";
import { orText } from "../text.ts";
import { isHit, isMeantFor } from "./kill-pattern.ts";
import { type KnownFlag, type KnownFlags, variantMeant } from "./known-flag.ts";
import type { KillList, OverrideProblem, OverrideSetting, ParsedOverrides } from "./override.ts";
import { OFF_TEXT, ON_TEXT, variableOf, withoutSeparators } from "./override-text.ts";

/** Reports the settings and patterns that do not match the known flags, or whose value a flag does not have. */
export function matchProblems(
  { settings, kills, ignored }: ParsedOverrides,
  known: KnownFlags,
): readonly OverrideProblem[] {
  return [
    ...settings.flatMap(settingProblems(known)),
    ...ignoredProblems(ignored, known),
    ...(known.isComplete ? kills.flatMap((list) => killProblems(list, known)) : []),
  ];
}

function settingProblems({
  flags,
  archived,
  isComplete,
}: KnownFlags): (setting: OverrideSetting) => readonly OverrideProblem[] {
  const flagsOf = Map.groupBy(flags, ({ key }) => variableOf(key));
  const similar = Map.groupBy(flags, ({ key }) => withoutSeparators(variableOf(key)));
  const archivedOf = new Map([...archived].map((key) => [variableOf(key), key]));
  return (setting) => {
    const { variable, origin, isEarlier } = setting;
    if (isEarlier) return [];
    const named = flagsOf.get(variable) ?? [];
    const invalid = named.flatMap((flag) => invalidProblem(setting, flag));
    const key = archivedOf.get(variable);
    const warning = (code: OverrideProblem["code"], message: string): readonly OverrideProblem[] => {
      return [...invalid, { code, severity: "warning", variable, origin, message: `${variable} ${message}` }];
    };
    if (key !== undefined) return warning("override-archived", `is for ${key}, which is archived`);
    if (named.length > 0) return invalid;
    const meant = similar.get(withoutSeparators(variable)) ?? [];
    if (meant.length > 0) return meant.map((flag) => misspelledProblem(setting, flag));
    if (!isComplete) return [];
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

function misspelledProblem({ variable, origin, value }: OverrideSetting, flag: KnownFlag): OverrideProblem {
  const effect =
    variantMeant(value, flag) === flag.offVariant
      ? `it says off, so it disables ${flag.key} nevertheless`
      : "it has no effect";
  const message = `${variable} must be written ${variableOf(flag.key)}; ${effect}`;
  return { code: "override-misspelled", severity: "error", variable, origin, message };
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

function killProblems({ patterns, origin, isEarlier }: KillList, { flags }: KnownFlags): readonly OverrideProblem[] {
  if (isEarlier) return [];
  return patterns
    .filter((pattern) => !flags.some((flag) => isHit(pattern, flag)))
    .map((pattern) => {
      const { of, glob, text, spares } = pattern;
      const names = flags.flatMap(({ key, tags }) => (of === "key" ? [key] : tags));
      const meant = flags.filter(({ key }) => isMeantFor(pattern, key)).map(({ key }) => key);
      const isMeant = meant.length > 0;
      const what = isMeant
        ? `must be written ${orText(meant)}, which it disables nevertheless`
        : noMatchText(glob, names);
      const message = `FLAGS_KILL: ${text} ${what}`;
      // A kill that matches nothing does not stop the incident; an exception that matches nothing leaves a flag killed.
      return { code: "kill-no-match", severity: spares ? "warning" : "error", variable: "FLAGS_KILL", origin, message };
    });
}
