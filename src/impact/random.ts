import { hashAfter, headOf } from "../core/evaluate/murmur3.ts";

/** Makes numbers that look random. One seed gives the same numbers on every machine. */
export interface Random {
  /** 0 ≤ n < 1 */
  readonly next: () => number;
  /** One of the values, each as likely; there is at least one. */
  readonly oneOf: <Value>(values: readonly [Value, ...Value[]]) => Value;
}

/** @param stream  names what the numbers are for, so that two uses of one seed have nothing to do with each other */
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
