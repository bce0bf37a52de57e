import { bucketOf } from "../../src/core/bucket.ts";

/** Somebody whom a share of `from` per cent leaves out and one of `to` per cent lets in. */
export function userBetween(salt: string, from: number, to: number): string {
  for (let n = 1; ; n++) {
    const bucket = bucketOf(salt, `user-${n}`);
    if (bucket >= from * 1000 && bucket < to * 1000) return `user-${n}`;
  }
}
