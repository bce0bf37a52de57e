const ON_WORDS: ReadonlySet<string> = new Set(["true", "1", "on", "yes", "enabled"]);
const OFF_WORDS: ReadonlySet<string> = new Set(["false", "0", "off", "no", "disabled", "kill"]);

/** Returns whether a word means on or off, ignoring case; undefined for a word that means neither. */
export function switchWord(text: string): "on" | "off" | undefined {
  const word = text.toLowerCase();
  if (ON_WORDS.has(word)) return "on";
  return OFF_WORDS.has(word) ? "off" : undefined;
}

/** The words for on and for off, for messages. */
export const ON_TEXT = [...ON_WORDS].join(", ");
export const OFF_TEXT = [...OFF_WORDS].join(", ");

/** Returns the variable that overrides a flag: `new-checkout` → `FEATURE_NEW_CHECKOUT`. */
export function variableOf(key: string): string {
  return `FEATURE_${key.toUpperCase().replaceAll("-", "_")}`;
}

/** Strips white space and quotes around a value: `docker --env-file` keeps quotes, CRLF files leave a `\r`. */
export function bareValue(text: string): string {
  let bare = text.trim();
  while (bare.length >= 2 && (bare[0] === '"' || bare[0] === "'") && bare.at(-1) === bare[0]) {
    bare = bare.slice(1, -1).trim();
  }
  return bare;
}

/** One line of an override file that sets a variable. */
export interface SettingLine {
  readonly variable: string;
  /** The value as {@link bareValue} returns it. */
  readonly value: string;
  /** The number of the line, from 1. */
  readonly line: number;
}

const SETTING = /^(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/s;

/**
 * Parses the lines of an override file: `KEY=value`, optionally after `export`. Blank lines are left out, and so are
 * comments, which begin with `#` at the start of a line or after white space.
 *
 * @returns the settings in file order, and the numbers of the lines that cannot be read
 */
export function settingLines(text: string): { readonly settings: SettingLine[]; readonly badLines: number[] } {
  const settings: SettingLine[] = [];
  const badLines: number[] = [];
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const [index, raw] of lines.entries()) {
    const content = raw.replace(/(?:^|\s)#.*$/s, "").trim();
    if (content === "") continue;
    const [, variable, value = ""] = SETTING.exec(content) ?? [];
    if (variable === undefined) badLines.push(index + 1);
    else settings.push({ variable, value: bareValue(value), line: index + 1 });
  }
  return { settings, badLines };
}
