import { bareValue, type Variables } from "../variable.ts";
import type { OverrideProblem, OverrideSetting, OverrideText } from "./override.ts";
import { type SettingLine, settingLines } from "./override-text.ts";
import { own } from "../own.ts";

/** A setting of any variable. */
export interface FoundSetting extends OverrideSetting {
  /** Names the setting in messages, e.g. `FEATURE_X (overrides.env:3)`. */
  readonly label: string;
}

/** The controls that override lines, like the environment, may set. */
export const TEXT_CONTROLS: readonly string[] = ["FLAGS_KILL", "FLAGS_KILL_ALL"];

/** Returns whether a variable, written in capitals, overrides one flag. */
export function isFeature(variable: string): boolean {
  return /^FEATURE[_.-]/.test(variable);
}

/** Returns the variables that are overrides or look like controls. Empty values count as not set. */
export function fromEnvironment(environment: Variables): readonly FoundSetting[] {
  const whence = { origin: "environment", onlyDisables: false, isEarlier: false } as const;
  return (
    Object.keys(environment)
      .filter((name) => /^(?:FEATURE[_.-]|FLAG)/i.test(name))
      // Capitals come first: that spelling takes precedence over others.
      .sort((a, b) => (a < b ? -1 : 1))
      .flatMap((name) => {
        const raw = own(environment, name);
        const value = typeof raw === "string" ? bareValue(raw) : "";
        const variable = name.toUpperCase();
        return value === "" ? [] : [{ variable, value, label: variable, ...whence }];
      })
  );
}

/**
 * Returns the settings of one text. Of several lines that set the same variable, the last one comes first. Lines of the
 * earlier text follow, unless the text has them too.
 */
export function fromText(source: OverrideText, problems: OverrideProblem[]): readonly FoundSetting[] {
  const { origin, path, text, earlier = "", isCut = false } = source;
  const { settings, badLines } = settingLines(text);
  if (isCut) problems.push(cutProblem(source));
  for (const line of badLines) problems.push(lineProblem(source, null, `${path}:${line} is not KEY=value`));
  const allowed = settings.filter(({ variable, line }) => {
    if (isAllowed(variable)) return true;
    const names = `FEATURE_…, ${TEXT_CONTROLS.join(" and ")}`;
    const what = `${path}:${line} sets ${variable}, but a ${origin} can only set ${names}`;
    problems.push(lineProblem(source, variable, what));
    return false;
  });
  problems.push(...repeatedProblems(source, allowed));
  const foundIn = ({ variable, value, line }: SettingLine, isEarlier: boolean): FoundSetting => {
    const label = `${variable} (${path}:${line})`;
    return { variable, value, label, origin, onlyDisables: isCut && !isEarlier, isEarlier };
  };
  const known = new Set(isCut ? [] : allowed.map(({ variable, value }) => `${variable}=${value}`));
  const before = settingLines(earlier).settings.filter(
    ({ variable, value }) => isAllowed(variable) && !known.has(`${variable}=${value}`),
  );
  return [
    ...lastFirst(allowed).map((setting) => foundIn(setting, false)),
    ...lastFirst(before).map((setting) => foundIn(setting, true)),
  ].filter(({ value }) => value !== "");
}

/** Sorts settings so that of several lines that set one variable the last one comes first. */
function lastFirst(settings: readonly SettingLine[]): readonly SettingLine[] {
  return [...Map.groupBy(settings, ({ variable }) => variable).values()].flatMap((each) => each.toReversed());
}

function isAllowed(variable: string): boolean {
  return isFeature(variable) || TEXT_CONTROLS.includes(variable);
}

function cutProblem({ origin, path, earlier }: OverrideText): OverrideProblem {
  const before = earlier === undefined ? "" : "; the overrides read before stay in force";
  const message = `${path} is too large: only its beginning is read, and only the lines in it that disable flags apply${before}`;
  return { code: "override-cut", severity: "error", variable: null, origin, message };
}

function lineProblem({ origin }: OverrideText, variable: string | null, what: string): OverrideProblem {
  return { code: "override-line", severity: "error", variable, origin, message: `${what}; the line is ignored` };
}

/** Reports each flag that several lines set; every `FLAGS_KILL` applies. */
function repeatedProblems(
  { origin, path }: OverrideText,
  settings: readonly SettingLine[],
): readonly OverrideProblem[] {
  const lines = Map.groupBy(
    settings.filter(({ variable, value }) => isFeature(variable) && value !== ""),
    ({ variable }) => variable,
  );
  return [...lines].flatMap(([variable, each]) => {
    if (each.length < 2) return [];
    const where = each.map(({ line }) => line).join(", ");
    const message = `${path} sets ${variable} more than once (lines ${where}); a line that says off applies, otherwise the last line`;
    return [{ code: "override-repeated", severity: "warning", variable, origin, message }];
  });
}
