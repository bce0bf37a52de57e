import type { Severity } from "../diagnostic/diagnostic.ts";
import { isBareStar, type KillPattern, parseKill } from "./kill-pattern.ts";
import { nearest } from "../diagnostic/nearest.ts";
import { bareValue, type SettingLine, settingLines, switchWord } from "./override-text.ts";

/** The places that overrides are read from, nearest first: of two settings that both enable a flag, the nearer one counts. */
export const OVERRIDE_ORIGINS = ["environment", "file"] as const;
export type OverrideOrigin = (typeof OVERRIDE_ORIGINS)[number];

/** The text of one source of overrides beside the environment: lines `KEY=value`. */
export interface OverrideText {
  readonly origin: Exclude<OverrideOrigin, "environment">;
  /** Names the source in messages, e.g. the path of a file. */
  readonly path: string;
  readonly text: string;
}

/** Every problem that settings can have. Codes are API: add, never rename or reuse. */
export const OVERRIDE_PROBLEM_CODES = [
  "override-invalid",
  "override-unknown",
  "override-archived",
  "override-ignored",
  "override-line",
  "override-repeated",
  "kill-pattern",
  "kill-no-match",
  "kill-all",
  "control-unknown",
] as const;

/** Something wrong with a setting. The message never holds the value of an unknown or invalid variable. */
export interface OverrideProblem {
  readonly code: (typeof OVERRIDE_PROBLEM_CODES)[number];
  readonly severity: Severity;
  /** Null for a line that names none. */
  readonly variable: string | null;
  readonly origin: OverrideOrigin;
  /** One sentence without a full stop at its end. */
  readonly message: string;
}

/** A `FEATURE_…` that is set to something. Its value may be anything, a secret included: never show it. */
export interface OverrideSetting {
  readonly variable: string;
  readonly origin: OverrideOrigin;
  readonly value: string;
}

/** One `FLAGS_KILL`. */
export interface KillList {
  readonly origin: OverrideOrigin;
  readonly patterns: readonly KillPattern[];
}

/** What all sources say, before it is known which flags exist. */
export interface ParsedOverrides {
  /** At most one of each variable and origin. */
  readonly settings: readonly OverrideSetting[];
  /** The environment's first. A list spares only what it kills itself: another list's kill stands. */
  readonly kills: readonly KillList[];
  /** The `FEATURE_…` that belong to somebody else. */
  readonly ignored: readonly string[];
  readonly problems: readonly OverrideProblem[];
}

/** A setting as found, whatever its name. */
interface Found {
  readonly name: string;
  readonly value: string;
  readonly origin: OverrideOrigin;
  /** How messages call it, e.g. `FEATURE_X (overrides.env:3)`. */
  readonly label: string;
}

const FEATURE = "FEATURE_";
const CONTROLS = ["FLAGS_KILL", "FLAGS_KILL_ALL", "FLAGS_ENV_IGNORE", "FLAGS_OVERRIDE_FILE"] as const;
/** The controls that a file may set too. */
const FILE_CONTROLS: readonly string[] = ["FLAGS_KILL", "FLAGS_KILL_ALL"];
/** Settings of other parts, which are near enough to a control to be taken for a slip. */
const NEIGHBOURS: readonly string[] = ["FLAGS_ENV", "FLAGS_DATABASE_URL"];

/**
 * Reads overrides from the environment and from other sources. Never throws: what cannot be read becomes a problem, and
 * everything else applies.
 */
export function parseOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  texts: readonly OverrideText[] = [],
): ParsedOverrides {
  const ignored = ignoredNames(environment["FLAGS_ENV_IGNORE"]);
  const problems: OverrideProblem[] = [];
  const found = [
    ...fromEnvironment(environment).filter(({ name }) => !ignored.includes(name)),
    ...texts.flatMap((text) => fromText(text, problems)),
  ];
  const settings = found
    .filter(({ name }) => name.startsWith(FEATURE))
    .map(({ name, value, origin }) => ({ variable: name, value, origin }));
  problems.push(...found.flatMap(controlProblem));
  return { settings, kills: killLists(found, problems), ignored, problems };
}

function ignoredNames(value: string | undefined): readonly string[] {
  const names = bareValue(value ?? "").split(",");
  return names.map((name) => name.trim()).filter((name) => name !== "");
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): readonly Found[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(FEATURE) || name.startsWith("FLAG"))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => {
      const raw = environment[name];
      const value = typeof raw === "string" ? bareValue(raw) : "";
      return value === "" ? [] : [{ name, value, origin: "environment" as const, label: name }];
    });
}

