import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export function schemaCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist schema", "hoist schema --check                            for CI: exit 3 when it is stale"];
  const summary = "write flags/_schema/: this repository's own names, for completion in the editor";
  return hoistCommand("schema", summary, examples, io)
    .option("--check", "write nothing; exit 3 when flags/_schema/ is not what flags/ says")
    .addOption(cwdOption)
    .action(async (options) => {
      const { readWorkTree } = await import("../../source/load/work-tree.ts");
      const { loadFlags } = await import("../../source/load/load.ts");
      const { schemaFiles } = await import("./schema-files.ts");
      const { staleFiles, writeStale } = await import("./text-files.ts");
      const folder = flagsFolder(io, options.cwd);
      const read = await readWorkTree(folder);
      if (read.length === 0) throw await noFlags(folder);
      const files = schemaFiles(loadFlags(read));
      if (options.check === true) {
        const stale = await staleFiles(folder, files);
        if (stale.length > 0) {
          const { staleText } = await import("../plan/stale-text.ts");
          const paths = stale.map(({ path }) => path);
          io.err(staleText(paths, "hoist schema", EXIT.invalid, io.errStyle));
          done(EXIT.invalid);
          return;
        }
      }
      const written = await writeStale(folder, files);
      const what = written.length === 0 ? "flags/_schema/ is up to date" : `written: ${written.join(", ")}`;
      io.out(`${io.style("green", "✓")} ${what}`);
      done(EXIT.done);
    });
}

async function noFlags(folder: string): Promise<Error> {
  const { FlagError } = await import("../../core/errors.ts");
  return new FlagError("NO_FLAGS", `${folder}/flags is missing or empty`, {
    hint: "run hoist in the folder that holds flags/, or name it with --cwd",
  });
}
