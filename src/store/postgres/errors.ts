import { type ErrorCode, FlagError } from "../../core/errors.ts";

/** SQLSTATEs, the longest matching beginning counts. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "08": ["STORE_UNREACHABLE", "check that the server runs and that this machine reaches it"],
  "22": ["INVALID_FLAGS", "the table refuses the row: run `hoist validate`, and update flaghoist"],
  "23": ["INVALID_FLAGS", "the table refuses the row: run `hoist validate`, and update flaghoist"],
  "25006": ["STORE_READ_ONLY", "connect to the primary, with a role whose default_transaction_read_only is off"],
  "25P03": ["STORE_LOCKED", "the transaction was idle for too long and was ended: run it again"],
  "28": ["STORE_FORBIDDEN", "check user, password and pg_hba.conf"],
  "3D000": ["STORE_MISSING", "make the database (createdb), then run `hoist db migrate`"],
  "3F000": ["STORE_MISSING", "make the schema, or set search_path, then run `hoist db migrate`"],
  "40": ["STORE_LOCKED", "another writer was faster: run it again"],
  "42P01": ["STORE_MISSING", "run `hoist db migrate`; where the tables exist, the role lacks USAGE on their schema"],
  "42703": ["STORE_MISSING", "run `hoist db migrate`; if it says nothing to do, the table is another program's"],
  "53100": ["STORE_READ_ONLY", "the server's disk is full: make room, then run it again"],
  "53": ["STORE_UNREACHABLE", "the server has no connection or memory left: try again"],
  "55P03": ["STORE_LOCKED", "another transaction holds the flags: see pg_stat_activity, then run it again"],
  "57014": ["STORE_LOCKED", "the statement took too long: see pg_stat_activity for what it waited for"],
  "57": ["STORE_UNREACHABLE", "the server is stopping or starting: try again"],
  XX: ["STORE_CORRUPT", "look at the server's log; restore the database from a backup where it is damaged"],
};

/** Who asked for what, to tell a person which right is missing. */
export interface Attempt {
  /** e.g. `reading the flags`. */
  readonly what: string;
  /** e.g. `SELECT ON feature_toggles`. */
  readonly rights: string;
}

/** What the server's or the driver's error means to us; our own errors pass as they are. */
export function postgresError(error: unknown, attempt: Attempt, url: string, label: string): unknown {
  if (error instanceof FlagError || !(error instanceof Error)) return error;
  const state = stateOf(error);
  if (state === undefined) {
    if (!isConnectionTrouble(error)) return error;
    return new FlagError("STORE_UNREACHABLE", `${attempt.what}, ${label}: ${textOf(error)}`, {
      hint: "check that the server runs, that this machine reaches it, and the address",
      cause: error,
    });
  }
  if (state === "42501") {
    const role = roleOf(url);
    return new FlagError("STORE_FORBIDDEN", `${attempt.what}, ${label}: role ${role} lacks a right: ${error.message}`, {
      hint: `as the owner of the tables: GRANT ${attempt.rights} TO ${role}; or grant it one of the roles of \`hoist db roles\``,
      cause: error,
    });
  }
  const known = STATES[state] ?? STATES[state.slice(0, 2)];
  const [code, hint] = known ?? ["STORE_UNREACHABLE", "look at the server's log"];
  const more = "hint" in error && typeof error.hint === "string" ? ` (${error.hint})` : "";
  return new FlagError(code, `${attempt.what}, ${label}: ${textOf(error)}${more}`, {
    hint: `${hint} [SQLSTATE ${state}]`,
    cause: error,
  });
}

/** The connection went away, so nobody here knows what the server did last. */
export function isConnectionTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = stateOf(error);
  if (state !== undefined) return state.startsWith("08") || state.startsWith("57P");
  return (
    "syscall" in error ||
    ("code" in error && /^(E[A-Z]+|CERT_|UNABLE_|DEPTH_|SELF_)/.test(String(error.code))) ||
    /connection|timeout|socket|SSL|SASL|certificate/i.test(error.message)
  );
}

/** Five characters that the server sends; the driver's own errors have system codes such as ECONNREFUSED. */
function stateOf(error: Error): string | undefined {
  const code = "code" in error && "severity" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Trying several addresses at once fails with a list, and without a message of its own. */
function textOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) return error.errors.map((each) => String(each?.message ?? each)).join("; ");
  return "code" in error ? String(error.code) : error.name;
}

function roleOf(url: string): string {
  const user =
    /^postgres(?:ql)?:\/\/([^:@/?]+)(?::[^@]*)?@/.exec(url)?.[1] ?? new URLSearchParams(url.split("?")[1]).get("user");
  return user ? decodeURIComponent(user) : (process.env["PGUSER"] ?? process.env["USER"] ?? "this role");
}
