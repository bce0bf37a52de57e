import { bareValue } from "../variable.ts";

/** A name and a value inside a text that may contain several of them. */
export interface EmbeddedSetting {
  /** In capitals. */
  readonly variable: string;
  readonly value: string;
  /** The position of the name in the text. */
  readonly at: number;
}

/** Matches the name of an override and the sign after it. The lengths are limited, so that a long line takes little time. */
const NAME = /(?<!_)(FEATURE[_.-][\w.-]{1,100}|FLAGS_KILL(?:_ALL)?)["']?\s{0,9}[=:]/gi;

/** Returns the overrides that a text contains, wherever they are: `FEATURE_A=offFEATURE_B=off` has two. */
export function embeddedSettings(text: string): readonly EmbeddedSetting[] {
  const found = [...text.matchAll(NAME)];
  return found.map((match, index) => {
    const [whole, name = ""] = match;
    const value = text.slice(match.index + whole.length, found[index + 1]?.index);
    return { variable: name.toUpperCase(), value: valueBeforeNext(value), at: match.index };
  });
}

/** Removes what belongs to the next setting: a written-out line break, or a word such as `export`. */
export function valueBeforeNext(text: string): string {
  let value = bareValue(text);
  // More than a few in a row are not worth the time that a long line would take.
  for (let count = 0; count < 4; count++) value = bareValue(value.replace(/(?:\\[nr]|\s(?:export|set)|[;,&|])$/i, ""));
  return value;
}

/** Matches a setting after a character that ends a sentence or a line of other editors, and not after white space. */
const AFTER_COMMENT = /[\p{L}\p{N}.!)\]\u2028\u2029\u0085\f\v](?:FEATURE[_.-]|FLAGS_KILL)/u;

/**
 * Returns the setting that was appended to a comment whose line had no line ending: `# incident 1FEATURE_X=off`. A setting after
 * white space or a sign is part of the comment.
 */
export function appendedToComment(comment: string): EmbeddedSetting | undefined {
  return embeddedSettings(comment)
    .filter(({ at }) => at > 0 && AFTER_COMMENT.test(comment.slice(at - 1, at + "FLAGS_KILL".length)))
    .at(-1);
}

/** Returns how many overrides with a value a text contains. */
export function countOfSettings(text: string): number {
  return embeddedSettings(text).filter(({ value }) => value !== "").length;
}
