import { bucketOf } from "../../src/core/evaluate/bucket.ts";

/** People of `workshop_routing` whom a tenth lets in, whom half lets in and a tenth does not, and whom only all lets in. */
export const [IN_10, IN_50, IN_100] = [
  { userId: userBetween("workshop_routing", 0, 10) },
  { userId: userBetween("workshop_routing", 10, 50) },
  { userId: userBetween("workshop_routing", 50, 100) },
] as const;

/** Returns a user whom a share of `from` percent excludes and a share of `to` percent includes. */
export function userBetween(salt: string, from: number, to: number): string {
  for (let n = 1; ; n++) {
    const bucket = bucketOf(salt, `user-${n}`);
    if (bucket >= from * 1000 && bucket < to * 1000) return `user-${n}`;
  }
}
