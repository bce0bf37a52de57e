import { type Flag, type FlagKey, type VariantName } from "../core/flag/flag.ts";
import { sameJson } from "../core/json.ts";

/** One of two versions of a flag, with the other flags of its time. */
export interface Version {
  /** Null where the flag is not there. */
  readonly flag: Flag | null;
  /** Every flag by key: what this one requires is looked up in it. */
  readonly all: ReadonlyMap<FlagKey, Flag>;
}

/** Two versions of one flag. */
export interface VersionPair {
  readonly key: FlagKey;
  readonly before: Version;
  readonly after: Version;
}

/** What an evaluation reads of a flag; all else is for people, for browsers and for policies. */
const EVALUATED = ["enabled", "rules", "rollout", "serve", "requires", "variants", "offVariant"] as const;

/** Whether two versions read alike to whoever evaluates them: then they answer alike, as long as what they require does. */
export function readsAlike(before: Flag, after: Flag): boolean {
  if (before === after) return true;
  return EVALUATED.every((field) => sameJson(before[field], after[field])) && before.salt === after.salt;
}

/** Whether a flag and all that it requires, by way of others too, read alike in both versions. */
export function isUntouched({ key, before, after }: VersionPair): boolean {
  const open = [key];
  const seen = new Set(open);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const was = next === key ? before.flag : (before.all.get(next) ?? null);
    const is = next === key ? after.flag : (after.all.get(next) ?? null);
    if (was !== null && is !== null && !readsAlike(was, is)) return false;
    if ((was === null) !== (is === null)) return false;
    for (const { flag } of was?.requires ?? []) {
      if (seen.has(flag)) continue;
      seen.add(flag);
      open.push(flag);
    }
  }
  return true;
}

/** The flag and all that it requires, by way of others too, as far as they are there. */
export function withRequired({ flag, all }: Version): readonly Flag[] {
  if (flag === null) return [];
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

/**
 * Whether somebody who was answered with one variant is answered otherwise with another. A variant of the same name is
 * another answer where its value changed. A flag that is new takes the place of nothing, which is what its off variant
 * means; one that goes leaves its fallback behind.
 */
export type IsFlip = (from: VariantName | null, to: VariantName | null) => boolean;

export function flipTest({ before, after }: VersionPair): IsFlip {
  const [was, is] = [before.flag, after.flag];
  if (was === null) return (_, to) => is !== null && to !== is.offVariant;
  if (is === null) return (from) => from !== was.fallback;
  const changed = new Set(Object.keys(was.variants).filter((name) => !sameJson(was.variants[name], is.variants[name])));
  if (changed.size === 0) return (from, to) => from !== to;
  return (from, to) => from !== to || (from !== null && changed.has(from));
}
