/** A part of a document that can be shortened. */
export interface Part {
  /** Its name in the list of parts that were left out. */
  readonly name: string;
  /** The number of things that it lists. */
  readonly items: number;
  /** Returns the part with its first `shown` things and a count of the others; "" when there is nothing to show. */
  readonly text: (shown: number) => string;
}

/** How far a part may be shortened. */
export interface Cut {
  readonly part: Part;
  readonly least: number;
  /** Shows either all of the part or `least`, because a fraction of it would be useless. */
  readonly isWhole?: boolean;
}

/**
 * Joins parts with blank lines, in at most `limit` bytes of UTF-8. When they do not fit, applies the cuts in their order, and
 * shortens the last of them only as far as necessary.
 *
 * @param leftOut  returns a last line that names the parts of which nothing is shown
 * @returns        undefined when not even the shortest form of all parts fits
 */
export function shortened(
  parts: readonly Part[],
  cuts: readonly Cut[],
  { limit, leftOut }: { readonly limit: number; readonly leftOut: (names: readonly string[]) => string },
): string | undefined {
  const current = new Map(parts.map((part) => [part, { shown: part.items, text: part.text(part.items) }]));
  const document = () => {
    const gone = parts.filter((part) => part.items > 0 && current.get(part)?.shown === 0).map(({ name }) => name);
    const texts = [...current.values()].map(({ text }) => text);
    return [...texts, gone.length === 0 ? "" : leftOut(gone)].filter((text) => text !== "").join("\n\n");
  };
  const fits = () => bytesOf(document()) <= limit;
  const fitsWith = (part: Part, shown: number) => {
    current.set(part, { shown, text: part.text(shown) });
    return fits();
  };
  if (fits()) return document();
  for (const { part, least, isWhole = false } of cuts) {
    const most = current.get(part)?.shown ?? part.items;
    if (most <= least || !fitsWith(part, least)) continue;
    if (!isWhole)
      fitsWith(
        part,
        mostThatFits({ least, most }, (shown) => fitsWith(part, shown)),
      );
    return document();
  }
  return undefined;
}

/** Returns the size in bytes of UTF-8. GitHub limits some texts in characters and others in bytes; a text never has more characters than bytes. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Returns the highest count that fits, by bisection: `least` fits, and `most` does not. */
function mostThatFits({ least, most }: { least: number; most: number }, fits: (count: number) => boolean): number {
  let [low, high] = [least, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
