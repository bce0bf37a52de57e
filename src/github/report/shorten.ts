/** A part of a document that can be told at more or less length. */
export interface Part {
  /** What it is called where it had to be left out. */
  readonly name: string;
  /** How many things it lists. */
  readonly items: number;
  /** The part with its first `shown` things, and how many more there are; "" for nothing. A whole table or block always. */
  readonly text: (shown: number) => string;
}

/** How far one part may be shortened, in the order in which parts are: those given first suffer first. */
export interface Cut {
  readonly part: Part;
  readonly least: number;
  /** Half of it is worth nothing: all of it stays, or no more than `least`. */
  readonly isWhole?: boolean;
}

/**
 * The parts in their order, one blank line between them, in at most `limit` bytes of UTF-8: as they are where that fits, else
 * cut one after the other, each no more than it takes. What went missing altogether is named by `leftOut`, at the end.
 * Undefined where not even the shortest form of everything fits.
 */
export function shortened(
  parts: readonly Part[],
  cuts: readonly Cut[],
  { limit, leftOut }: { readonly limit: number; readonly leftOut: (names: readonly string[]) => string },
): string | undefined {
  const told = new Map(parts.map((part) => [part, toldOf(part, part.items)]));
  const footer = () => {
    const gone = parts.filter((part) => part.items > 0 && told.get(part)?.shown === 0).map(({ name }) => name);
    return gone.length === 0 ? "" : leftOut(gone);
  };
  const tooLong = () => {
    const sizes = [...[...told.values()].map(({ bytes }) => bytes), bytesOf(footer())].filter((bytes) => bytes > 0);
    return sizes.reduce((sum, bytes) => sum + bytes + BLANK_LINE.length, -BLANK_LINE.length) > limit;
  };
  const text = () =>
    [...[...told.values()].map((each) => each.text), footer()].filter((each) => each !== "").join(BLANK_LINE);
  const fits = (part: Part, count: number) => {
    told.set(part, toldOf(part, count));
    return !tooLong();
  };
  if (!tooLong()) return text();
  for (const { part, least, isWhole = false } of cuts) {
    const most = told.get(part)?.shown ?? part.items;
    if (most <= least || !fits(part, least)) continue;
    if (!isWhole)
      fits(
        part,
        mostThatFits({ least, most }, (count) => fits(part, count)),
      );
    return text();
  }
  return undefined;
}

const BLANK_LINE = "\n\n";

interface Told {
  readonly shown: number;
  readonly text: string;
  readonly bytes: number;
}

function toldOf(part: Part, shown: number): Told {
  const text = part.text(shown);
  return { shown, text, bytes: bytesOf(text) };
}

/** GitHub counts characters in one place and bytes in another; there are never more of the former. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Given that `least` fits and `most` does not. */
function mostThatFits({ least, most }: { least: number; most: number }, fits: (count: number) => boolean): number {
  let [low, high] = [least, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
