import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nearest } from "../core/diagnostic/nearest.ts";
import { FlagError } from "../core/errors.ts";
import { orText } from "../core/text.ts";
import { refuseLinks } from "../files/safe-path.ts";
import { bareValue, type Variables, variableIn, visibleText } from "../core/variable.ts";

/** The settings that determine the database of an environment. */
export interface DatabaseLookup {
  /** The value of `--database`, if given. */
  readonly option?: string | undefined;
  readonly environment: string;
  readonly env: Variables;
  /** The folder from which to search upwards for `flags/`. */
  readonly folder: string;
}

/** The address of a database, and the setting that named it. */
export interface DatabaseAddress {
  readonly url: string;
  /** The setting that named the database: `--database`, a variable, or `default` for `.flaghoist/<env>.db`. */
  readonly source: string;
}

/**
 * Returns the address of an environment's database, and the setting that named it.
 *
 * @throws FlagError USAGE for an invalid address; FILE_UNUSABLE if the default database is, or is behind, a link
 */
export function findDatabase({ option, environment, env, folder }: DatabaseLookup): DatabaseAddress {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(environment)) {
    const message = `${visibleText(environment)} is not a valid environment name; use letters, digits, - and _`;
    throw new FlagError("USAGE", message);
  }
  // An empty value most likely comes from an unset shell variable. The command must not use a database that nobody asked for.
  if (option?.trim() === "") {
    const hint = "give an address, e.g. postgres://flags@db.internal/flags, or omit the option";
    throw new FlagError("USAGE", "--database is empty", { hint });
  }
  for (const source of ["--database", databaseVariable(environment), SHARED_VARIABLE]) {
    const url = source === "--database" ? option && bareValue(option) : variableIn(env, source);
    if (url === undefined) continue;
    // A secret that does not exist is empty, too.
    if (url === "") {
      const hint = "set it to an address, e.g. postgres://flags@db.internal/flags, or unset it";
      throw new FlagError("USAGE", `${source} is set, but empty`, { hint });
    }
    if (dialectAt(url) !== undefined) return { url, source };
    throw invalidAddress(source);
  }
  const home = nearestWith("flags", folder) ?? resolve(folder);
  const file = `${DEFAULT_FOLDER}/${environment}.db`;
  // A commit can contain links, and its author would choose the file that SQLite writes. A file that a person names may be one.
  const paths = [DEFAULT_FOLDER, ...["", "-wal", "-shm", "-journal"].map((end) => file + end)];
  refuseLinks(home, paths, `to use a database elsewhere, set ${databaseVariable(environment)} to its address`);
  return { url: pathToFileURL(join(home, file)).href, source: "default" };
}

/** The folder of the default databases, beside `flags/`. */
const DEFAULT_FOLDER = ".flaghoist";

const SHARED_VARIABLE = "FLAGS_DATABASE_URL";

/** Returns a variable that is set and was probably meant to name the database of the environment, e.g. `FLAGS_DATABSE_URL`. */
export function similarVariable(environment: string, env: Variables): string | undefined {
  const own = databaseVariable(environment);
  return Object.keys(env).find((name) => {
    if (!/^FLAG/i.test(name)) return false;
    // E.g. FLAGS_DATABASE_URL_PROD for the environment production.
    if (name.startsWith(`${SHARED_VARIABLE}_`) && own.startsWith(name)) return true;
    return nearest(name, [own, SHARED_VARIABLE]) !== undefined;
  });
}

/** Returns the variable that names the database of one environment, e.g. `FLAGS_DATABASE_URL_PRODUCTION`. */
export function databaseVariable(environment: string): string {
  return `FLAGS_DATABASE_URL_${environment.toUpperCase().replaceAll("-", "_")}`;
}

/** Returns the nearest folder, from `folder` upwards, that contains a file or folder of this name. */
export function nearestWith(name: string, folder: string): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    if (existsSync(join(here, name))) return here;
    if (here === dirname(here)) return undefined;
  }
}

const DIALECTS = ["sqlite", "postgres"] as const;

/** The kind of a database. */
export type Dialect = (typeof DIALECTS)[number];

/** Lists how the addresses of each kind of database begin, the usual prefix first. */
const PREFIXES: Readonly<Record<Dialect, readonly [string, ...string[]]>> = {
  sqlite: ["file:"],
  postgres: ["postgres://", "postgresql://"],
};

