/** Returns a whole number with a comma between thousands: `20,000`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Returns a count and its noun, which takes an s in the plural: `1 rule`, `2 rules`. */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Joins words into a list: `a`, `a and b`, `a, b and c`.
 *
 * @param max  the maximum number of items: longer lists end with a count of the rest, `a, b and 4 more`
 */
export function andText(words: readonly string[], max = Number.POSITIVE_INFINITY): string {
  const rest = words.length - max + 1;
  return listText(words.length <= max ? words : [...words.slice(0, max - 1), `${rest} more`], "and");
}

/** Joins words into a list of alternatives: `a`, `a or b`, `a, b or c`. */
export function orText(words: readonly string[]): string {
  return listText(words, "or");
}

function listText(words: readonly string[], conjunction: string): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** Returns the indefinite article of a word: `a userId`, `an appVersion`. The names of attributes that begin with u sound like "user". */
export function articleOf(word: string): "a" | "an" {
  return /^[aeio]/i.test(word) ? "an" : "a";
}

/** Quotes a text as one word for a POSIX shell; a text that needs no quotes is returned unchanged. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
