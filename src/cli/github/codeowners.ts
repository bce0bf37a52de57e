import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** `hoist github codeowners` */
export function codeOwnersCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist github codeowners                                  print it",
    'hoist github codeowners --write --maintainers "@acme/platform"',
    "hoist github codeowners --check --remote                 for CI: exit 3 when it is out of date or GitHub finds an error",
  ];
  const summary = "make CODEOWNERS from the owners of the flags; the rest of the file stays";
  return hoistCommand("github codeowners", summary, examples, io)
    .option("--write", "write the existing file, else .github/CODEOWNERS", false)
    .option("--check", "write nothing; exit 3 when the file is out of date", false)
    .option("--remote", "also ask GitHub for errors in the file", false)
    .option(
      "--maintainers <handles>",
      "the owners of the rest of flags/, .github/ and CODEOWNERS (else as in the file, else every owner)",
    )
    .action(async (options) => {
      const { runCodeOwners } = await import("./codeowners/run.ts");
      done(await runCodeOwners(io, flagsFolder(io, options.cwd), options));
    });
}
