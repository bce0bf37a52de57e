import { own } from "../../core/own.ts";
import { FlagError } from "../../core/errors.ts";

/** The query parameters that the driver or the server understands. The driver ignores all others silently. */
const PARAMETERS = [
  "host",
  "port",
  "user",
  "password",
  "sslmode",
  "ssl",
  "sslcert",
  "sslkey",
  "sslrootcert",
  "sslnegotiation",
  "uselibpqcompat",
  "application_name",
  "fallback_application_name",
  "options",
] as const;

/** What to write instead of some parameters that other programs understand. */
const INSTEAD: Readonly<Record<string, string>> = {
  schema: "name the schema in the search path: ALTER ROLE my_login SET search_path = my_schema",
  dbname: "write the name of the database after the host: postgres://db.internal/flags",
  target_session_attrs: "name only the primary, or an address that follows it",
};

/**
 * Checks the parts of a postgres:// address that the driver would ignore or misread. Messages name no value, which may be a
 * password.
 *
 * @throws FlagError USAGE for an unknown or unsupported part
 */
export function checkPostgresAddress(url: string): void {
  const address = parsed(url);
  for (const name of address.searchParams.keys()) {
    if (!PARAMETERS.some((known) => known === name)) {
      const hint = own(INSTEAD, name) ?? `valid: ${PARAMETERS.join(", ")}`;
      throw new FlagError("USAGE", `the parameter ${name} is not supported in a postgres:// address`, { hint });
    }
    if (address.searchParams.getAll(name).length > 1) {
      throw new FlagError("USAGE", `the parameter ${name} appears twice in the postgres:// address`);
    }
  }
  if (`${decodeURIComponent(address.hostname)}${address.searchParams.get("host") ?? ""}`.includes(","))
    throw severalHosts();
  const options = address.searchParams.get("options");
  if (options !== null && !/^(?:\s*-c\s*\w+(?:\.\w+)?=(?:[^\s\\]|\\.)*)*\s*$/.test(options)) {
    throw new FlagError("USAGE", "the parameter options of a postgres:// address supports only settings", {
      hint: "e.g. options=-c%20search_path%3Dmy_schema; a pooler in transaction mode accepts no options at all",
    });
  }
}

function parsed(url: string): URL {
  const authority = /^\w+:\/\/([^/?#]*)/.exec(url)?.[1] ?? "";
  if (/^[^@]*,/.test(authority.slice(authority.lastIndexOf("@") + 1))) throw severalHosts();
  // A password with one of these characters ends the address too early.
  if (!url.includes("#")) {
    try {
      // An empty host means the server on this machine. A URL must have one.
      return new URL(url.replace(/@(?=\/|$)/, "@localhost"));
    } catch {
      // The error below says what is valid.
    }
  }
  throw new FlagError("USAGE", "the postgres:// address is malformed", {
    hint: "write the characters # / ? @ : % and spaces in a user name or password as %23 %2F %3F %40 %3A %25 and %20",
  });
}

function severalHosts(): FlagError {
  const hint = "name one server, or an address that follows the primary";
  return new FlagError("USAGE", "several hosts are not supported in a postgres:// address", { hint });
}
