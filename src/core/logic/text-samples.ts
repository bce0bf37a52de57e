/** What texts are compared with, apart from whole texts. */
export interface TextParts {
  readonly startsWith: readonly string[];
  readonly endsWith: readonly string[];
  readonly contains: readonly string[];
}

/** Every further text that is contained doubles the samples. */
const MAX_CONTAINED = 6;
const MAX_SAMPLES = 2_000;

/**
 * Returns texts, none of them listed, of which one passes the same tests as any text that is not listed: what counts is the
 * longest beginning, the longest end and the set of contained texts, and each combination is put together with a sign
 * between the parts that stands in none of them, so that nothing else is contained by chance.
 *
 * @param listed  texts that are compared with as a whole
 * @returns       undefined where there would be too many
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

/** Returns a private character that none of the texts contains; listed texts never have it, so nothing made with it is listed. */
function signOutside(texts: readonly string[]): string {
  let code = 0xe000;
  while (texts.some((text) => text.includes(String.fromCharCode(code)))) code += 1;
  return String.fromCharCode(code);
}

function subsets(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.reduce<readonly (readonly string[])[]>(
    (all, text) => [...all, ...all.map((some) => [...some, text])],
    [[]],
  );
}
