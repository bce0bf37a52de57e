import { resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Config } from "../../source/load/config.ts";
import { formatOption, hoistCommand, printResult } from "../command.ts";
import type { Step } from "./first-steps.ts";
import { printNote, type Io } from "../terminal/io.ts";
import type { NextStep } from "./init-text.ts";

/** Creates the command `hoist init`. */
export function initCommand(io: Io): CommandUnknownOpts {
  const examples = ["hoist init", "hoist init --env test,live --owner team-shop"];
  return hoistCommand("init", "create flags/, editor settings and GitHub workflows; overwrites nothing", examples, io)
    .option("--env <names>", "environments, in order of promotion", "development,staging,production")
    .option("--owner <name>", "owner of the example flag", "my-team")
    .option("--hook", "install a pre-commit hook that validates staged flag files", false)
    .option(
      "--workflows",
      "write .github/: workflows and a pull-request template (default: yes, unless the remote is on another host)",
    )
    .option("--no-workflows", "do not write .github/")
    .addOption(formatOption)
    .action(async (options) => {
      const { takeFirstSteps } = await import("./first-steps.ts");
      const { initText, nextSteps } = await import("./init-text.ts");
      const folder = resolve(io.cwd, options.cwd ?? ".");
      const environments = options.env.split(",").map((name) => name.trim());
      const { steps, loaded } = await takeFirstSteps({ folder, environments, owner: options.owner });
      const { installHook } = await import("./install-hook.ts");
      const hook = options.hook ? await installHook(folder, io.env) : undefined;
      if (hook === null) {
        printNote(io, "not a git repository, so no hook was installed: run git init, then hoist init --hook");
      }
      const { written, settings } = await gitHubSteps(io, folder, loaded.config, options.workflows);
      io.changed?.();
      const all = [...steps, ...(hook ? [hook] : []), ...written];
      const next = nextSteps(loaded);
      const result = { steps: all, settings, next };
      printResult(io, options.format, result, () => initText(result, io.style));
    });
}

/**
 * Writes `.github/`.
 *
 * @param workflows  true for `--workflows`, false for `--no-workflows`; undefined: only if the remote is on GitHub or missing
 */
async function gitHubSteps(
  io: Io,
  folder: string,
  config: Config | null,
  workflows: boolean | undefined,
): Promise<{ readonly written: readonly Step[]; readonly settings: readonly NextStep[] }> {
  const none = { written: [], settings: [] };
  const without = (note: string) => {
    printNote(io, note);
    return none;
  };
  if (workflows === false) return none;
  if (config === null) {
    return without(
      "flags/_config.yaml has errors, so no workflows were written: run hoist validate, then hoist init again",
    );
  }
  const { findSettings } = await import("./workflows/find-settings.ts");
  const found = await findSettings(folder, config, io.env);
  if (found === null) {
    if (workflows === undefined) return none;
    return without("not a git repository, so no workflows were written: run git init, then hoist init --workflows");
  }
  if (!found.isOnGitHub && workflows === undefined) {
    return without("the remote is not on GitHub, so no workflows were written; to write them: hoist init --workflows");
  }
  const { writeWorkflows } = await import("./workflows/files.ts");
  const { gitHubSetup } = await import("./init-text.ts");
  return { written: await writeWorkflows(folder, found), settings: gitHubSetup(found.settings) };
}
