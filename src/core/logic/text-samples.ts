/** The beginnings, ends and contained texts that an attribute is compared with. */
export interface TextParts {
  readonly startsWith: readonly string[];
  readonly endsWith: readonly string[];
  readonly contains: readonly string[];
}

/** The maximum number of contained texts. Each further one doubles the number of samples. */
const MAX_CONTAINED = 6;
const MAX_SAMPLES = 2_000;

/**
 * Returns sample texts. No sample is one of the `listed` texts. For any other text, one sample passes the same tests.
 * The outcome depends on the longest matching beginning, the longest matching end and the set of contained texts. The
 * parts of each combination are joined by a character that occurs in none of them, so that nothing else is contained by
 * chance.
 *
 * @param listed  texts compared for equality
 * @returns       undefined if there would be too many
 */
export function textSamples(parts: TextParts, listed: ReadonlySet<string>): readonly string[] | undefined {
  const contained = [...new Set(parts.contains)].filter((text) => text !== "");
  if (contained.length > MAX_CONTAINED) return undefined;
  const beginnings = ["", ...new Set(parts.startsWith)];
  const ends = ["", ...new Set(parts.endsWith)];
  if (beginnings.length * ends.length * 2 ** contained.length > MAX_SAMPLES) return undefined;
  const sign = signOutside([...contained, ...beginnings, ...ends, ...listed]);
  const middles = subsets(contained).map((texts) => texts.map((text) => `${text}${sign}`).join(""));
  return beginnings.flatMap((beginning) =>
    ends.flatMap((end) => middles.map((middle) => `${beginning}${sign}${middle}${end}`)),
  );
}

/**
 * Returns a private-use character that none of the texts contains, so no text that contains the character is listed.
 */
function signOutside(texts: readonly string[]): string {
  const used = new Set(texts.flatMap((text) => text.match(/[\uE000-\uF8FF]/g) ?? []));
  let code = 0xe000;
  while (used.has(String.fromCharCode(code))) code += 1;
  return String.fromCharCode(code);
}

function subsets(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.reduce<readonly (readonly string[])[]>(
    (all, text) => [...all, ...all.map((some) => [...some, text])],
    [[]],
  );
}
