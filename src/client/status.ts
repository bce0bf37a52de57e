import type { ErrorCode } from "../core/errors.ts";
import type { FlagKey } from "../core/flag/flag.ts";
import type { OverrideProblem } from "../core/override/override.ts";
import type { ActiveOverride } from "../core/override/override-resolve.ts";

/** The source of the served data. `definitions`: only the generated fallbacks; `none`: there is no data. */
export type ClientSource = "database" | "disk" | "bundled" | "definitions" | "none";

/** An error of a refresh. Errors that are not a FlagError have the code `UNEXPECTED`. */
export interface ClientError {
  readonly code: ErrorCode | "UNEXPECTED";
  readonly message: string;
  readonly hint: string | null;
  /** The time of the error, ISO 8601. */
  readonly at: string;
}

/** An override in force, with the variant that it serves. Never contains the value that was set. */
export interface ShownOverride extends Omit<ActiveOverride, "turnsOff" | "beats"> {
  /** The time when this process first applied the override, ISO 8601. */
  readonly since: string;
}

/** A database that is at an older version than the served snapshot, or that was: then its later revisions may lack changes. */
export interface Behind {
  readonly epoch: number;
  readonly revision: number;
  /** True: an older backup was restored, and the flags that it disables are disabled. False: a lagging replica. */
  readonly isPrimary: boolean;
  /** What to do about a restored backup; null for a replica, which catches up by itself. */
  readonly hint: string | null;
}

/** A row that cannot be read, and what its flag serves instead. */
export interface SetAside {
  /** Null if not even the key can be read. */
  readonly key: FlagKey | null;
  readonly problem: string;
  /** `off`: the row says disabled, which applies even if the rest of the row cannot be read. */
  readonly serves: "last good" | "off" | "nothing";
}

/** The state of a client as plain JSON, without secrets. */
export interface ClientStatus {
  readonly environment: string;
  /** Whether there is data from the database, the disk or the bundle. Once true, it stays true. */
  readonly ready: boolean;
  readonly source: ClientSource;
  readonly storeId: string | null;
  readonly epoch: number | null;
  readonly revision: number | null;
  readonly commit: string | null;
  /** The number of live flags. */
  readonly flags: number;
  /** The time when the served snapshot was saved, ISO 8601; null if the data comes from the database. */
  readonly savedAt: string | null;
  /** Milliseconds since the database last confirmed the data; null before the first time. */
  readonly ageMs: number | null;
  readonly stale: boolean;
  /** The database's label, which never contains a password; null until a database has been opened. */
  readonly database: string | null;
  /** Whether the database answered the last attempt, with content that is not refused. */
  readonly connected: boolean;
  /** The older version at which the database is; null while it is not behind the served snapshot. */
  readonly behind: Behind | null;
  /** How the current connection detects changes. `push` is reported once a notification has proven that changes arrive. */
  readonly transport: "none" | "poll" | "push and poll";
  /** The last failure, even after the connection has recovered (`connected` is then true). */
  readonly lastError: ClientError | null;
  readonly setAside: readonly SetAside[];
  readonly overrides: readonly ShownOverride[];
  readonly problems: readonly OverrideProblem[];
  /** The last heartbeat and its error; null if heartbeats are turned off. */
  readonly heartbeat: { readonly lastAt: string | null; readonly lastError: string | null } | null;
  /** The file that keeps the last good snapshot, and why it could not be written; null if no snapshot is kept. */
  readonly snapshotFile: { readonly path: string; readonly lastError: string | null } | null;
}
