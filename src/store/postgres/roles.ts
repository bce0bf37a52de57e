import { readFileSync } from "node:fs";
import { FlagError } from "../../core/errors.ts";

/** The names that {@link rolesSql} writes into the SQL. */
export interface RolesOptions {
  /** The prefix of the role names, e.g. `flaghoist` for `flaghoist_sync`: lower-case letters, digits and `_`. */
  readonly prefix?: string;
  /** The schema of the tables. */
  readonly schema?: string;
}

/**
 * Returns the SQL of PostgreSQL roles, grants and row-level security. An administrator runs it after `hoist db migrate`;
 * running it again changes nothing. The roles cannot log in: they are granted to login users
 * (`GRANT flaghoist_sync TO deploy`), so that the audit records who made a change. SQLite has no roles.
 *
 * @throws FlagError USAGE if the prefix or the schema is not a plain name
 */
export function rolesSql({ prefix = "flaghoist", schema = "public" }: RolesOptions = {}): string {
  const template = readFileSync(new URL("./roles.sql", import.meta.url), "utf8");
  return template
    .replaceAll("{prefix}", plainName(prefix, "prefix"))
    .replaceAll("{schema}", plainName(schema, "schema"));
}

/** Checks a name that is written into SQL without quotes. */
function plainName(name: string, what: string): string {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(name)) return name;
  const valid = "use at most 41 lower-case letters, digits and _, not beginning with a digit";
  throw new FlagError("USAGE", `${what} "${name}" is not a plain name; ${valid}`);
}
