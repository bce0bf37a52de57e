import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { afterError, cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { overridesText } from "./overrides-text.ts";
import { flagsFolder } from "../workspace.ts";

export function envCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist env check", "FEATURE_CHECKOUT_BUTTON=off hoist env check"];
  const env = hoistCommand("env", "overrides in this environment", examples, io);
  env.addCommand(checkCommand(io, done));
  return env;
}

function checkCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist env check",
    "FEATURE_VOICE_LOGGING=flase hoist env check                exit 3: it would not do what it seems to",
  ];
  return hoistCommand("check", "read overrides as a starting process would, and say what they do", examples, io)
    .showHelpAfterError(afterError(io, "env", "check"))
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { shellOverrides } = await import("./overrides.ts");
      const resolved = await shellOverrides(io, flagsFolder(io, options.cwd));
      if (options.format === "json")
        io.out(JSON.stringify({ active: resolved.active, problems: resolved.problems }, null, 2));
      else io.out(overridesText(resolved, io.style));
      const failed = resolved.problems.some(({ severity }) => severity === "error");
      done(failed ? EXIT.invalid : EXIT.done);
    });
}
