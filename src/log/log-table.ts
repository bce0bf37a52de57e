import { differenceText } from "../core/describe/describe-difference.ts";
import { differences } from "../core/plan/difference.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { JsonObject } from "../core/json.ts";
import { flagOfRow, type ReadRow } from "../core/row/row-codec.ts";
import { cellText } from "../core/describe/wording.ts";
import type { AuditEntry, FlagStore } from "../store/store.ts";

/** An entry of the audit, with what it changed in words. */
export interface TableStep {
  readonly environment: string;
  readonly entry: AuditEntry;
  readonly text: string;
  /** The commit that was synced; null for a manual change and for the sync of a work tree. */
  readonly commit: string | null;
}

/** Describes an entry of the audit. */
export function tableStep(environment: string, entry: AuditEntry): TableStep {
  const commit = entry.newState?.["commit_sha"];
  const text = shortened(meaningText(entry));
  return {
    environment,
    entry,
    text: entry.bySync ? text : `${text} manually`,
    commit: entry.bySync && typeof commit === "string" ? commit : null,
  };
}

/** The most characters of one change in words. A row that was written by hand can contain values of any size. */
const MAX_CHANGE_TEXT = 2000;

function shortened(text: string): string {
  return text.length > MAX_CHANGE_TEXT ? `${text.slice(0, MAX_CHANGE_TEXT - 1).toWellFormed()}…` : text;
}

function meaningText({ action, key, oldState, newState, problem }: AuditEntry): string {
  if (problem !== null) return `${action} (this entry of the audit cannot be read: ${problem})`;
  if (action === "archived" || action === "deleted") return action;
  const [before, after] = [flagIn(key, oldState), flagIn(key, newState)];
  if (after?.ok === false) return `${action} (the row could not be read: ${after.problem})`;
  if (after === null) return action;
  if (action === "created" || action === "restored") return `${action}: ${cellText(after.flag)}`;
  if (before === null) return action;
  if (!before.ok) return `${action} (the previous version of the row could not be read: ${before.problem})`;
  const texts = differences(before.flag, after.flag)
    .filter(({ kind }) => kind !== "enabled" && kind !== "disabled")
    .map(differenceText);
  return [...(action === "updated" ? [] : [action]), ...texts].join(", ") || "commit updated";
}

/** Reads the flag of a stored row; returns null when there is no row. */
export function flagIn(key: FlagKey, state: JsonObject | null): ReadRow | null {
  const stamps = { created_at: "", updated_at: "", created_by: "", last_modified_by: "" };
  return state && flagOfRow({ ...state, feature_key: key, ...stamps });
}

/** The history of one table. */
export interface TableLog {
  readonly environment: string;
  /** Newest first. */
  readonly steps: readonly TableStep[];
  /** The commits that were synced into it, newest first. */
  readonly syncs: readonly string[];
  /** Whether older entries were left out. */
  readonly isCut: boolean;
}

/** The maximum number of audit entries that are read for one flag. They cover years of changes and fit into memory. */
const MAX_ENTRIES = 1_000;

/** Reads the history of one table. @param keys  the names that a flag has had; null for all flags */
export async function tableLog(
  environment: string,
  store: FlagStore,
  keys: readonly FlagKey[] | null,
): Promise<TableLog> {
  const queries = keys === null ? [{ limit: MAX_ENTRIES }] : keys.map((key) => ({ key, limit: MAX_ENTRIES }));
  const found: AuditEntry[] = [];
  for (const query of queries) found.push(...(await store.audit(query)));
  found.sort((a, b) => b.revision - a.revision);
  const syncs = await store.syncs(MAX_ENTRIES);
  return {
    environment,
    steps: found.map((entry) => tableStep(environment, entry)),
    syncs: syncs.flatMap(({ commit }) => commit ?? []),
    isCut: found.length >= MAX_ENTRIES,
  };
}
