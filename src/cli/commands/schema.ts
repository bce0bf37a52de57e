import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { flagsFolder } from "../workspace.ts";

export function schemaCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist schema", "hoist schema --check                            for CI: exit 3 when it is stale"];
  const summary = "write flags/_schema/: this repository's own names, for completion in the editor";
  return hoistCommand("schema", summary, examples, io)
    .option("--check", "write nothing; exit 3 when flags/_schema/ is not what flags/ says")
    .addOption(cwdOption)
    .action(async (options) => {
      const { readWorkTree } = await import("../../source/work-tree.ts");
      const { loadFlags } = await import("../../source/load.ts");
      const { schemaFiles, staleFiles, writeSchemas } = await import("../schema-files.ts");
      const folder = flagsFolder(io, options.cwd);
      const files = await readWorkTree(folder);
      if (files.length === 0) throw await noFlags(folder);
      const loaded = loadFlags(files);
      if (options.check === true) {
        const stale = await staleFiles(folder, schemaFiles(loaded));
        if (stale.length === 0) io.out(`${io.style("green", "✓")} flags/_schema/ is up to date`);
        else {
          const names = stale.map(({ path }) => path).join(", ");
          io.err(`${io.errStyle("red", "stale")}  ${names}: not what flags/ says    exit ${EXIT.invalid}`);
          io.err("       run hoist schema and commit what it writes");
        }
        done(stale.length === 0 ? EXIT.done : EXIT.invalid);
        return;
      }
      const written = await writeSchemas(folder, loaded);
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
