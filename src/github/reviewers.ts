import type { FlagKey } from "../core/flag/flag.ts";
import type { Edited } from "../source/edit/edit-result.ts";
import type { LoadedFlags } from "../source/load/load.ts";
import type { Reviewer } from "./propose.ts";

/** Whom to ask about a change: who answers for the flag before it, and after it. */
export interface Asked {
  readonly reviewers: readonly Reviewer[];
  /** Owners that cannot be asked, one line each. */
  readonly warnings: readonly string[];
}

/**
 * The owners of a flag as reviewers, by `owners` of the configuration: `@acme/workshops` is a team, `@dana` a person.
 *
 * @param organisation  the owner of the repository: a team of another one cannot review there
 */
export function reviewersOf(edited: Edited, key: FlagKey, formerKey: FlagKey, organisation: string): Asked {
  const handles = new Set([handleOf(edited.after, key), handleOf(edited.before, formerKey)]);
  const reviewers: Reviewer[] = [];
  const warnings: string[] = [];
  for (const handle of handles) {
    if (handle === undefined) continue;
    const [, first = "", team] = /^@([\w.-]+)(?:\/([\w.-]+))?$/.exec(handle) ?? [];
    if (first === "") warnings.push(`${handle} is no account of GitHub, so nobody was asked to review for it`);
    else if (team === undefined) reviewers.push({ kind: "user", name: first });
    else if (first.toLowerCase() === organisation.toLowerCase()) reviewers.push({ kind: "team", name: team });
    else
      warnings.push(`${handle} is a team of another organisation than ${organisation}, so it was not asked to review`);
  }
  return { reviewers, warnings };
}

function handleOf({ flags, config }: LoadedFlags, key: FlagKey): string | undefined {
  const owner = flags.find((flag) => flag.key === key)?.file.owner;
  return owner === undefined ? undefined : config?.owners.get(owner);
}
