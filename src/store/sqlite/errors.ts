import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { type ErrorCode, FlagError } from "../../core/errors.ts";
import type { Attempt } from "../attempt.ts";

type Finding = readonly [code: ErrorCode, hint: string];

const LOCKED: Finding = [
  "STORE_LOCKED",
  "another process is writing: try again, or see which process has the file open (lsof)",
];
const DAMAGED: Finding = [
  "STORE_CORRUPT",
  "restore FILE from a backup, or move it out of the way and run `hoist sync`, which writes the flags from git again; manual changes and the audit are lost",
];

/** Maps SQLite's primary result code (https://sqlite.org/rescode.html) to an error code and a hint. FILE is a placeholder for the path. */
const FINDINGS: Readonly<Record<number, Finding>> = {
  5: LOCKED, // BUSY
  6: LOCKED, // LOCKED
  8: [
    "STORE_READ_ONLY", // READONLY
    "give this process write access to FILE and its folder: SQLite's WAL mode needs it even for reading, unless another process has the file open",
  ],
  10: ["STORE_UNREACHABLE", "the disk that holds FILE has failed or is not mounted: check the disk"], // IOERR
  11: DAMAGED, // CORRUPT
  13: ["STORE_READ_ONLY", "the disk is full: free some space, then run the command again"], // FULL
  19: ["INVALID_FLAGS", "the table does not accept the row: run `hoist validate`, and update flaghoist"], // CONSTRAINT
  26: DAMAGED, // NOTADB
};
const PERM = 3;
const CANTOPEN = 14;
const AUTH = 23;

/** Converts an error of the SQLite engine to a FlagError. Other errors are returned unchanged. */
export function sqliteError(error: unknown, attempt: Attempt, label: string, file: string): unknown {
  if (error instanceof FlagError || !(error instanceof Error) || !("errcode" in error)) return error;
  const [code, hint] = findingOf(Number(error.errcode) & 0xff, error.message, file);
  const message = `${label}: cannot ${attempt.text}: ${error.message}`;
  return new FlagError(code, message, { hint: hint.replaceAll("FILE", file), cause: error });
}

/** Checks that a file exists. @throws FlagError STORE_MISSING if it does not */
export function checkFile(file: string, label: string): void {
  if (existsSync(file)) return;
  const closed = closedFolder(file);
  if (closed !== undefined) {
    const hint = `give ${accountText()} the right to enter the folder (chmod +x)`;
    throw new FlagError("STORE_FORBIDDEN", `${label} cannot be reached: no right to enter ${closed}`, { hint });
  }
  throw new FlagError("STORE_MISSING", `${label} does not exist (${file})`, {
    hint: "`hoist sync` creates and fills it; `hoist db migrate` creates it empty",
  });
}

/** Returns the topmost folder in the path of a file that this process may not enter; undefined if it may enter all of them. */
function closedFolder(file: string): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) folders.unshift(folder);
  return folders.find((folder) => existsSync(folder) && !hasAccess(folder, constants.X_OK));
}

function findingOf(code: number, message: string, file: string): Finding {
  const known = FINDINGS[code];
  if (known !== undefined) return known;
  if (code === PERM || code === AUTH) return forbidden();
  if (code === CANTOPEN) return cannotOpen(file);
  return /no such (table|column|view)|has no column named/.test(message)
    ? ["STORE_MISSING", "run `hoist db migrate`; if it reports up to date, the file belongs to another program"]
    : ["STORE_UNREACHABLE", "check the file with: sqlite3 FILE 'PRAGMA integrity_check'"];
}

function cannotOpen(file: string): Finding {
  const folder = dirname(file);
  const closed = closedFolder(file);
  if (closed !== undefined) {
    return ["STORE_FORBIDDEN", `give ${accountText()} the right to enter ${closed} (chmod +x)`];
  }
  if (!existsSync(folder)) return ["STORE_MISSING", `${folder} does not exist: \`hoist db migrate\` creates it`];
  if (!existsSync(file)) {
    return hasAccess(folder, constants.W_OK)
      ? ["STORE_MISSING", "run `hoist db migrate` or `hoist sync`"]
      : ["STORE_READ_ONLY", `give this process write access to ${folder}`];
  }
  if (!hasAccess(file, constants.R_OK)) return forbidden();
  if (hasAccess(folder, constants.W_OK)) return ["STORE_UNREACHABLE", "FILE exists, but cannot be opened as a file"];
  return [
    "STORE_READ_ONLY",
    `give this process write access to ${folder}: SQLite's WAL mode keeps two files beside the database, even for readers`,
  ];
}

function forbidden(): Finding {
  return ["STORE_FORBIDDEN", `give ${accountText()} read access to FILE, and write access to it and its folder`];
}

function accountText(): string {
  return process.getuid === undefined ? "this account" : `uid ${process.getuid()}`;
}

function hasAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
