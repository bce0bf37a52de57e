import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { afterError, cwdOption, databaseOption, envOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { environmentName, flagsFolder } from "../workspace.ts";

export function dbCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist db migrate --env production", 'hoist db roles | psql -v ON_ERROR_STOP=1 "$ADMIN_URL"'];
  const db = hoistCommand("db", "the flag database: schema and roles", examples, io);
  db.addCommand(migrateCommand(io, done));
  db.addCommand(rolesCommand(io, done));
  return db;
}

function migrateCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist db migrate", "hoist db migrate --env production --database postgres://…"];
  return hoistCommand("migrate", "make the database, or bring its schema up to date; changes no flag", examples, io)
    .showHelpAfterError(afterError(io, "db", "migrate"))
    .addOption(envOption)
    .addOption(databaseOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { migrateStore } = await import("../../store/open.ts");
      const { databaseLabel, databaseUrl } = await import("../../store/address.ts");
      const folder = flagsFolder(io, options.cwd);
      const environment = environmentName(io, options.env);
      const url = databaseUrl({ folder, environment, env: io.env, option: options.database });
      const { from, to, created } = await migrateStore(url, environment);
      const did = created
        ? `made, schema version ${to}`
        : from === to
          ? `up to date, schema version ${to}`
          : `schema version ${from} → ${to}`;
      io.out(`${io.style("green", "✓")} ${databaseLabel(url)} serves ${environment}: ${did}`);
      done(EXIT.done);
    });
}

function rolesCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist db roles > roles.sql", 'hoist db roles | psql -v ON_ERROR_STOP=1 "$ADMIN_URL"'];
  return hoistCommand(
    "roles",
    "print the SQL of PostgreSQL roles, grants and row-level policies; runs nothing",
    examples,
    io,
  )
    .showHelpAfterError(afterError(io, "db", "roles"))
    .action(async () => {
      const { rolesSql } = await import("../../store/postgres/roles.ts");
      io.out(rolesSql());
      done(EXIT.done);
    });
}
