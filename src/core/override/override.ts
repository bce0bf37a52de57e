import type { Severity } from "../diagnostic/diagnostic.ts";
import { nearest } from "../diagnostic/nearest.ts";
import { isBareStar, type KillPattern, namesIn, parseKill } from "./kill-pattern.ts";
import { bareValue, settingLines, switchWord } from "./override-text.ts";

/**
 * The sources of override lines `KEY=value` besides the environment, in order of precedence. The
 * variable `control` and the client's option `option` name the path of the source. Messages show
 * `override <origin> <path>`.
 */
export const OVERRIDE_SOURCES = [{ origin: "file", control: "FLAGS_OVERRIDE_FILE", option: "overrideFile" }] as const;
type OverrideSource = (typeof OVERRIDE_SOURCES)[number];
export type OverrideTextOrigin = OverrideSource["origin"];

/**
 * All origins of overrides, in order of precedence: if two settings enable a flag, the one from the source with higher
 * precedence applies.
 */
export const OVERRIDE_ORIGINS = ["environment", ...OVERRIDE_SOURCES.map(({ origin }) => origin)] as const;
export type OverrideOrigin = (typeof OVERRIDE_ORIGINS)[number];

/** A source of override lines whose path is known. */
export interface LocatedSource {
  readonly origin: OverrideTextOrigin;
  readonly control: OverrideSource["control"];
  readonly path: string;
}

/**
 * Returns the sources of override lines that have a path, in order of precedence. The path comes from the option of the
 * source or, without that option, from its variable in the environment.
 */
export function locatedSources(
  environment: Readonly<Record<string, string | undefined>>,
  optionOf: (option: OverrideSource["option"]) => string | undefined = () => undefined,
): readonly LocatedSource[] {
  return OVERRIDE_SOURCES.flatMap(({ origin, control, option }) => {
    const path = optionOf(option) ?? environment[control]?.trim();
    return path === undefined || path === "" ? [] : [{ origin, control, path }];
  });
}

/** The text of one source of override lines. */
export interface OverrideText {
  readonly origin: OverrideTextOrigin;
  /** Names the source in messages, e.g. the path of a file. */
  readonly path: string;
  readonly text: string;
}

/** A problem with a setting. The message never contains the value of an unknown or invalid variable. */
export interface OverrideProblem {
  /** Codes are API: add new ones, never rename or reuse one. */
  readonly code:
    | "override-invalid"
    | "override-unknown"
    | "override-archived"
    | "override-ignored"
    | "override-line"
    | "override-repeated"
    | "kill-pattern"
    | "kill-no-match"
    | "kill-all"
    | "control-unknown";
  readonly severity: Severity;
  /** Null for a line that names no variable. */
  readonly variable: string | null;
  readonly origin: OverrideOrigin;
  /** One sentence without a full stop at its end. */
  readonly message: string;
}

/** A `FEATURE_…` variable that is set. Its value may be a secret and must never be shown. */
export interface OverrideSetting {
  readonly variable: string;
  readonly origin: OverrideOrigin;
  readonly value: string;
}

/** The patterns of one `FLAGS_KILL`. */
export interface KillList {
  readonly origin: OverrideOrigin;
  readonly patterns: readonly KillPattern[];
}

/** The parsed settings of all sources, not yet matched with flags. */
export interface ParsedOverrides {
  /** At most one setting for each variable and origin. */
  readonly settings: readonly OverrideSetting[];
  /** The environment's list comes first. Exceptions of one list do not affect the kills of another. */
  readonly kills: readonly KillList[];
  /** The `FEATURE_…` variables that belong to other software. */
  readonly ignored: readonly string[];
  readonly problems: readonly OverrideProblem[];
}

/** A setting of any variable. */
interface Found extends OverrideSetting {
  /** Names the setting in messages, e.g. `FEATURE_X (overrides.env:3)`. */
  readonly label: string;
}

const FEATURE = "FEATURE_";
/** The controls that override lines, like the environment, may set. */
const TEXT_CONTROLS: readonly string[] = ["FLAGS_KILL", "FLAGS_KILL_ALL"];
const CONTROLS: readonly string[] = [
  ...TEXT_CONTROLS,
  "FLAGS_ENV_IGNORE",
  ...OVERRIDE_SOURCES.map(({ control }) => control),
];
/** Variables of other features whose names resemble a control and would be taken for a typo. */
const NEIGHBOURS: readonly string[] = ["FLAGS_ENV", "FLAGS_DATABASE_URL"];

/**
 * Parses overrides from the environment and from other sources. Never throws: a setting that is not valid becomes a
 * problem, and all others apply.
 */
