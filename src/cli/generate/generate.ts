import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { hoistCommand, type Done } from "../command.ts";
import { nearestWith } from "../../store/address.ts";
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
      const root = trustedFolder(start, out);
      const files = moduleFiles(loaded).map((file) => ({ ...file, path: relative(root, join(out, file.path)) }));
      await checkOverwrites(root, files);
      const shown = (path: string) => relative(start, join(root, path)) || path;
      const label = files.map(({ path }) => shown(path)).join(", ");
      const command = outOption === undefined ? "hoist generate" : `hoist generate --out ${outOption}`;
      done(await updateFiles(io, { folder: root, files, check, command, label, shown }));
    });
}

/**
 * Returns the top of the repository for a folder inside it, because a commit can contain a link in place of the folder or of
 * one above it. Any other folder was chosen by the person who runs the command.
 */
function trustedFolder(start: string, out: string): string {
  const top = nearestWith(".git", start);
  if (top === undefined) return out;
  const below = relative(top, out);
  return below === "" || isAbsolute(below) || below.split(sep)[0] === ".." ? out : top;
}