/** Of two lines that set the same `FEATURE_…` the last counts, as in a shell; every `FLAGS_KILL` counts. */
function fromText({ origin, path, text }: OverrideText, problems: OverrideProblem[]): readonly Found[] {
  const { settings, badLines } = settingLines(text);
  for (const line of badLines) {
    problems.push(lineProblem(origin, null, `${path}:${line} is not KEY=value: the line is left out`));
  }
  const lastOf = new Map(settings.map((setting) => [setting.name, setting]));
  return settings.flatMap((setting) => {
    const problem = settingProblem(setting, lastOf.get(setting.name) ?? setting, { origin, path });
    if (problem) problems.push(problem);
    const label = `${setting.name} (${path}:${setting.line})`;
    const isUsable = problem === undefined && setting.value !== "";
    return isUsable ? [{ name: setting.name, value: setting.value, origin, label }] : [];
  });
}

function settingProblem(
  setting: SettingLine,
  last: SettingLine,
  { origin, path }: Omit<OverrideText, "text">,
): OverrideProblem | undefined {
  const { name, line } = setting;
  if (FILE_CONTROLS.includes(name)) return undefined;
  if (!name.startsWith(FEATURE)) {
    const expected = `FEATURE_… or ${FILE_CONTROLS.join(", ")}`;
    return lineProblem(origin, name, `${path}:${line} sets ${name}, expected ${expected}: the line is left out`);
  }
  if (last.line === line) return undefined;
  const message = `${path} sets ${name} more than once: line ${last.line} counts, line ${line} does not`;
  return { code: "override-repeated", severity: "warning", variable: name, origin, message };
}

function lineProblem(origin: OverrideOrigin, variable: string | null, message: string): OverrideProblem {
  return { code: "override-line", severity: "error", variable, origin, message };
}

/** A slip in the name of a control (`FLAGS_KILLS`) must not look like a kill that works. */
function controlProblem({ name, origin }: Found): readonly OverrideProblem[] {
  const isKnown = [...CONTROLS, ...NEIGHBOURS].some(
    (known) => name === known || name.startsWith("FLAGS_DATABASE_URL_"),
  );
  if (name.startsWith(FEATURE) || isKnown) return [];
  const meant = nearest(name, [...CONTROLS, ...NEIGHBOURS]);
  if (meant === undefined || NEIGHBOURS.includes(meant)) return [];
  const message = `${name} does nothing; nearest is ${meant}`;
  return [{ code: "control-unknown", severity: "warning", variable: name, origin, message }];
}

function killLists(found: readonly Found[], problems: OverrideProblem[]): readonly KillList[] {
  const allowsAll = allowsKillAll(found, problems);
  return found
    .filter(({ name }) => name === "FLAGS_KILL")
    .map(({ value, origin, label }) => {
      const parsed = parseKill(value);
      const refused = (code: "kill-pattern" | "kill-all", message: string) =>
        problems.push({ code, severity: "error", variable: "FLAGS_KILL", origin, message: `${label}: ${message}` });
      const patterns = parsed.flatMap((pattern, index) => {
        if (!pattern) {
          refused("kill-pattern", `entry ${index + 1} is no pattern, expected a key, a key with *, !key or tag:name`);
          return [];
        }
        if (!isBareStar(pattern) || allowsAll) return [pattern];
        refused("kill-all", "a bare * would switch off every flag and is left out, unless FLAGS_KILL_ALL=1 is set too");
        return [];
      });
      return { origin, patterns };
    });
}

function allowsKillAll(found: readonly Found[], problems: OverrideProblem[]): boolean {
  const allowing = found.filter(({ name }) => name === "FLAGS_KILL_ALL");
  for (const { value, origin, label } of allowing) {
    if (switchWord(value) !== undefined) continue;
    const message = `${label} is neither 1 nor 0: a bare * stays refused`;
    problems.push({ code: "kill-all", severity: "error", variable: "FLAGS_KILL_ALL", origin, message });
  }
  const said = allowing.filter(({ value }) => switchWord(value) === "on");
  const hasStar = found.some(({ name, value }) => name === "FLAGS_KILL" && parseKill(value).some(isStar));
  for (const { origin, label } of hasStar ? [] : said) {
    const message = `${label} kills nothing by itself: it only allows FLAGS_KILL='*'`;
    problems.push({ code: "kill-all", severity: "warning", variable: "FLAGS_KILL_ALL", origin, message });
  }
  return said.length > 0;
}

function isStar(pattern: KillPattern | undefined): boolean {
  return pattern !== undefined && isBareStar(pattern);
}
