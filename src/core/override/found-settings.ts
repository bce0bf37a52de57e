import { bareValue, type Variables } from "../variable.ts";
import {
  OVERRIDE_SOURCES,
  type OverrideOrigin,
  type OverrideProblem,
  type OverrideSetting,
  type OverrideText,
} from "./override.ts";
import { type BadLine, type SettingLine, settingLines } from "./override-text.ts";
import { own } from "../own.ts";

/** A setting of any variable. */
export interface FoundSetting extends OverrideSetting {
  /** Names the setting in messages, e.g. `FEATURE_X (overrides.env:3)`. */
  readonly label: string;
}

/** The controls that override lines, like the environment, may set. */
export const TEXT_CONTROLS: readonly string[] = ["FLAGS_KILL", "FLAGS_KILL_ALL"];

/** Controls whose empty value is reported. */
const REPORTED_EMPTY: readonly string[] = ["FLAGS_KILL", ...OVERRIDE_SOURCES.map(({ control }) => control)];

/** Returns whether a variable, written in capitals, overrides one flag. */
export function isFeature(variable: string): boolean {
  return /^FEATURE[_.-]/.test(variable);
}

/**
 * Returns the variables that are overrides or look like controls. Empty values count as not set.
 *
 * @param ignored  the variables that belong to other software
 */
export function fromEnvironment(
  environment: Variables,
  ignored: readonly string[],
  problems: OverrideProblem[],
): readonly FoundSetting[] {
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
        if (ignored.includes(variable) || raw === undefined) return [];
        if (value !== "") return [{ variable, value, label: variable, ...whence }];
        if (isFeature(variable) || REPORTED_EMPTY.includes(variable)) {
          problems.push(emptyProblem(variable, "environment", variable));
        }
        return [];
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
  for (const bad of badLines) problems.push(badLineProblem(source, bad));
  const allowed = settings.filter(({ variable, line }) => {
    if (isAllowed(variable)) return true;
    const names = `FEATURE_…, ${TEXT_CONTROLS.join(" and ")}`;
    const message = `${path}:${line} sets ${variable}, but a ${origin} can only set ${names}; the line is ignored`;
    problems.push({ code: "override-line", severity: "error", variable, origin, message });
    return false;
  });
  for (const { variable, value, line } of allowed) {
    if (value === "") problems.push(emptyProblem(variable, origin, `${variable} (${path}:${line})`));
  }
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

const FAULTS: Readonly<Record<BadLine["fault"], string>> = {
  unreadable: "is not KEY=value",
  several: "has several settings; write each on a line of its own",
  comment: "has a setting at the end of a comment; write it on a line of its own",
  mixed: "starts a part in UTF-16, but the rest of the file has another encoding; save the whole file as UTF-8",
};

function badLineProblem({ origin, path }: OverrideText, { line, fault, applies }: BadLine): OverrideProblem {
  const partly = fault === "mixed" ? "what can be read applies" : "of this line, only what disables flags applies";
  const effect = applies ? partly : "the line is ignored";
  const message = `${path}:${line} ${FAULTS[fault]}; ${effect}`;
  return { code: "override-line", severity: "error", variable: null, origin, message };
}

/** Reports settings without a value, which look like kills but do nothing. */
function emptyProblem(variable: string, origin: OverrideOrigin, where: string): OverrideProblem {
  const advice = isFeature(variable) ? `; to disable the flag, write ${variable}=false` : "";
  const message = `${where} is empty and has no effect${advice}`;
  return { code: "override-empty", severity: "warning", variable, origin, message };
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
