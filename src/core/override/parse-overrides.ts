import { nearest } from "../diagnostic/nearest.ts";
import { type Variables, variableIn } from "../variable.ts";
import { type FoundSetting, fromEnvironment, fromText, isFeature, TEXT_CONTROLS } from "./found-settings.ts";
import { isBareStar, namesIn, parseKill } from "./kill-pattern.ts";
import {
  type KillList,
  OVERRIDE_SOURCES,
  type OverrideProblem,
  type OverrideText,
  type ParsedOverrides,
} from "./override.ts";
import { switchWord } from "./override-text.ts";

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
export function parseOverrides(environment: Variables, texts: readonly OverrideText[] = []): ParsedOverrides {
  const ignored = namesIn(variableIn(environment, "FLAGS_ENV_IGNORE") ?? "").map((name) => name.toUpperCase());
  const problems: OverrideProblem[] = [];
  const found = [
    ...fromEnvironment(environment, ignored, problems),
    ...texts.flatMap((text) => fromText(text, problems)),
  ];
  const settings = found
    .filter(({ variable }) => isFeature(variable))
    .map(({ variable, origin, value, onlyDisables, isEarlier }) => {
      return { variable, origin, value, onlyDisables, isEarlier };
    });
  problems.push(...found.flatMap(controlProblem));
  return { settings, kills: killLists(found, problems), ignored, problems };
}

/** Reports a typo in the name of a control (`FLAGS_KILLS`), which must not look like a kill that works. */
function controlProblem({ variable, origin }: FoundSetting): readonly OverrideProblem[] {
  const controls = [...CONTROLS, ...NEIGHBOURS];
  if (isFeature(variable) || variable.startsWith("FLAGS_DATABASE_URL_")) return [];
  const meant = controls.includes(variable) ? undefined : nearest(variable, controls);
  if (meant === undefined || NEIGHBOURS.includes(meant)) return [];
  const message = `${variable} has no effect; the nearest name is ${meant}`;
  return [{ code: "control-unknown", severity: "warning", variable, origin, message }];
}

function killLists(found: readonly FoundSetting[], problems: OverrideProblem[]): readonly KillList[] {
  const lists = found
    .filter(({ variable }) => variable === "FLAGS_KILL")
    .map((setting) => ({ ...setting, entries: parseKill(setting.value) }));
  const hasStar = lists.some(({ entries }) =>
    entries.some((pattern) => typeof pattern !== "string" && isBareStar(pattern)),
  );
  const allowsAll = allowsKillAll(found, hasStar, problems);
  return lists.map(({ entries, variable, origin, label, isEarlier }) => {
    const refuse = (code: "kill-pattern" | "kill-all", message: string) => {
      if (!isEarlier) problems.push({ code, severity: "error", variable, origin, message: `${label}: ${message}` });
      return [];
    };
    const patterns = entries.flatMap((pattern, index) => {
      if (typeof pattern === "string") {
        // Other characters may be those of a password.
        const shown = /^[\w.*:!-]+$/.test(pattern) ? ` (${pattern})` : "";
        return refuse(
          "kill-pattern",
          `entry ${index + 1}${shown} is not valid; write a key, a key with *, !key or tag:name`,
        );
      }
      if (!isBareStar(pattern) || allowsAll) return [pattern];
      return refuse("kill-all", "a bare * would disable every flag; it is ignored unless FLAGS_KILL_ALL=1 is set too");
    });
    return { origin, patterns, isEarlier };
  });
}

function allowsKillAll(found: readonly FoundSetting[], hasStar: boolean, problems: OverrideProblem[]): boolean {
  const settings = found.filter(({ variable }) => variable === "FLAGS_KILL_ALL");
  const report = (
    severity: OverrideProblem["severity"],
    { variable, origin, isEarlier }: FoundSetting,
    message: string,
  ) => {
    if (!isEarlier) problems.push({ code: "kill-all", severity, variable, origin, message });
  };
  for (const setting of settings) {
    if (switchWord(setting.value) === undefined) {
      report("error", setting, `${setting.label} must be 1 or 0; a bare * is ignored`);
    }
  }
  const allowing = settings.filter(({ value }) => switchWord(value) === "on");
  for (const setting of hasStar ? [] : allowing) {
    report("warning", setting, `${setting.label} has no effect alone; it only allows FLAGS_KILL='*'`);
  }
  return allowing.length > 0;
}