export function parseOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  texts: readonly OverrideText[] = [],
): ParsedOverrides {
  const ignored = namesIn(bareValue(environment["FLAGS_ENV_IGNORE"] ?? ""));
  const problems: OverrideProblem[] = [];
  const found = [
    ...fromEnvironment(environment).filter(({ variable }) => !ignored.includes(variable)),
    ...texts.flatMap((text) => fromText(text, problems)),
  ];
  const settings = found
    .filter(({ variable }) => variable.startsWith(FEATURE))
    .map(({ variable, origin, value }) => ({ variable, origin, value }));
  problems.push(...found.flatMap(controlProblem));
  return { settings, kills: killLists(found, problems), ignored, problems };
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly Found[] {
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(FEATURE) || variable.startsWith("FLAG"))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((variable) => {
      const raw = environment[variable];
      const value = typeof raw === "string" ? bareValue(raw) : "";
      return value === "" ? [] : [{ variable, value, origin: "environment" as const, label: variable }];
    });
}

/**
 * Parses one text. If two lines set the same `FEATURE_…`, the last one applies, as in a shell; every `FLAGS_KILL`
 * applies.
 */
function fromText({ origin, path, text }: OverrideText, problems: OverrideProblem[]): readonly Found[] {
  const { settings, badLines } = settingLines(text);
  const lineProblem = (variable: string | null, message: string) =>
    problems.push({ code: "override-line", severity: "error", variable, origin, message });
  for (const line of badLines) lineProblem(null, `${path}:${line} is not KEY=value; the line is ignored`);
  const lastLines = new Map(settings.map(({ variable, line }) => [variable, line]));
  return settings.flatMap(({ variable, value, line }) => {
    const last = lastLines.get(variable);
    if (!TEXT_CONTROLS.includes(variable)) {
      if (!variable.startsWith(FEATURE)) {
        const allowed = `FEATURE_…, ${TEXT_CONTROLS.join(" and ")}`;
        lineProblem(
          variable,
          `${path}:${line} sets ${variable}, but a ${origin} can only set ${allowed}; the line is ignored`,
        );
        return [];
      }
      if (last !== line) {
        const message = `${path} sets ${variable} more than once; line ${last} applies, and line ${line} is ignored`;
        problems.push({ code: "override-repeated", severity: "warning", variable, origin, message });
        return [];
      }
    }
    return value === "" ? [] : [{ variable, value, origin, label: `${variable} (${path}:${line})` }];
  });
}

/** Reports a typo in the name of a control (`FLAGS_KILLS`), which must not look like a kill that works. */
function controlProblem({ variable, origin }: Found): readonly OverrideProblem[] {
  const controls = [...CONTROLS, ...NEIGHBOURS];
  if ([FEATURE, "FLAGS_DATABASE_URL_"].some((prefix) => variable.startsWith(prefix))) return [];
  const meant = controls.includes(variable) ? undefined : nearest(variable, controls);
  if (meant === undefined || NEIGHBOURS.includes(meant)) return [];
  const message = `${variable} has no effect; the nearest name is ${meant}`;
  return [{ code: "control-unknown", severity: "warning", variable, origin, message }];
}

function killLists(found: readonly Found[], problems: OverrideProblem[]): readonly KillList[] {
  const lists = found
    .filter(({ variable }) => variable === "FLAGS_KILL")
    .map((setting) => ({ ...setting, entries: parseKill(setting.value) }));
  const hasStar = lists.some(({ entries }) => entries.some((pattern) => pattern !== undefined && isBareStar(pattern)));
  const allowsAll = allowsKillAll(found, hasStar, problems);
  return lists.map(({ entries, variable, origin, label }) => {
    const refuse = (code: "kill-pattern" | "kill-all", message: string) => {
      problems.push({ code, severity: "error", variable, origin, message: `${label}: ${message}` });
      return [];
    };
    const patterns = entries.flatMap((pattern, index) => {
      if (pattern === undefined) {
        return refuse("kill-pattern", `entry ${index + 1} is not valid; write a key, a key with *, !key or tag:name`);
      }
      if (!isBareStar(pattern) || allowsAll) return [pattern];
      return refuse("kill-all", "a bare * would disable every flag; it is ignored unless FLAGS_KILL_ALL=1 is set too");
    });
    return { origin, patterns };
  });
}

function allowsKillAll(found: readonly Found[], hasStar: boolean, problems: OverrideProblem[]): boolean {
  const settings = found.filter(({ variable }) => variable === "FLAGS_KILL_ALL");
  for (const { variable, value, origin, label } of settings) {
    if (switchWord(value) !== undefined) continue;
    const message = `${label} must be 1 or 0; a bare * is ignored`;
    problems.push({ code: "kill-all", severity: "error", variable, origin, message });
  }
  const allowing = settings.filter(({ value }) => switchWord(value) === "on");
  for (const { variable, origin, label } of hasStar ? [] : allowing) {
    const message = `${label} has no effect alone; it only allows FLAGS_KILL='*'`;
    problems.push({ code: "kill-all", severity: "warning", variable, origin, message });
  }
  return allowing.length > 0;
}
