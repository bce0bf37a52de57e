import type { FlagKey } from "../core/flag/flag.ts";
import type { Version } from "../impact/version-pair.ts";

/** One change of one flag in one environment, with the flag as it was and as it became. */
export interface ServedChange {
  readonly environment: string;
  readonly key: FlagKey;
  /** `by hand`: somebody wrote to the table. `git`: merged, and seen in no table. */
  readonly source: "sync" | "by hand" | "git";
  /** False for what was merged and has not been synced: nobody is answered by it yet. Null where no table could be read. */
  readonly isLive: boolean | null;
  /** ISO 8601: when the table changed; of git alone, when it was merged. */
  readonly at: string;
  readonly by: string;
  readonly pullRequest: number | null;
  readonly commit: string | null;
  /** A commit that has the flag as it was, as git names it; null where none is known. */
  readonly previous: string | null;
  /** Of the table; null for git alone. */
  readonly revision: number | null;
  /** The subject of the commit, or the note of a hand edit. */
  readonly note: string | null;
  /** What it meant: `10 % → 50 % of everyone`. */
  readonly text: string;
  /** Why it cannot be measured; null where it can. */
  readonly problem: string | null;
  readonly before: Version;
  readonly after: Version;
}

/** From when to when, in milliseconds since 1970; both included. */
export interface Window {
  readonly since: number;
  readonly until: number;
}

/** What one source tells of a window. */
export interface Found {
  /** Newest first. */
  readonly changes: readonly ServedChange[];
  /** The newest change before the window, where there is one. */
  readonly earlier: ServedChange | null;
  /** What could not be read, and why. */
  readonly notes: readonly string[];
}

export function isWithin({ since, until }: Window, at: string): boolean {
  const ms = Date.parse(at);
  return ms >= since && ms <= until;
}
