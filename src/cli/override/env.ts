import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { ResolvedOverrides } from "../../core/override/override-resolve.ts";
import { commandGroup, formatOption, hoistCommand, printResult, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io, Style } from "../terminal/io.ts";
import { tableText } from "../terminal/layout.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the commands `hoist env …`. */
export function envCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist env check", "FEATURE_CHECKOUT_BUTTON=off hoist env check"];
  return commandGroup("env", "check the overrides in this shell", examples, [checkCommand(io, done)], io);
}

function checkCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist env check",
    "FEATURE_VOICE_LOGGING=flase hoist env check                exit 3: the value is not valid",
  ];
  const summary = "show the overrides that a process started in this shell would apply, and report invalid ones";
  return hoistCommand("env check", summary, examples, io)
    .addOption(formatOption)
    .action(async (options) => {
      const { shellOverrides } = await import("./overrides.ts");
      const { active, problems } = await shellOverrides(io, flagsFolder(io, options.cwd));
      printResult(io, options.format, { active, problems }, () => overridesText({ active, problems }, io.style));
      done(problems.some(({ severity }) => severity === "error") ? EXIT.invalid : EXIT.done);
    });
}

/** Formats overrides and their problems as a process prints them when it starts. */
function overridesText({ active, problems }: Pick<ResolvedOverrides, "active" | "problems">, style: Style): string {
  if (active.length === 0 && problems.length === 0) return "no overrides in this shell";
  const rows = active.map(({ flagKey, variant, origin, via }) => {
    return ["override", flagKey, variant, origin === "environment" ? via : `${via} (${origin})`];
  });
  const lines = problems.map(({ severity, message }) =>
    severity === "error" ? `${style("red", "ERROR")}     ${message}` : `${style("yellow", "WARNING")}   ${message}`,
  );
  return [...(rows.length === 0 ? [] : [tableText(rows)]), ...lines].join("\n");
}
