/** Pseudo-random numbers that are the same for one seed, so that a failure can be reproduced. */
export interface Random {
  readonly seed: number;
  /** 0 ≤ n < 1 */
  next(): number;
  /** from ≤ n < to */
  between(from: number, to: number): number;
}

/** @param seed  the variable SEED, else the clock's */
export function seededRandom(seed: number = Number(process.env["SEED"] ?? Date.now() % 1_000_000)): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, next, between: (from, to) => from + next() * (to - from) };
}
