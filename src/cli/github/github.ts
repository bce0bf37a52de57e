import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { commandGroup, commitOption, formatOption, hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { commentText } from "./comment-text.ts";
import { flagsFolder } from "../workspace.ts";
import { codeOwnersCommand } from "./codeowners.ts";
import { driftCommand } from "./drift-command.ts";

const VARIABLES = `
Environment variables, as GitHub Actions sets them:
  FLAGS_GITHUB_TOKEN, GITHUB_TOKEN, GH_TOKEN   the token; the first that is set
  GITHUB_REPOSITORY, GITHUB_API_URL            the repository; else the remote origin
  FLAGS_GITHUB_RETRIES                         retries after a server or network error (3)
  FLAGS_GITHUB_TIMEOUT                         seconds to wait for one answer (30)`;

const TABLES = `
When FLAGS_DATABASE_URL_<ENV> or FLAGS_DATABASE_URL is set, it also reports manual changes in that
table and overrides in running instances. The role flaghoist_reader is enough.`;

export function githubCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist github comment --base origin/main", "hoist github drift --env production"];
  const commands = [
    commentCommand(io).addHelpText("after", TABLES),
    driftCommand(io, done),
    codeOwnersCommand(io, done),
  ];
  for (const command of commands) command.addHelpText("after", VARIABLES);
  return commandGroup("github", "pull requests, drift, code owners", examples, commands, io);
}

function commentCommand(io: Io): CommandUnknownOpts {
  const examples = [
    "hoist github comment --base origin/main              in a workflow",
    "hoist github comment --base origin/main --pr 12",
  ];
  return hoistCommand(
    "github comment",
    "report what a pull request changes for whom: in a comment, a check and the job summary",
    examples,
    io,
  )
    .addOption(new Option("--base <ref>", "the commit to compare with (else origin/$GITHUB_BASE_REF)"))
    .addOption(
      new Option("--pr <number>", "the pull request (else the one of the workflow run)").argParser(pullRequestNumber),
    )
    .addOption(commitOption)
    .addOption(formatOption)
    .action(async (options) => {
      const { commentOnPullRequest } = await import("./comment-on-pull-request.ts");
      const isJson = options.format === "json";
      const result = await commentOnPullRequest(io, {
        folder: flagsFolder(io, options.cwd),
        base: options.base ?? (await baseOfRun(io)),
        ref: options.commit,
        number: options.pr,
        // GitHub reads annotations from both streams.
        annotate: isJson ? io.err : io.out,
      });
      io.out(isJson ? JSON.stringify(result, null, 2) : commentText(result, io.style));
    });
}

async function baseOfRun({ env }: Io): Promise<string> {
  const branch = env["GITHUB_BASE_REF"];
  if (branch) return `origin/${branch}`;
  const { FlagError } = await import("../../core/errors.ts");
  throw new FlagError("USAGE", "--base is missing, and GITHUB_BASE_REF is not set", {
    hint: "hoist github comment --base origin/main",
  });
}

function pullRequestNumber(text: string): number {
  if (/^#?[1-9]\d{0,8}$/.test(text)) return Number(text.replace("#", ""));
  throw new InvalidArgumentError("Write the number of a pull request, for example 12.");
}
