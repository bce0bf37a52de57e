import { variableOf } from "../../core/override/override-text.ts";
import { databaseVariable as variableFor } from "../../store/address.ts";
import type { Style } from "../terminal/io.ts";
import { padded, wrapped } from "../terminal/layout.ts";

/** One way to switch a flag off. */
export interface KillWay {
  readonly where: string;
  /** The command or line to paste. */
  readonly line: string;
  readonly takesEffect: string;
}

/** The ways to switch one flag off, and all flags that share its prefix. */
export interface KillLines {
  readonly key: string;
  readonly variable: string;
  readonly ways: readonly KillWay[];
  /** A pattern for all flags with the same prefix; null when the flag is the only one. */
  readonly family: { readonly pattern: string; readonly line: string; readonly keys: readonly string[] } | null;
}

/** The environment in which a flag is switched off, and where its database is. */
export interface KillTarget {
  readonly environment: string;
  /** The variable that contains the address of the database; null if no variable is set. */
  readonly databaseVariable: string | null;
  /** The absolute path of the database if it is a file; null for PostgreSQL. */
  readonly file: string | null;
  /** The parameters of the address that `psql` does not accept. */
  readonly notForPsql: readonly string[];
}

/** Returns every way to switch a flag off, the fastest to set up first. */
export function killLines(key: string, keys: readonly string[], target: KillTarget): KillLines {
  const variable = variableOf(key);
  const { environment } = target;
  const sql = `UPDATE feature_toggles SET enabled = false WHERE feature_key = '${key}'`;
  const way = (where: string, line: string, takesEffect: string): KillWay => ({ where, line, takesEffect });
  return {
    key,
    variable,
    ways: [
      way("this shell", `export ${variable}=false`, "after a restart of the process"),
      // Starts with a line break: the last line of the file may not have one.
      way(
        "no restart",
        `printf '\\n%s\\n' '${variable}=false' >> "$FLAGS_OVERRIDE_FILE"`,
        "within about 2 s, if the process was started with FLAGS_OVERRIDE_FILE",
      ),
      way("Kubernetes", `kubectl set env deployment/NAME ${variable}=false`, "after the rollout of the deployment"),
      way("compose", `${variable}: "false"`, "add to environment:, then run  docker compose up -d SERVICE"),
      ...databaseWays(sql, target),
      way(
        "in git",
        `hoist set ${key} enabled=false --env ${environment} --pr`,
        "after the pull request is merged and synced",
      ),
    ],
    family: familyOf(key, keys),
  };
}

/** Returns the commands for the database that commands and processes of the environment use. */
function databaseWays(
  sql: string,
  { environment, databaseVariable, file, notForPsql }: KillTarget,
): readonly KillWay[] {
  const effect = `in ${environment}, within about 1 s; stays off until released`;
  // The shell stops at a variable that is not set; psql would use a database that nobody named.
  const address = databaseVariable ?? `{${variableFor(environment)}:?is not set}`;
  const warning =
    notForPsql.length === 0 ? "" : `; psql does not accept ${notForPsql.join(", ")}: omit it from the address`;
  const postgres = { where: "everywhere", line: `psql "$${address}" -c "${sql}"`, takesEffect: `${effect}${warning}` };
  // Without a timeout, the command fails while another process is writing.
  const line = `sqlite3 -cmd '.timeout 5000' ${shellQuoted(file ?? "")} "${sql}"`;
  const sqlite = { where: "embedded", line, takesEffect: effect };
  if (databaseVariable === null) return file === null ? [postgres] : [postgres, sqlite];
  return [file === null ? postgres : sqlite];
}

/** Returns a text as one word of a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Returns `workshop_*` for `workshop_routing` when other keys have that prefix too. */
function familyOf(key: string, keys: readonly string[]): KillLines["family"] {
  const prefix = /^[a-z0-9]+[_-]/.exec(key)?.[0];
  if (prefix === undefined) return null;
  const family = keys.filter((other) => other.startsWith(prefix)).sort();
  const pattern = `${prefix}*`;
  return family.length < 2 ? null : { pattern, line: `FLAGS_KILL='${pattern}'`, keys: family };
}

/** Formats the ways to switch a flag off. Lines to paste are never wrapped. */
export function killText({ key, ways, family }: KillLines, style: Style, columns = Infinity): string {
  const width = Math.max(...ways.map(({ where }) => where.length));
  const blocks = ways.map(({ where, line, takesEffect }) => {
    return `  ${padded(where, width)}  ${style("dim", takesEffect)}\n    ${style("bold", line)}`;
  });
  const all =
    family === null
      ? []
      : ["", `All of ${family.pattern}:  ${family.line}  (${family.keys.length} flags now, and all later ones)`];
  const headline = `Each of these switches ${key} off:`;
  return [...wrapped(headline, columns), "", ...blocks, ...all].join("\n");
}
