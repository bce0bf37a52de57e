import type { ErrorCode } from "../core/errors.ts";
import type { FlagKey, VariantName } from "../core/flag/flag.ts";
import type { OverrideOrigin, OverrideProblem } from "../core/override/override.ts";

/** Where the data came from that is served now. `definitions`: only the generated code defaults; `none`: nothing at all. */
export type ClientSource = "database" | "disk" | "bundled" | "definitions" | "none";

export interface ClientError {
  readonly code: ErrorCode | "UNEXPECTED";
  readonly message: string;
  readonly hint: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** An override in force: what it makes of the flag, never what was written. */
export interface ShownOverride {
  readonly flagKey: FlagKey;
  readonly variant: VariantName;
  /** `FEATURE_X`, or `FLAGS_KILL=workshop_*`. */
  readonly via: string;
  readonly variable: string;
  readonly origin: OverrideOrigin;
  /** False: the value was not understood, so the flag serves its off variant. */
  readonly isValid: boolean;
  /** ISO 8601: since when this process knows it. */
  readonly since: string;
}

/** A row that could not be understood, and what its flag answers from meanwhile. */
export interface SetAside {
  /** Null where not even the key can be read. */
  readonly key: FlagKey | null;
  readonly problem: string;
  /** `off`: the row says disabled, which is honoured whatever else is wrong with it. */
  readonly serves: "last good" | "off" | "nothing";
}

/** Everything worth knowing of a client. Plain JSON, without any secret. */
export interface ClientStatus {
  readonly environment: string;
  /** Has data from database, disk or bundle. Once true it stays true. */
  readonly ready: boolean;
  readonly source: ClientSource;
  readonly storeId: string | null;
  readonly epoch: number | null;
  readonly revision: number | null;
  readonly commit: string | null;
  /** Live flags. */
  readonly flags: number;
  /** ISO 8601: when what is served from disk or bundle was saved; null for the database. */
  readonly savedAt: string | null;
  /** Milliseconds since the database last confirmed what is served; null before the first time. */
  readonly ageMs: number | null;
  readonly stale: boolean;
  /** The database's label, never a password; null before one could be opened. */
  readonly database: string | null;
  /** The last attempt to reach it succeeded. */
  readonly connected: boolean;
  /** How changes are noticed on the present connection: by push only once a push has arrived. */
  readonly transport: "none" | "poll" | "push and poll";
  /** The last failure, also after it was overcome: then `connected` is true. */
  readonly lastError: ClientError | null;
  readonly setAside: readonly SetAside[];
  readonly overrides: readonly ShownOverride[];
  readonly problems: readonly OverrideProblem[];
  /** Whether the table of instances hears of this process. */
  readonly heartbeat: { readonly lastAt: string | null; readonly lastError: string | null } | null;
  /** Where the last good snapshot is kept, and why it could not be written. */
  readonly snapshotFile: { readonly path: string; readonly lastError: string | null } | null;
}
