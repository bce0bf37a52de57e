import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { commandGroup, commitOption, cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { commentText } from "./github-comment-text.ts";
import { flagsFolder } from "../workspace.ts";
import { codeOwnersCommand } from "./codeowners.ts";
import { driftCommand } from "./github-drift.ts";

const SURROUNDINGS = `
From the environment, as GitHub Actions sets it:
  FLAGS_GITHUB_TOKEN, GITHUB_TOKEN, GH_TOKEN   the token; the first that is set
  GITHUB_REPOSITORY, GITHUB_API_URL            else what the remote origin says
  FLAGS_GITHUB_RETRIES                         attempts after an error of GitHub's own (3)
  FLAGS_GITHUB_TIMEOUT                         seconds to wait for one answer (30)`;

const TABLES = `
Of the tables that FLAGS_DATABASE_URL_<ENV> or FLAGS_DATABASE_URL names, it also tells what was
written by hand, and what running instances override. A role that reads is enough.`;

export function githubCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist github comment --base origin/main", "hoist github drift --env production"];
  const commands = [
    commentCommand(io, done).addHelpText("after", TABLES),
    driftCommand(io, done),
    codeOwnersCommand(io, done),
  ];
  for (const command of commands) command.addHelpText("after", SURROUNDINGS);
  return commandGroup("github", "pull requests, drift, code owners", examples, commands, io);
}

function commentCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github comment --base origin/main              in a workflow: the pull request is the run's",
    "hoist github comment --base origin/main --pr 12",
  ];
  return hoistCommand(
    "github comment",
    "say what a pull request does and to whom: one comment, a check, the job's summary",
    examples,
    io,
  )
    .addOption(new Option("--base <ref>", "the commit to compare with (else origin/$GITHUB_BASE_REF)"))
    .addOption(new Option("--pr <number>", "the pull request (else the run's)").argParser(pullRequestNumber))
    .addOption(commitOption)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { commentOnPullRequest } = await import("./github-comment.ts");
      const isJson = options.format === "json";
      const result = await commentOnPullRequest(io, {
        folder: flagsFolder(io, options.cwd),
        base: options.base ?? (await baseOfRun(io)),
        ref: options.commit,
        number: options.pr,
        // GitHub reads them on either stream.
        annotate: isJson ? io.err : io.out,
      });
      io.out(isJson ? JSON.stringify(result, null, 2) : commentText(result, io.style));
      done(EXIT.done);
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
  throw new InvalidArgumentError("Expected the number of a pull request, for example 12.");
}
