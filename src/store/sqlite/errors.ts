import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { type ErrorCode, FlagError } from "../../core/errors.ts";

/** SQLite's primary result codes. https://sqlite.org/rescode.html */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const CONSTRAINT = 19;
const AUTH = 23;
const NOTADB = 26;

interface Finding {
  readonly code: ErrorCode;
  readonly hint: string;
}

/**
 * What the engine's error means to us. Our own errors pass as they are; what is neither is a bug, and passes too.
 *
 * @param attempt  what was tried, e.g. `reading the flags`
 */
export function sqliteError(error: unknown, attempt: string, label: string, file: string): unknown {
  if (error instanceof FlagError || !(error instanceof Error) || !("errcode" in error)) return error;
  const { code, hint } = findingOf(Number(error.errcode) & 0xff, error.message, file);
  return new FlagError(code, `${attempt}, ${label}: ${error.message}`, { hint, cause: error });
}

/** @throws FlagError STORE_MISSING where there is no such file */
export function checkFile(file: string, label: string): void {
  if (existsSync(file)) return;
  throw new FlagError("STORE_MISSING", `${label} does not exist (${file})`, {
    hint: "`hoist sync` makes it and fills it; `hoist db migrate` makes it empty",
  });
}

function findingOf(code: number, message: string, file: string): Finding {
  switch (code) {
    case BUSY:
    case LOCKED:
      return { code: "STORE_LOCKED", hint: "another process is writing: try again, or see who holds the file (lsof)" };
    case READONLY:
      return {
        code: "STORE_READ_ONLY",
        hint: `give this process the right to write ${file} and its folder: SQLite's WAL needs it, also for reading when nobody else has the file open`,
      };
    case FULL:
      return { code: "STORE_READ_ONLY", hint: "the disk is full: make room, then run it again" };
    case CORRUPT:
    case NOTADB:
      return {
        code: "STORE_CORRUPT",
        hint: `restore ${file} from a backup, or move it away and run \`hoist sync\`: the flags come back from git, hand edits and audit do not`,
      };
    case PERM:
    case AUTH:
      return forbidden(file);
    case CANTOPEN:
      return cannotOpen(file);
    case IOERR:
      return {
        code: "STORE_UNREACHABLE",
        hint: `the disk under ${file} fails or is gone: look at it before anything else`,
      };
    case CONSTRAINT:
      return { code: "INVALID_FLAGS", hint: "the table refuses the row: run `hoist validate`, and update flaghoist" };
    default:
      return /no such (table|column|view)/.test(message)
        ? {
            code: "STORE_MISSING",
            hint: "run `hoist db migrate`; if it says nothing to do, the file is another program's",
          }
        : { code: "STORE_UNREACHABLE", hint: `check ${file} with: sqlite3 ${file} 'PRAGMA integrity_check'` };
  }
}

function cannotOpen(file: string): Finding {
  const folder = dirname(file);
  if (!existsSync(folder))
    return { code: "STORE_MISSING", hint: `${folder} does not exist: \`hoist db migrate\` makes it` };
  if (!existsSync(file)) {
    return mayUse(folder, constants.W_OK)
      ? { code: "STORE_MISSING", hint: "run `hoist db migrate` or `hoist sync`" }
      : { code: "STORE_READ_ONLY", hint: `give this process the right to write ${folder}` };
  }
  if (!mayUse(file, constants.R_OK)) return forbidden(file);
  if (!mayUse(folder, constants.W_OK)) {
    return {
      code: "STORE_READ_ONLY",
      hint: `give this process the right to write ${folder}: SQLite's WAL keeps two files beside the database, also for readers`,
    };
  }
  return { code: "STORE_UNREACHABLE", hint: `look at ${file}: it exists, but cannot be opened as a file` };
}

function forbidden(file: string): Finding {
  const who = process.getuid === undefined ? "this account" : `uid ${process.getuid()}`;
  return { code: "STORE_FORBIDDEN", hint: `let ${who} read ${file}, and write it and its folder` };
}

function mayUse(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
