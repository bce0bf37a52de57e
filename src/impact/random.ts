import { hashAfter, headOf } from "../core/evaluate/murmur3.ts";

/** A generator of pseudo-random numbers. The same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 ≤ n < 1 */
  readonly next: () => number;
  /** One of the values, each equally likely; there is at least one. */
  readonly oneOf: <Value>(values: readonly [Value, ...Value[]]) => Value;
}

/**
 * Returns a generator for one seed and one purpose.
 *
 * @param stream  names the purpose of the numbers, so that two uses of one seed are independent of each other
 */
export function seededRandom(seed: number, stream: string): Random {
  let state = hashAfter(headOf(`${seed}:`), stream);
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, oneOf: (values) => values[Math.floor(next() * values.length)] ?? values[0] };
}
