import { resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Config } from "../../source/load/config.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Step } from "./first-steps.ts";
import type { Io } from "../terminal/io.ts";
import type { NextStep } from "./init-text.ts";

export function initCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist init", "hoist init --env test,live --owner team-shop"];
  return hoistCommand("init", "put flags/ beside what is here; overwrites nothing", examples, io)
    .option("--env <names>", "the environments, in the order of promotion", "development,staging,production")
    .option("--owner <name>", "who answers for the first flag", "my-team")
    .option("--hook", "install a pre-commit hook that checks what is staged", false)
    .option(
      "--workflows",
      "write .github/: workflows, pull-request template (in a repository unless it lies elsewhere)",
    )
    .option("--no-workflows", "leave .github/ alone")
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { takeFirstSteps } = await import("./first-steps.ts");
      const { initText, nextSteps } = await import("./init-text.ts");
      const folder = resolve(io.cwd, options.cwd ?? ".");
      const environments = options.env.split(",").map((name) => name.trim());
      const { steps, loaded } = await takeFirstSteps({ folder, environments, owner: options.owner });
      const { installHook } = await import("./install-hook.ts");
      const hook = options.hook ? await installHook(folder, io.env) : undefined;
      if (hook === null) {
        io.err(
          `${io.errStyle("yellow", "note")}  no git repository here, so no hook: git init, then hoist init --hook`,
        );
      }
      const { written, settings } = await gitHubSteps(io, folder, loaded.config, options.workflows);
      const all = [...steps, ...(hook ? [hook] : []), ...written];
      const next = nextSteps(loaded);
      const taken = { steps: all, settings, next };
      io.out(options.format === "json" ? JSON.stringify(taken, null, 2) : initText(taken, io.style));
      done(EXIT.done);
    });
}

/** @param asked  undefined: where they mean something */
async function gitHubSteps(
  io: Io,
  folder: string,
  config: Config | null,
  asked: boolean | undefined,
): Promise<{ readonly written: readonly Step[]; readonly settings: readonly NextStep[] }> {
  const none = { written: [], settings: [] };
  const note = (text: string) => io.err(`${io.errStyle("yellow", "note")}  ${text}`);
  if (asked === false) return none;
  if (config === null) {
    note("flags/_config.yaml has errors, so no workflows: hoist validate, then hoist init again");
    return none;
  }
  const { findSettings } = await import("./workflows/find-settings.ts");
  const found = await findSettings(folder, config, io.env);
  if (found === null) {
    if (asked) note("no git repository here, so no workflows: git init, then hoist init --workflows");
    return none;
  }
  if (!found.isOnGitHub && asked === undefined) {
    note("the remote is not on GitHub, so no workflows: hoist init --workflows writes them all the same");
    return none;
  }
  const { writeWorkflows } = await import("./workflows/write.ts");
  const { toSwitchOn } = await import("./workflows/to-switch-on.ts");
  const written = writeWorkflows(folder, found);
  return { written, settings: toSwitchOn(found.settings) };
}
