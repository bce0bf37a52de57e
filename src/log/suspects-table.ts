import type { Flag, FlagKey } from "../core/flag/flag.ts";
import { differences } from "../core/plan/difference.ts";
import type { JsonObject } from "../core/json.ts";
import { withRequired, type Version } from "../impact/version-pair.ts";
import { flagOfRow } from "../core/row/row-codec.ts";
import { pullRequestOf } from "../history/commit-info.ts";
import type { AuditEntry, FlagStore } from "../store/store.ts";
import { flagIn, tableStep } from "./log-table.ts";
import { type Found, isWithin, type ServedChange, type Window } from "./suspect.ts";

/** The maximum number of audit entries that are read. They cover years of changes and fit into memory. */
const MAX_ENTRIES = 50_000;

/** Finds every change of a window in the audit of one table, each with the flags that were live at that moment. */
export async function suspectsOfTable(environment: string, store: FlagStore, window: Window): Promise<Found> {
  const { entries, isCut } = await entriesSince(store, window.since);
  const { rows } = await store.read("evaluation");
  const all = new Map<FlagKey, Flag>();
  for (const row of rows) {
    const read = flagOfRow({ ...row, synced: null });
    if (read.ok && read.row.archived_at === null) all.set(read.flag.key, read.flag);
  }
  const changes: ServedChange[] = [];
  let earlier: ServedChange | null = null;
  // Going backwards from now reconstructs the flags that were live at each change.
  for (const entry of entries) {
    const change = changeOf(environment, entry, all);
    if (Date.parse(entry.changedAt) < window.since) {
      earlier = change;
      break;
    }
    if (isWithin(window, entry.changedAt)) changes.push(change);
  }
  const notes = isCut
    ? [`the audit of ${environment} has more than ${MAX_ENTRIES} entries; the older ones were left out`]
    : [];
  return { changes: changes.filter(isChange), earlier, notes };
}

/** Returns whether an entry changed a flag, as opposed to recording only a different commit. */
function isChange({ source, before, after, problem }: ServedChange): boolean {
  if (source !== "sync" || problem !== null || before.flag === null || after.flag === null) return true;
  return differences(before.flag, after.flag).length > 0;
}

/** Reads the entries since a time, newest first, and one entry before it when there is one. */
async function entriesSince(
  store: FlagStore,
  since: number,
): Promise<{ readonly entries: readonly AuditEntry[]; readonly isCut: boolean }> {
  for (let limit = 200; ; limit = Math.min(limit * 8, MAX_ENTRIES)) {
    const entries = await store.audit({ limit });
    const [oldest] = entries.slice(-1);
    const isAll = entries.length < limit || oldest === undefined || Date.parse(oldest.changedAt) < since;
    if (isAll || limit === MAX_ENTRIES) return { entries, isCut: !isAll };
  }
}

/** Describes one entry. @param all  the flags after the change; the call turns them into the flags before it */
function changeOf(environment: string, entry: AuditEntry, all: Map<FlagKey, Flag>): ServedChange {
  const { key, oldState, newState, bySync, changedAt, changedBy, notes, revision, problem } = entry;
  const [was, is] = [stateOf(key, oldState), stateOf(key, newState)];
  const { text, commit } = tableStep(environment, entry);
  const after = versionWith(key, is.flag, all);
  const before = versionWith(key, was.flag, all);
  return {
    environment,
    key,
    source: bySync ? "sync" : "by hand",
    isLive: true,
    at: changedAt,
    by: changedBy,
    pullRequest: bySync ? numberIn(notes) : null,
    commit,
    previous: commitIn(oldState),
    revision,
    note: notes,
    text,
    problem: problem === null ? (is.problem ?? was.problem) : `the entry of the audit cannot be read: ${problem}`,
    before,
    after,
  };
}

/** Returns the pull request that a sync recorded: before the subject of the commit, or in it. */
function numberIn(notes: string | null): number | null {
  if (notes === null) return null;
  const first = /^#(\d{1,9}) /.exec(notes)?.[1];
  return first === undefined ? pullRequestOf(notes) : Number(first);
}

function commitIn(state: JsonObject | null): string | null {
  const commit = state?.["commit_sha"];
  return typeof commit === "string" ? commit : null;
}

interface State {
  /** Null when the flag did not exist, was archived or cannot be read. */
  readonly flag: Flag | null;
  readonly problem: string | null;
}

function stateOf(key: FlagKey, state: JsonObject | null): State {
  const read = flagIn(key, state);
  if (read === null) return { flag: null, problem: null };
  if (!read.ok) return { flag: null, problem: `the row could not be read: ${read.problem}` };
  return { flag: read.row.archived_at === null ? read.flag : null, problem: null };
}

/** Returns the flag with the flags that it requires. Keeping all flags for each change would use too much memory. */
function versionWith(key: FlagKey, flag: Flag | null, all: Map<FlagKey, Flag>): Version {
  if (flag === null) all.delete(key);
  else all.set(key, flag);
  const required = withRequired({ flag, all });
  return { flag, all: new Map(required.map((each) => [each.key, each])) };
}
