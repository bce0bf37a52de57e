const ON_WORDS: ReadonlySet<string> = new Set(["true", "1", "on", "yes", "enabled"]);
const OFF_WORDS: ReadonlySet<string> = new Set(["false", "0", "off", "no", "disabled", "kill"]);

/** What the word says in any case, or undefined where it is no such word. */
export function switchWord(text: string): "on" | "off" | undefined {
  const word = text.toLowerCase();
  if (ON_WORDS.has(word)) return "on";
  return OFF_WORDS.has(word) ? "off" : undefined;
}

/** For messages: what switches on, what switches off. */
export const ON_TEXT = [...ON_WORDS].join(", ");
export const OFF_TEXT = [...OFF_WORDS].join(", ");

/** The variable that overrides a flag: `new-checkout` → `FEATURE_NEW_CHECKOUT`. */
export function variableOf(key: string): string {
  return `FEATURE_${key.toUpperCase().replaceAll("-", "_")}`;
}

/** A value without white space and quotes around it: `docker --env-file` keeps quotes, CRLF files leave a `\r`. */
export function bareValue(text: string): string {
  let bare = text.trim();
  while (bare.length >= 2 && (bare[0] === '"' || bare[0] === "'") && bare.at(-1) === bare[0]) {
    bare = bare.slice(1, -1).trim();
  }
  return bare;
}

/** One line of an override file that sets something. */
export interface SettingLine {
  readonly name: string;
  /** As {@link bareValue} leaves it. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The lines of an override file: `KEY=value`, an `export ` before it tolerated; blank lines, and comments that begin with
 * `#` on a line of their own or after white space.
 *
 * @returns the settings in file order, and the numbers of the lines that are neither
 */
export function settingLines(text: string): { readonly settings: SettingLine[]; readonly badLines: number[] } {
  const settings: SettingLine[] = [];
  const badLines: number[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const line = withoutComment(raw).trim();
    if (line === "") continue;
    const equals = line.indexOf("=");
    const name = line
      .slice(0, Math.max(0, equals))
      .trim()
      .replace(/^export\s+/, "");
    if (NAME.test(name)) settings.push({ name, value: bareValue(line.slice(equals + 1)), line: index + 1 });
    else badLines.push(index + 1);
  }
  return { settings, badLines };
}

function withoutComment(line: string): string {
  if (line.trimStart().startsWith("#")) return "";
  const hash = line.search(/\s#/);
  return hash < 0 ? line : line.slice(0, hash);
}