/** Describes the addresses of all kinds of databases, for help. */
export const ADDRESS_FORMS: string = DIALECTS.map((dialect) => `${PREFIXES[dialect][0]}…`).join(" or ");

/** Returns the kind of database at an address. @throws FlagError USAGE for any other kind of address */
export function dialectOf(url: string): Dialect {
  const found = dialectAt(url);
  if (found === undefined) throw invalidAddress("the address");
  return found;
}

function dialectAt(url: string): Dialect | undefined {
  return DIALECTS.find((dialect) => PREFIXES[dialect].some((prefix) => url.startsWith(prefix)));
}

/** @param source  the setting that named the address; its value may contain a password, so it is not shown */
function invalidAddress(source: string): FlagError {
  const prefixes = DIALECTS.flatMap((dialect) => PREFIXES[dialect]);
  const message = `${source} is not a database address; it must begin with ${orText(prefixes)}`;
  const hint = "e.g. file:.flaghoist/development.db or postgres://flags@db.internal/flags";
  return new FlagError("USAGE", message, { hint });
}

/** A SQLite file, and whether it is opened for reading only. */
export interface SqliteAddress {
  /** An absolute path. */
  readonly file: string;
  readonly readOnly: boolean;
}

/** Reads `file:relative.db`, `file:/absolute.db` or `file:///absolute.db`, each with or without `?mode=ro`. @throws FlagError USAGE */
export function sqliteAddress(url: string): SqliteAddress {
  const [path = "", query = ""] = url.slice("file:".length).split("?", 2);
  const options = new URLSearchParams(query);
  const mode = options.get("mode") ?? "rw";
  const unknown = [...options.keys()].find((name) => name !== "mode");
  if (unknown !== undefined || !["ro", "rw"].includes(mode)) {
    const invalid = unknown ?? `mode=${mode}`;
    throw new FlagError("USAGE", `${invalid} is not valid in a file: address; valid: mode=ro, mode=rw`);
  }
  return { file: resolve(pathOf(path)), readOnly: mode === "ro" };
}

function pathOf(path: string): string {
  try {
    const decoded = path.startsWith("//") ? fileURLToPath(`file:${path}`) : decodeURIComponent(path);
    if (decoded !== "" && !decoded.includes("\0")) return decoded;
  } catch {
    // The error below says what is valid.
  }
  throw new FlagError("USAGE", "a file: address must name a file on this machine", {
    hint: "e.g. file:.flaghoist/development.db or file:///var/lib/flags/production.db (a % in a path is written %25)",
  });
}

/** Returns the name of a database for messages. Never contains a password, even if the address is malformed. */
export function databaseLabel(url: string): string {
  const dialect = dialectOf(url);
  return `${dialect} ${LABELS[dialect](url)}`;
}

const LABELS: Readonly<Record<Dialect, (url: string) => string>> = { sqlite: sqliteLabel, postgres: postgresLabel };

function sqliteLabel(url: string): string {
  const { file } = sqliteAddress(url);
  const near = relative(process.cwd(), file);
  return near.startsWith("..") || isAbsolute(near) ? file : near;
}

/** Matches user, password, host, port, database and query of a well-formed address. */
const WELL_FORMED =
  /^(?:([^:/?@]*)(?::[^/?@]*)?@)?([^/:?@[\]]*|\[[0-9a-fA-F:]*\])(:\d+)?(?:\/([^/?@]*))?(?:\?(\w+=.*))?$/;

function postgresLabel(url: string): string {
  const address = url.slice(url.indexOf("://") + "://".length);
  const well = WELL_FORMED.exec(address);
  // A password with an unescaped / or @ may extend to the last @, so only the text after it may be shown.
  const found = well ?? WELL_FORMED.exec(address.slice(address.lastIndexOf("@") + 1));
  if (!found) return "(address not shown)";
  const [, user, host = "", port = "", database = "", query = ""] = found;
  const options = new URLSearchParams(query);
  const who = user ?? options.get("user") ?? (well ? "" : /^[^:/?@]*/.exec(address)?.[0]) ?? "";
  const where = options.get("host") ?? (decoded(host) || "localhost");
  const name = decoded(database) || (options.get("dbname") ?? "");
  return `${who === "" ? "" : `${decoded(who)}@`}${where}${port}${name === "" ? "" : `/${name}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
