import { differenceTexts } from "../../core/describe/describe-difference.ts";
import type { Flag } from "../../core/flag/flag.ts";
import type { Edited } from "./edit-result.ts";
import { environmentsOf } from "./flag-tree.ts";

/** What an edit changes in the environments where it changes the same. */
export interface Meaning {
  /** `production`, `development, staging`, `everywhere`. */
  readonly where: string;
  readonly texts: readonly string[];
}

/** Returns what an edit changes per environment. Environments without a change, and new flags, are left out. */
export function meaningsOf(edited: Edited): readonly Meaning[] {
  const environments = environmentsOf(edited.after);
  const groups = new Map<string, { readonly names: string[]; readonly texts: readonly string[] }>();
  for (const name of environments) {
    const [before, after] = versionsIn(edited, name);
    if (before === undefined || after === undefined) continue;
    const texts = differenceTexts(before, { ...after, key: before.key });
    if (texts.length === 0) continue;
    const group = groups.get(texts.join("\n")) ?? { names: [], texts };
    group.names.push(name);
    groups.set(texts.join("\n"), group);
  }
  return [...groups.values()].map(({ names, texts }) => {
    return { where: names.length === environments.length ? "everywhere" : names.join(", "), texts };
  });
}

/** Returns the environments in which the flag is new or changed, in the order of promotion. */
export function touchedEnvironments(edited: Edited): readonly string[] {
  return environmentsOf(edited.after).filter((name) => {
    const [before, after] = versionsIn(edited, name);
    return JSON.stringify(before) !== JSON.stringify(after);
  });
}

/** Returns the flag before and after the edit, as one environment serves it. */
export function versionsIn(
  { before, after, key, formerKey }: Edited,
  environment: string,
): readonly [before: Flag | undefined, after: Flag | undefined] {
  return [before.flagsFor(environment).get(formerKey), after.flagsFor(environment).get(key)];
}
