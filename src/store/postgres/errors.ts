import { type ErrorCode, FlagError } from "../../core/errors.ts";
import type { Attempt } from "../attempt.ts";
import { own } from "../../core/own.ts";

/** Maps a SQLSTATE, or its class (the first two characters), to an error code and a hint. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "08P01": [
    "STORE_UNREACHABLE",
    "a pooler may refuse what a server accepts: remove options= from the address, and use a login that the pooler knows",
  ],
  "08": ["STORE_UNREACHABLE", "check that the server is running and that this machine can reach it"],
  "22": ["INVALID_FLAGS", "the table does not accept the row: run `hoist validate`, and update flaghoist"],
  "23": ["INVALID_FLAGS", "the table does not accept the row: run `hoist validate`, and update flaghoist"],
  "25006": ["STORE_READ_ONLY", "connect to the primary, with a role whose default_transaction_read_only is off"],
  "25P03": ["STORE_LOCKED", "the transaction was idle for too long and was ended: run the command again"],
  "28": ["STORE_FORBIDDEN", "check the user, the password and pg_hba.conf"],
  "3D000": ["STORE_MISSING", "create the database (createdb), then run `hoist db migrate`"],
  "3F000": ["STORE_MISSING", "create the schema, or set search_path, then run `hoist db migrate`"],
  "40": ["STORE_LOCKED", "another transaction wrote first: run the command again"],
  "42P01": ["STORE_MISSING", "run `hoist db migrate`; if the tables exist, grant the role USAGE on their schema"],
  "42703": ["STORE_MISSING", "run `hoist db migrate`; if it reports up to date, the table belongs to another program"],
  "53100": ["STORE_READ_ONLY", "the server's disk is full: free some space, then run the command again"],
  "53": ["STORE_UNREACHABLE", "the server has no connection or memory left: try again later"],
  "55P03": [
    "STORE_LOCKED",
    "another transaction has locked the flags: see pg_stat_activity, then run the command again",
  ],
  "57014": ["STORE_LOCKED", "the statement timed out: pg_stat_activity shows what it waited for"],
  "57": ["STORE_UNREACHABLE", "the server is stopping or starting: try again later"],
  XX: ["STORE_CORRUPT", "see the server's log; if the database is damaged, restore it from a backup"],
};

/** Converts an error of the server or the driver to a FlagError. Other errors are returned unchanged. */
export function postgresError(error: unknown, attempt: Attempt, url: string, label: string): unknown {
  if (error instanceof FlagError || !(error instanceof Error)) return error;
  const failed = `${label}: cannot ${attempt.text}`;
  const state = stateOf(error);
  if (state === undefined) {
    if (!isConnectionError(error)) return error;
    if (isUnanswered(error)) {
      const message = `${failed}: the server accepted the connection, but did not answer the query in time (${error.message})`;
      const hint =
        "another transaction has locked the flags, or the server is overloaded: pg_stat_activity shows which";
      return new FlagError("STORE_LOCKED", message, { hint, cause: error });
    }
    const hint = "check the address, that the server is running, and that this machine can reach it";
    return new FlagError("STORE_UNREACHABLE", `${failed}: ${textOf(error)}`, { hint, cause: error });
  }
  if (state === "42501") {
    const role = roleOf(url);
    const otherwise = attempt.otherwise === undefined ? "" : `; ${attempt.otherwise}`;
    const hint = `run as the owner of the tables: ${grantsFor(attempt, url)}${otherwise}; or grant the role one of the roles that \`hoist db roles\` creates`;
    const message = `${failed}: role ${role} lacks a right: ${error.message}`;
    return new FlagError("STORE_FORBIDDEN", message, { hint, cause: error });
  }
  const [code, hint] = own(STATES, state) ??
    own(STATES, state.slice(0, 2)) ?? ["STORE_UNREACHABLE", "see the server's log"];
  const more = "hint" in error && typeof error.hint === "string" ? ` (${error.hint})` : "";
  const message = `${failed}: ${textOf(error)}${more}`;
  return new FlagError(code, message, { hint: `${hint} [SQLSTATE ${state}]`, cause: error });
}

/** Returns whether the connection was lost, so that the outcome of the last statement is unknown. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = stateOf(error);
  if (state !== undefined) return state.startsWith("08") || state.startsWith("57P");
  return (
    "syscall" in error ||
    ("code" in error && /^(E[A-Z]+|CERT_|UNABLE_|DEPTH_|SELF_)/.test(String(error.code))) ||
    /connection|timeout|socket|SSL|SASL|certificate/i.test(error.message)
  );
}

/** Returns whether a query on an open connection exceeded the driver's time limit. The driver marks this by its message only. */
function isUnanswered(error: Error): boolean {
  return error.message === "Query read timeout";
}

/** Returns the statements that give the role of the address what an operation needs. */
function grantsFor({ rights }: Attempt, url: string): string {
  const database = quotedName(databaseOf(url));
  const role = quotedName(roleOf(url));
  return rights.map((right) => `GRANT ${right.replace(":database", () => database)} TO ${role}`).join("; ");
}

/** Quotes a name as SQL needs it. */
function quotedName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Returns the SQLSTATE (five characters) of a server error. The driver's own errors have system codes such as ECONNREFUSED. */
function stateOf(error: Error): string | undefined {
  const code = "code" in error && "severity" in error ? error.code : undefined;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Returns the message. An attempt on several addresses fails with a list of errors and an empty message. */
function textOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) return error.errors.map((each) => String(each?.message ?? each)).join("; ");
  return "code" in error ? String(error.code) : error.name;
}

function databaseOf(url: string): string {
  const path = /^postgres(?:ql)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1];
  return path === undefined ? (process.env["PGDATABASE"] ?? roleOf(url)) : decodeURIComponent(path);
}

function roleOf(url: string): string {
  const user =
    /^postgres(?:ql)?:\/\/([^:@/?]+)(?::[^@]*)?@/.exec(url)?.[1] ?? new URLSearchParams(url.split("?")[1]).get("user");
  return user ? decodeURIComponent(user) : (process.env["PGUSER"] ?? process.env["USER"] ?? "this role");
}
