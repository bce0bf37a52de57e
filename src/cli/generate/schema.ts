import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the command `hoist schema`. */
export function schemaCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist schema",
    "hoist schema --check                            for CI: exit 3 when it is out of date",
  ];
  const summary = "write flags/_schema/, so that editors complete your segments, attributes and owners";
  return hoistCommand("schema", summary, examples, io)
    .option("--check", "write nothing; exit 3 when flags/_schema/ is out of date", false)
    .action(async ({ check, cwd }) => {
      const { readWorkTree } = await import("../../source/read/work-tree.ts");
      const { loadFlags } = await import("../../source/load/load.ts");
      const { schemaFiles } = await import("./generated-files.ts");
      const { updateFiles } = await import("./text-files.ts");
      const folder = flagsFolder(io, cwd);
      const read = await readWorkTree(folder);
      if (read.length === 0) {
        throw new FlagError("NO_FLAGS", `${folder}/flags is missing or empty`, {
          hint: "run hoist in the folder that contains flags/, or name that folder with --cwd",
        });
      }
      const files = schemaFiles(loadFlags(read));
      const [command, label, shown] = ["hoist schema", "flags/_schema/", (path: string) => path] as const;
      done(await updateFiles(io, { folder, files, check, command, label, shown }));
    });
}
