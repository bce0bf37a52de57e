import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FlagError } from "../core/errors.ts";

export interface DatabaseQuestion {
  /** `--database`, where it was given. */
  readonly option?: string | undefined;
  readonly environment: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the search for `flags/` begins, upward. */
  readonly folder: string;
}

export interface DatabaseAddress {
  readonly url: string;
  /** `--database`, the variable's name, or `default`: nobody named one, so it is `.flaghoist/<env>.db`. */
  readonly source: string;
}

/** Which database, and who said so. @throws FlagError USAGE where it is no address of a kind that we know */
export function findDatabase({ option, environment, env, folder }: DatabaseQuestion): DatabaseAddress {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(environment)) {
    throw new FlagError(
      "USAGE",
      `"${environment}" cannot be the name of an environment: letters, digits, - and _ only`,
    );
  }
  // A variable of the shell that is not set, most likely: another database than the one that was meant must not be taken.
  if (option?.trim() === "") {
    throw new FlagError("USAGE", "--database is empty", {
      hint: "give an address, e.g. postgres://flags@db.internal/flags, or leave the option out",
    });
  }
  const own = databaseVariable(environment);
  const candidates = { "--database": option, [own]: env[own], FLAGS_DATABASE_URL: env["FLAGS_DATABASE_URL"] };
  for (const [source, value] of Object.entries(candidates)) {
    const url = value?.trim();
    if (!url) continue;
    if (/^(file|postgres|postgresql):/.test(url)) return { url, source };
    throw new FlagError(
      "USAGE",
      `${source} is no database address: it must begin with file:, postgres:// or postgresql://`,
      {
        hint: "e.g. file:.flaghoist/development.db or postgres://flags@db.internal/flags",
      },
    );
  }
  const file = join(flagsParent(folder), ".flaghoist", `${environment}.db`);
  return { url: pathToFileURL(file).href, source: "default" };
}

/** Returns the variable that names the database of one environment, e.g. `FLAGS_DATABASE_URL_PRODUCTION`. */
export function databaseVariable(environment: string): string {
  return `FLAGS_DATABASE_URL_${environment.toUpperCase().replaceAll("-", "_")}`;
}

/** As {@link findDatabase}, the address alone. */
export function databaseUrl(question: DatabaseQuestion): string {
  return findDatabase(question).url;
}

/** The folder that holds the nearest `flags/`, upward; the folder itself where there is none. */
function flagsParent(folder: string): string {
  for (let here = resolve(folder); ; here = dirname(here)) {
    if (existsSync(join(here, "flags"))) return here;
    if (here === dirname(here)) return resolve(folder);
  }
}

export type Dialect = "sqlite" | "postgres";

/** @throws FlagError USAGE */
export function dialectOf(url: string): Dialect {
  if (url.startsWith("file:")) return "sqlite";
  if (/^postgres(ql)?:\/\//.test(url)) return "postgres";
  throw new FlagError("USAGE", "a database address begins with file:, postgres:// or postgresql://", {
    hint: "e.g. file:.flaghoist/development.db or postgres://flags@db.internal/flags",
  });
}

export interface SqliteAddress {
  /** Absolute. */
  readonly file: string;
  readonly readOnly: boolean;
}

/** `file:relative.db`, `file:/absolute.db`, `file:///absolute.db`, each with `?mode=ro` or without. @throws FlagError USAGE */
export function sqliteAddress(url: string): SqliteAddress {
  const [path = "", query = ""] = url.slice("file:".length).split("?", 2);
  const options = new URLSearchParams(query);
  const mode = options.get("mode") ?? "rw";
  const unknown = [...options.keys()].find((name) => name !== "mode");
  if (unknown !== undefined || !["ro", "rw"].includes(mode)) {
    throw new FlagError(
      "USAGE",
      `${unknown ?? `mode=${mode}`} is not known in a file: address, only mode=ro and mode=rw`,
    );
  }
  return { file: resolve(pathOf(path)), readOnly: mode === "ro" };
}

function pathOf(path: string): string {
  try {
    const decoded = path.startsWith("//") ? fileURLToPath(`file:${path}`) : decodeURIComponent(path);
    if (decoded !== "" && !decoded.includes("\0")) return decoded;
  } catch {
    // Told below: what is wrong with it matters less than what would be right.
  }
  throw new FlagError("USAGE", "a file: address needs the path of a file on this machine", {
    hint: "e.g. file:.flaghoist/development.db or file:///var/lib/flags/production.db (a % in a path is written %25)",
  });
}

/** For people: never a password, not even of an address that is written wrongly. */
export function databaseLabel(url: string): string {
  if (dialectOf(url) === "postgres") return `postgres ${postgresLabel(url)}`;
  const { file } = sqliteAddress(url);
  const near = relative(process.cwd(), file);
  return `sqlite ${near.startsWith("..") || isAbsolute(near) ? file : near}`;
}

/** user, password, host, port, database, query: an address as it should be written. */
const WELL_FORMED =
  /^(?:([^:/?@]*)(?::[^/?@]*)?@)?([^/:?@[\]]*|\[[0-9a-fA-F:]*\])(:\d+)?(?:\/([^/?@]*))?(?:\?(\w+=.*))?$/;

function postgresLabel(url: string): string {
  const address = url.slice(url.indexOf("://") + "://".length);
  const well = WELL_FORMED.exec(address);
  // A password with an unescaped / or @ may be anywhere up to the last @: what follows that is all that may be shown.
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
