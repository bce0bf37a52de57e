import { type Flag, type FlagKey, type VariantName } from "../core/flag/flag.ts";
import { withRequiredFlags } from "../core/flag/required-flags.ts";
import { sameJson } from "../core/json.ts";
import { own } from "../core/own.ts";

/** One of two versions of a flag, with all other flags of the same state. */
export interface Version {
  /** Null if the flag does not exist. */
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

/** Lists the fields that only people, browsers and policies read. Evaluation may depend on every other field. */
const NOT_EVALUATED: ReadonlySet<string> = new Set<keyof Flag>([
  "key",
  "name",
  "description",
  "owner",
  "kind",
  "expires",
  "tags",
  "metadata",
  "type",
  "fallback",
  "client",
  "protected",
]);

/**
 * Returns whether two versions are equal in every field that evaluation reads. They then give the same answers,
 * provided that required flags do.
 */
export function isEqualForEvaluation(before: Flag, after: Flag): boolean {
  if (before === after) return true;
  return sameJson(evaluatedFields(before), evaluatedFields(after));
}

function evaluatedFields(flag: Flag): object {
  return Object.fromEntries(Object.entries(flag).filter(([field]) => !NOT_EVALUATED.has(field)));
}

/**
 * Returns whether a flag and all flags that it requires, directly or indirectly, are equal for evaluation in both
 * versions.
 */
export function isUntouched({ key, before, after }: VersionPair): boolean {
  const open = [key];
  const seen = new Set(open);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const was = next === key ? before.flag : (before.all.get(next) ?? null);
    const is = next === key ? after.flag : (after.all.get(next) ?? null);
    if (was !== null && is !== null && !isEqualForEvaluation(was, is)) return false;
    if ((was === null) !== (is === null)) return false;
    for (const { flag } of was?.requires ?? []) {
      if (seen.has(flag)) continue;
      seen.add(flag);
      open.push(flag);
    }
  }
  return true;
}

/** Returns the flag and all flags that it requires, directly or indirectly, if they exist. */
export function withRequired({ flag, all }: Version): readonly Flag[] {
  return flag === null ? [] : withRequiredFlags(flag, all);
}

/**
 * Decides whether a change from one variant to another is a flip. A variant whose value changed is a different answer.
 * A new flag flips everyone who does not get its off variant; an archived flag flips everyone who did not get its
 * fallback.
 */
export type IsFlip = (from: VariantName | null, to: VariantName | null) => boolean;

/** Returns the test of whether a change of a subject's variant is a flip. */
export function flipTest({ before, after }: VersionPair): IsFlip {
  const [was, is] = [before.flag, after.flag];
  if (was === null) return (_, to) => is !== null && to !== is.offVariant;
  if (is === null) return (from) => from !== was.fallback;
  const changed = new Set(
    Object.keys(was.variants).filter((name) => !sameJson(own(was.variants, name), own(is.variants, name))),
  );
  if (changed.size === 0) return (from, to) => from !== to;
  return (from, to) => from !== to || (from !== null && changed.has(from));
}
