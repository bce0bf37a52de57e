import type { Flag, FlagKey } from "./flag.ts";

/** Returns a flag and all flags that it requires, directly or indirectly, if they exist. */
export function withRequiredFlags(flag: Flag, all: ReadonlyMap<FlagKey, Flag>): readonly Flag[] {
  const found = new Map([[flag.key, flag]]);
  const open = [flag];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { flag: key } of next.requires) {
      const required = all.get(key);
      if (required === undefined || found.has(key)) continue;
      found.set(key, required);
      open.push(required);
    }
  }
  return [...found.values()];
}
