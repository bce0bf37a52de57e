import { differenceTexts } from "../core/describe/describe-difference.ts";
import { canonicalJson } from "../core/json.ts";
import { cellText } from "../core/describe/wording.ts";
import type { FlagFile } from "../source/shape/flag-file.ts";
import type { FlagState, FlagVersion } from "../source/read/versions.ts";

/** One thing that a change meant. */
export interface Meaning {
  /** Where; empty: everywhere, or nothing that an environment is served. */
  readonly environments: readonly string[];
  /** `10 % → 50 % of everyone`, `created: off in production; on in staging`. */
  readonly text: string;
  /** False for tests, comments and acknowledgements: no row of a table is another one for it. */
  readonly changesRow: boolean;
}

/**
 * What turned one state of a flag into another, environment by environment; equal changes are listed once.
 *
 * @param before  null where it was created
 * @param after   null where it was removed; not both
 * @returns empty where nothing changed that the flag is made of
 */
export function meaningOf(before: FlagState | null, after: FlagState | null): readonly Meaning[] {
  if (after === null) return [everywhere("removed: its file was deleted")];
  const problem = problemOf(after);
  if (before === null) {
    return [everywhere(problem === undefined ? `created: ${statesText(after)}` : unreadableText(problem))];
  }
  const moved = placeMeanings(before, after);
  const problemBefore = problemOf(before);
  if (problem !== undefined) {
    return problem === problemBefore ? moved : [...moved, everywhere(unreadableText(problem))];
  }
  if (problemBefore !== undefined) return [...moved, everywhere(`can be read again: ${statesText(after)}`)];
  const served = servedMeanings(before, after);
  if (served.length > 0) return [...moved, ...served];
  const aside = before.file.ok && after.file.ok ? asideText(before.file.file, after.file.file) : undefined;
  return aside === undefined ? moved : [...moved, everywhere(aside, false)];
}

function everywhere(text: string, changesRow = true): Meaning {
  return { environments: [], text, changesRow };
}

/** Why the flag cannot be read in any environment; undefined where it can in one. */
function problemOf({ file, environments, flagIn }: FlagState): string | undefined {
  if (!file.ok) return file.problem;
  const asked: readonly (string | null)[] = environments.length === 0 ? [null] : environments;
  const found = asked.map((environment) => flagIn(environment));
  const [first] = found;
  return first?.ok === false && found.every((version) => !version.ok) ? first.problem : undefined;
}

function unreadableText(problem: string): string {
  return `could not be read: ${problem}`;
}

function placeMeanings(before: FlagState, after: FlagState): readonly Meaning[] {
  if (before.key !== after.key) return [everywhere(`renamed: ${before.key} → ${after.key}`)];
  return before.path === after.path ? [] : [everywhere(`moved: ${before.path} → ${after.path}`)];
}

/** `off in production; on in development, staging`. */
function statesText(side: FlagState): string {
  if (side.environments.length === 0) return stateText(side.flagIn(null));
  const alike = Map.groupBy(side.environments, (environment) => stateText(side.flagIn(environment)));
  const [[only] = []] = alike;
  if (only !== undefined && alike.size === 1) return `${only} everywhere`;
  return [...alike].map(([state, names]) => `${state} in ${names.join(", ")}`).join("; ");
}

function stateText(version: FlagVersion): string {
  return version.ok ? cellText(version.flag) : unreadableText(version.problem);
}

function servedMeanings(before: FlagState, after: FlagState): readonly Meaning[] {
  const common = after.environments.filter((name) => before.environments.includes(name));
  const compared: readonly (string | null)[] = common.length === 0 ? [null] : common;
  const told = new Map<string, string[]>();
  for (const environment of compared) {
    for (const text of versionTexts(before.flagIn(environment), after.flagIn(environment))) {
      told.set(text, [...(told.get(text) ?? []), environment ?? ""]);
    }
  }
  const changed = [...told].map(([text, names]): Meaning => {
    return { environments: names.length === compared.length ? [] : names, text, changesRow: true };
  });
  return [...changed, ...environmentMeanings(before, after)];
}

function versionTexts(before: FlagVersion, after: FlagVersion): readonly string[] {
  if (!after.ok) return before.ok || before.problem !== after.problem ? [unreadableText(after.problem)] : [];
  if (!before.ok) return [`can be read again: ${cellText(after.flag)}`];
  return differenceTexts(before.flag, after.flag);
}

/** Environments that were declared or given up; a side that cannot tell its environments says nothing of them. */
function environmentMeanings(before: FlagState, after: FlagState): readonly Meaning[] {
  if (before.environments.length === 0 || after.environments.length === 0) return [];
  const added = after.environments.filter((name) => !before.environments.includes(name));
  const removed = before.environments.filter((name) => !after.environments.includes(name));
  return [
    ...added.map((name) => ({
      environments: [name],
      text: `new environment: ${stateText(after.flagIn(name))}`,
      changesRow: true,
    })),
    ...removed.map((name) => ({ environments: [name], text: "no longer an environment", changesRow: false })),
  ];
}

/** What a file says beside the flag; undefined where it says the same (the file itself may not have changed at all). */
function asideText(before: FlagFile, after: FlagFile): string | undefined {
  if (before === after) return undefined;
  const changed = [
    ...(canonicalJson(before.tests ?? []) === canonicalJson(after.tests ?? []) ? [] : ["tests edited"]),
    ...(canonicalJson(before.acknowledge ?? {}) === canonicalJson(after.acknowledge ?? {})
      ? []
      : [acknowledgeText(after)]),
  ];
  return changed.length === 0 ? "comments or layout only" : changed.join(", ");
}

function acknowledgeText({ acknowledge }: FlagFile): string {
  if (acknowledge === undefined) return "acknowledgement removed";
  const { reason, ...ids } = acknowledge;
  const why = reason === undefined ? "" : ` (${reason})`;
  return `acknowledged for ${Object.keys(ids).join(", ")}${why}`;
}
