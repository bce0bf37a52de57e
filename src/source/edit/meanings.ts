import { differences } from "../../core/plan/difference.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import type { Edited } from "./edit-result.ts";

/** What an edit means, environments of one meaning together. */
export interface Meaning {
  /** `production`, `development, staging`, `everywhere`. */
  readonly where: string;
  readonly texts: readonly string[];
}

/**
 * What changes where; environments in which nothing changes are left out.
 *
 * @param formerKey  where the flag is found before the edit, when its key changes
 */
export function meaningsOf(result: Edited, key: FlagKey, formerKey: FlagKey = key): readonly Meaning[] {
  const environments = environmentsOf(result);
  const groups = new Map<string, { readonly names: string[]; readonly texts: readonly string[] }>();
  for (const name of environments) {
    const [was, is] = versionsIn(result, name, key, formerKey);
    if (was === undefined || is === undefined) continue;
    const texts = differences(was, { ...is, key: was.key }).map(({ text }) => text);
    if (texts.length === 0) continue;
    const group = groups.get(texts.join("\n")) ?? { names: [], texts };
    group.names.push(name);
    groups.set(texts.join("\n"), group);
  }
  return [...groups.values()].map(({ names, texts }) => {
    return { where: names.length === environments.length ? "everywhere" : names.join(", "), texts };
  });
}

/** The environments in which the flag says something else afterwards, or is new; in the order of promotion. */
export function touchedEnvironments(result: Edited, key: FlagKey, formerKey: FlagKey = key): readonly string[] {
  return environmentsOf(result).filter((name) => {
    const [was, is] = versionsIn(result, name, key, formerKey);
    return JSON.stringify(was) !== JSON.stringify(is);
  });
}

function environmentsOf({ after }: Edited): readonly string[] {
  return after.config?.environments.map(({ name }) => name) ?? [];
}

function versionsIn(
  { before, after }: Edited,
  environment: string,
  key: FlagKey,
  formerKey: FlagKey,
): readonly [Flag | undefined, Flag | undefined] {
  return [before.flagsFor(environment).get(formerKey), after.flagsFor(environment).get(key)];
}
