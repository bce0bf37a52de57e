import type { Severity } from "../diagnostic/diagnostic.ts";
import { type Variables, variableIn } from "../variable.ts";
import type { KillPattern } from "./kill-pattern.ts";

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
  environment: Variables,
  optionOf: (option: OverrideSource["option"]) => string | undefined = () => undefined,
): readonly LocatedSource[] {
  return OVERRIDE_SOURCES.flatMap(({ origin, control, option }) => {
    const path = optionOf(option) ?? variableIn(environment, control);
    return path === undefined || path === "" ? [] : [{ origin, control, path }];
  });
}

/** The text of one source of override lines. */
export interface OverrideText {
  readonly origin: OverrideTextOrigin;
  /** Names the source in messages, e.g. the path of a file. */
  readonly path: string;
  readonly text: string;
  /**
   * What the source said before, while a different text has been read only once: that text may be half written. Until the
   * second read, both texts apply.
   */
  readonly earlier?: string | undefined;
  /** The text is only the beginning of a source that is too large: of its settings only those that disable flags apply. */
  readonly isCut?: boolean | undefined;
}

/** A problem with a setting. The message never contains the value of an unknown or invalid variable. */
export interface OverrideProblem {
  /** Codes are API: add new ones, never rename or reuse one. */
  readonly code:
    | "override-invalid"
    | "override-unknown"
    | "override-misspelled"
    | "override-archived"
    | "override-ignored"
    | "override-line"
    | "override-cut"
    | "override-repeated"
    | "override-empty"
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
  /** In capitals. */
  readonly variable: string;
  readonly origin: OverrideOrigin;
  readonly value: string;
  /** Whether the setting comes from the beginning of a source that is too large, so it may only disable a flag. */
  readonly onlyDisables: boolean;
  /** Whether the setting comes from the earlier text of a source, whose problems were reported. */
  readonly isEarlier: boolean;
}

/** The patterns of one `FLAGS_KILL`. */
export interface KillList {
  readonly origin: OverrideOrigin;
  readonly patterns: readonly KillPattern[];
  /** Whether the list comes from the earlier text of a source, whose problems were reported. */
  readonly isEarlier: boolean;
}

/** The parsed settings of all sources, not yet matched with flags. */
export interface ParsedOverrides {
  /** Of several settings that enable one flag, the one that applies comes first. */
  readonly settings: readonly OverrideSetting[];
  /** The environment's list comes first. Exceptions of one list do not affect the kills of another. */
  readonly kills: readonly KillList[];
  /** The `FEATURE_…` variables that belong to other software. */
  readonly ignored: readonly string[];
  readonly problems: readonly OverrideProblem[];
}
