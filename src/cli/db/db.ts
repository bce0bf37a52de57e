import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import {
  commandGroup,
  databaseOption,
  type Done,
  envOption,
  formatOption,
  hoistCommand,
  plainCommand,
  printResult,
} from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";

const ROLES_EXAMPLE = 'hoist db roles --env production | psql -v ON_ERROR_STOP=1 "$ADMIN_URL"';

export function dbCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist db migrate --env production", ROLES_EXAMPLE, "hoist db check --env production"];
  const commands = [migrateCommand(io), rolesCommand(io), checkCommand(io, done)];
  const summary = "create the flag database, update its schema, print its roles, or check it";
  return commandGroup("db", summary, examples, commands, io);
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
      io.changed?.();
      const outcome = created
        ? `created, schema version ${to}`
        : from === to
          ? `up to date, schema version ${to}`
          : `schema version ${from} → ${to}`;
      io.out(`${io.style("green", "✓")} ${databaseLabel(url)} serves ${environment}: ${outcome}`);
    });
}

function rolesCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist db roles --env production > roles.sql", ROLES_EXAMPLE];
  const summary =
    "print the SQL for the PostgreSQL roles of an environment, their grants and row-level policies; runs nothing";
  return plainCommand("db roles", summary, examples, io)
    .addOption(envOption)
    .option("--schema <name>", "the schema of the tables", "public")
    .action(async ({ env, schema }) => {
      const { rolesSql } = await import("../../store/postgres/rights/roles.ts");
      const { environmentName } = await import("../workspace.ts");
      io.out(rolesSql({ environment: environmentName(io, env), schema }));
    });
}

function checkCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist db check --env production", "hoist db check --env production --format json"];
  const summary = "report how the database deviates from what flaghoist expects, with the statements that correct it";
  return hoistCommand("db check", summary, examples, io)
    .addOption(envOption)
    .addOption(databaseOption)
    .addOption(formatOption)
    .action(async ({ format, ...options }) => {
      const { checkStore } = await import("../../store/open.ts");
      const { targetOf } = await import("../live-table.ts");
      const { checkText } = await import("./check-text.ts");
      const { environment, url } = targetOf(io, options);
      const report = await checkStore(url, environment);
      printResult(io, format, { environment, ...report }, () => checkText(report, environment, io.style));
      if (report.deviations.length > 0) done(EXIT.database);
    });
}
