import { resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../io.ts";

export function initCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist init", "hoist init --env test,live --owner team-shop"];
  return hoistCommand("init", "put flags/ beside what is here; overwrites nothing", examples, io)
    .option("--env <names>", "the environments, in the order of promotion", "development,staging,production")
    .option("--owner <name>", "who answers for the first flag", "my-team")
    .option("--hook", "install a pre-commit hook that checks what is staged", false)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { takeFirstSteps } = await import("../first-steps.ts");
      const { initText, nextSteps } = await import("../views/init-text.ts");
      const folder = resolve(io.cwd, options.cwd ?? ".");
      const environments = options.env.split(",").map((name) => name.trim());
      const { steps, loaded } = await takeFirstSteps({ folder, environments, owner: options.owner });
      const { installHook } = await import("../install-hook.ts");
      const hook = options.hook ? await installHook(folder, io.env) : undefined;
      if (hook === null) {
        io.err(
          `${io.errStyle("yellow", "note")}  no git repository here, so no hook: git init, then hoist init --hook`,
        );
      }
      const all = hook === undefined || hook === null ? steps : [...steps, hook];
      const next = nextSteps(loaded);
      io.out(options.format === "json" ? JSON.stringify({ steps: all, next }, null, 2) : initText(all, next, io.style));
      done(EXIT.done);
    });
}
