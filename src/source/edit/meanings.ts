import { differenceTexts } from "../../core/describe/describe-difference.ts";
import type { Flag } from "../../core/flag/flag.ts";
import type { Edited } from "./edit-result.ts";
import { environmentsOf } from "./flag-tree.ts";

/** A change that an edit makes, and the environments in which it makes that change. */
export interface Meaning {
  /** `production`, `development, staging`, `everywhere`. */
  readonly where: string;
  readonly texts: readonly string[];
}

/** Returns what an edit changes in each environment. Leaves out environments without a change, and new flags. */
export function meaningsOf(edited: Edited): readonly Meaning[] {
  const environments = environmentsOf(edited.after);
  const changes = environments.map((name) => {
    const [before, after] = versionsIn(edited, name);
    const isEdited = before !== undefined && after !== undefined;
    return { name, texts: isEdited ? differenceTexts(before, { ...after, key: before.key }) : [] };
  });
  return Array.from(
    Map.groupBy(changes, ({ texts }) => texts.join("\n")).values(),
    (alike): Meaning => ({
      where: alike.length === environments.length ? "everywhere" : alike.map(({ name }) => name).join(", "),
      texts: alike[0]?.texts ?? [],
    }),
  ).filter(({ texts }) => texts.length > 0);
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
