import { differenceTexts } from "../core/describe/describe-difference.ts";
import { canonicalJson } from "../core/json.ts";
import { cellText } from "../core/describe/wording.ts";
import type { FlagFile } from "../source/shape/flag-file.ts";
import type { FlagState, FlagVersion } from "../source/read/versions.ts";

/** One effect of a change, in words. */
export interface Meaning {
  /** The environments that the change affects; empty for all of them, and for a change that affects no answer. */
  readonly environments: readonly string[];
  /** `10 % → 50 % of everyone`, `created: off in production; on in staging`. */
  readonly text: string;
  /** False for tests, comments and acknowledgements, which no row of a table contains. */
  readonly changesRow: boolean;
}

/**
 * Describes how a flag changed in each environment. Environments with the same change share an entry.
 *
 * @param before  null for a new flag
 * @param after   null for a removed flag; not both are null
 * @returns        empty when neither the flag nor its file differs
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

/** Returns the reason when the flag cannot be read in any environment; undefined when it can be read in one. */
function problemOf({ file, environments, flagIn }: FlagState): string | undefined {
  if (!file.ok) return file.problem;
  const names: readonly (string | null)[] = environments.length === 0 ? [null] : environments;
  const found = names.map((environment) => flagIn(environment));
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

/** Returns the state in each environment in words, e.g. `off in production; on in development, staging`. */
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
  const found = new Map<string, string[]>();
  for (const environment of compared) {
    for (const text of versionTexts(before.flagIn(environment), after.flagIn(environment))) {
      found.set(text, [...(found.get(text) ?? []), environment ?? ""]);
    }
  }
  const changed = [...found].map(([text, names]): Meaning => {
    return { environments: names.length === compared.length ? [] : names, text, changesRow: true };
  });
  return [...changed, ...environmentMeanings(before, after)];
}

function versionTexts(before: FlagVersion, after: FlagVersion): readonly string[] {
  if (!after.ok) return before.ok || before.problem !== after.problem ? [unreadableText(after.problem)] : [];
  if (!before.ok) return [`can be read again: ${cellText(after.flag)}`];
  return differenceTexts(before.flag, after.flag);
}

/** Describes environments that were added or removed; empty when the environments of one side are unknown. */
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

/** Describes changes to a file that do not change the flag; undefined when the file is the same. */
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
