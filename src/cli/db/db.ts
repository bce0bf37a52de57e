import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { commandGroup, databaseOption, envOption, hoistCommand, plainCommand } from "../command.ts";
import type { Io } from "../terminal/io.ts";

/** Creates the commands `hoist db …`. */
export function dbCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist db migrate --env production", 'hoist db roles | psql -v ON_ERROR_STOP=1 "$ADMIN_URL"'];
  const commands = [migrateCommand(io), rolesCommand(io)];
  return commandGroup("db", "create the flag database, update its schema, or print its roles", examples, commands, io);
}

function migrateCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist db migrate", "hoist db migrate --env production --database postgres://…"];
  return hoistCommand("db migrate", "create the database or update its schema; changes no flag", examples, io)
    .addOption(envOption)
    .addOption(databaseOption)
    .action(async (options) => {
      const { migrateStore } = await import("../../store/open.ts");
      const { databaseLabel } = await import("../../store/address.ts");
      const { targetOf } = await import("../live-table.ts");
      const { environment, url } = targetOf(io, options);
      const { from, to, created } = await migrateStore(url, environment);
      const outcome = created
        ? `created, schema version ${to}`
        : from === to
          ? `up to date, schema version ${to}`
          : `schema version ${from} → ${to}`;
      io.out(`${io.style("green", "✓")} ${databaseLabel(url)} serves ${environment}: ${outcome}`);
    });
}

function rolesCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist db roles > roles.sql", 'hoist db roles | psql -v ON_ERROR_STOP=1 "$ADMIN_URL"'];
  const summary = "print the SQL for PostgreSQL roles, grants and row-level policies; runs nothing";
  return plainCommand("db roles", summary, examples, io).action(async () => {
    const { rolesSql } = await import("../../store/postgres/roles.ts");
    io.out(rolesSql());
  });
}
