import type { FlagKey } from "../core/flag/flag.ts";
import type { Version } from "../impact/version-pair.ts";

/** A change to one flag in one environment, with the flag before and after. */
export interface ServedChange {
  readonly environment: string;
  readonly key: FlagKey;
  /** `sync`: written by a sync. `by hand`: a manual change. `git`: merged, but in no table that could be read. */
  readonly source: "sync" | "by hand" | "git";
  /** False for a merged change that is not synced yet; null when no table could be read. */
  readonly isLive: boolean | null;
  /** ISO 8601: when the table changed; for `git`, when the change was merged. */
  readonly at: string;
  readonly by: string;
  readonly pullRequest: number | null;
  readonly commit: string | null;
  /** A git reference to the version before the change; null when unknown. */
  readonly previous: string | null;
  /** The revision of the table; null for `git`. */
  readonly revision: number | null;
  /** The subject of the commit, or the note of the manual change. */
  readonly note: string | null;
  /** The change in words, e.g. `10 % → 50 % of everyone`. */
  readonly text: string;
  /** The reason why the effect cannot be measured; null when it can. */
  readonly problem: string | null;
  readonly before: Version;
  readonly after: Version;
}

/** A period in milliseconds since 1970. Both ends are included. */
export interface Window {
  readonly since: number;
  readonly until: number;
}

/** The changes that one source, git or a table, contains. */
export interface Found {
  /** Newest first. */
  readonly changes: readonly ServedChange[];
  /** The newest change before the window; null when there is none. */
  readonly earlier: ServedChange | null;
  /** What could not be read, with the reasons. */
  readonly notes: readonly string[];
}

/** Returns whether an ISO 8601 time is in the window. */
export function isWithin({ since, until }: Window, at: string): boolean {
  const ms = Date.parse(at);
  return ms >= since && ms <= until;
}
