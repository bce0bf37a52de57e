import { join, relative, resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

/** Creates the command `hoist generate`. */
export function generateCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist generate                                  write src/flags/definitions.ts and src/flags/server.ts",
    "hoist generate --out packages/web/src/flags",
    "hoist generate --check                          for CI: exit 3 when a module is out of date",
  ];
  const summary = "write typed modules for an application: definitions.ts for browsers, server.ts for servers";
  return hoistCommand("generate", summary, examples, io)
    .option("--out <folder>", "folder to write to (default: src/flags next to flags/)")
    .option("--check", "write nothing; exit 3 when a module is out of date", false)
    .action(async ({ out: outOption, check, cwd }) => {
      const { validFiles } = await import("../validate/report.ts");
      const { checkOverwrites, moduleFiles } = await import("./generated-files.ts");
      const { updateFiles } = await import("./text-files.ts");
      const folder = flagsFolder(io, cwd);
      const loaded = await validFiles(io, folder, "text", done);
      if (loaded === undefined) return;
      const start = resolve(io.cwd, cwd ?? ".");
      const out = outOption === undefined ? join(folder, "src/flags") : resolve(start, outOption);
      const files = moduleFiles(loaded);
      await checkOverwrites(out, files);
      const shown = (path: string) => relative(start, join(out, path)) || path;
      const label = files.map(({ path }) => shown(path)).join(", ");
      const command = outOption === undefined ? "hoist generate" : `hoist generate --out ${outOption}`;
      done(await updateFiles(io, { folder: out, files, check, command, label, shown }));
    });
}
