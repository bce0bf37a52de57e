import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import {
  commandGroup,
  commitOption,
  databaseOption,
  envOption,
  formatOption,
  hoistCommand,
  printResult,
  type Done,
} from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

const VARIABLES = `
Environment variables:
  FLAGS_GITHUB_TOKEN    the token (default: GITHUB_TOKEN, or else GH_TOKEN)
  GITHUB_REPOSITORY     the repository, owner/name (default: the remote origin)
  GH_HOST               the GitHub Enterprise server (default: github.com)
  GITHUB_API_URL        the address of the API (default: from GH_HOST)
  FLAGS_GITHUB_RETRIES  retries after a server or network error (default: 3)
  FLAGS_GITHUB_TIMEOUT  seconds to wait for each response (default: 30)`;

const TABLES = `
When FLAGS_DATABASE_URL_<ENV> or FLAGS_DATABASE_URL is set, the command also
reports manual changes in that table and overrides in running instances. The
role flaghoist_<env>_reader is enough.`;

/** Creates the commands `hoist github …`. */
export function githubCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist github comment --base origin/main", "hoist github drift --env production"];
  const commands = [
    commentCommand(io).addHelpText("after", TABLES),
    driftCommand(io, done),
    codeOwnersCommand(io, done),
  ];
  for (const command of commands) command.addHelpText("after", VARIABLES);
  return commandGroup("github", "comment on pull requests, report drift, write CODEOWNERS", examples, commands, io);
}

function commentCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist github comment --base origin/main              in a workflow",
    "hoist github comment --base origin/main --pr 12",
  ];
  return hoistCommand(
    "github comment",
    "report what a pull request changes, and for whom, in a comment, a check and the job summary",
    examples,
    io,
  )
    .addOption(new Option("--base <ref>", "the commit to compare with (default: origin/$GITHUB_BASE_REF)"))
    .addOption(
      new Option("--pr <number>", "the pull request (default: the one of the workflow run)").argParser(
        pullRequestNumber,
      ),
    )
    .addOption(commitOption)
    .addOption(formatOption)
    .action(async (options) => {
      const { commentOnPullRequest, commentText } = await import("./comment-on-pull-request.ts");
      const result = await commentOnPullRequest(io, {
        folder: flagsFolder(io, options.cwd),
        base: options.base ?? baseOfRun(io),
        ref: options.commit,
        number: options.pr,
        // GitHub reads annotations from both streams.
        annotate: (commands) => io.annotate(commands, options.format === "json" ? "err" : "out"),
      });
      io.changed?.();
      printResult(io, options.format, result, () => commentText(result, io.style));
    });
}

function baseOfRun({ env }: Io): string {
  const branch = env["GITHUB_BASE_REF"];
  if (branch) return `origin/${branch}`;
  throw new FlagError("USAGE", "--base is missing, and GITHUB_BASE_REF is not set", {
    hint: "hoist github comment --base origin/main",
  });
}

function pullRequestNumber(text: string): number {
  if (/^#?[1-9]\d{0,8}$/.test(text)) return Number(text.replace("#", ""));
  throw new InvalidArgumentError("Write the number of a pull request, for example 12.");
}

function driftCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github drift --env production",
    "hoist github drift --env production --after 1h --no-issue       print it, update no issue",
  ];
  return hoistCommand(
    "github drift",
    "keep an issue open while a table differs from the branch; never writes to the table",
    examples,
    io,
  )
    .addOption(envOption)
    .addOption(commitOption)
    .addOption(databaseOption)
    .addOption(
      new Option("--after <span>", "time that a merged change may take to go live")
        .argParser(span)
        .default(900_000, "15m"),
    )
    .addOption(
      new Option("--settle <span>", "time between two comparisons, so that a running sync is not reported")
        .argParser(span)
        .default(5_000, "5s"),
    )
    .option("--no-issue", "print the differences without updating the issue")
    .addOption(formatOption)
    .action(async (options) => {
      const { reportDrift } = await import("./report-drift.ts");
      const { syncOptions } = await import("../sync/sync-options.ts");
      const sync = syncOptions(io, { ...options, onDrift: "keep" }, "read");
      const { after: afterMs, settle: settleMs, issue, format } = options;
      done(await reportDrift(io, { sync, afterMs, settleMs, folder: flagsFolder(io, options.cwd), issue, format }));
    });
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Parses a time span such as `15m`, and returns milliseconds. */
function span(text: string): number {
  const [, count, unit] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && (unit === "s" || unit === "m" || unit === "h" || unit === "d"))
    return Number(count) * UNITS_MS[unit];
  throw new InvalidArgumentError("Write a time such as 90s, 15m, 2h or 1d.");
}

function codeOwnersCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github codeowners                                  print it",
    'hoist github codeowners --write --maintainers "@acme/platform"',
    "hoist github codeowners --check --remote                 for CI: exit 3 when it is out of date or GitHub finds an error",
  ];
  const summary = "generate CODEOWNERS from the owners of the flags; keeps the rest of the file";
  return hoistCommand("github codeowners", summary, examples, io)
    .option("--write", "update the existing file, or create .github/CODEOWNERS", false)
    .option("--check", "write nothing; exit 3 when the file is out of date", false)
    .option("--remote", "also ask GitHub for errors in the file", false)
    .option(
      "--maintainers <handles>",
      "owners of the rest of flags/, .github/ and CODEOWNERS (default: as in the file, or else all owners)",
    )
    .action(async (options) => {
      const { runCodeOwners } = await import("./codeowners/run.ts");
      done(await runCodeOwners(io, flagsFolder(io, options.cwd), options));
    });
}
