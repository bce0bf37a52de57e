import { join, relative, resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cwdOption, hoistCommand, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";

export function generateCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist generate                                  src/flags/definitions.ts and src/flags/server.ts",
    "hoist generate --out packages/web/src/flags",
    "hoist generate --check                          for CI: exit 3 when they are stale",
  ];
  const summary = "write the typed modules of an application: definitions for browsers, functions for servers";
  return hoistCommand("generate", summary, examples, io)
    .option("--out <folder>", "where to write them (else src/flags beside flags/)")
    .option("--check", "write nothing; exit 3 when they are not what flags/ says")
    .addOption(cwdOption)
    .action(async (options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const { generatedFiles, checkOwn } = await import("./files.ts");
      const { staleFiles, writeStale } = await import("./text-files.ts");
      const folder = flagsFolder(io, options.cwd);
      const start = resolve(io.cwd, options.cwd ?? ".");
      const out = options.out === undefined ? join(folder, "src/flags") : resolve(start, options.out);
      const today = io.now().toISOString().slice(0, 10);
      const checked = await checkFiles({ folder, ref: null }, { progress: progressOf(io), today });
      if (checked.diagnostics.some(({ severity }) => severity === "error")) {
        const { report } = await import("../validate/report.ts");
        done(report(io, checked, "text"));
        return;
      }
      const files = generatedFiles(checked.files.loaded);
      await checkOwn(out, files);
      const shown = (path: string) => relative(start, join(out, path)) || path;
      if (options.check === true) {
        const stale = await staleFiles(out, files);
        if (stale.length > 0) {
          const { staleText } = await import("../plan/stale-text.ts");
          const again = options.out === undefined ? "hoist generate" : `hoist generate --out ${options.out}`;
          const paths = stale.map(({ path }) => shown(path));
          io.err(staleText(paths, again, EXIT.invalid, io.errStyle));
          done(EXIT.invalid);
          return;
        }
      }
      const written = await writeStale(out, files);
      const paths = (written.length === 0 ? files.map(({ path }) => path) : written).map(shown).join(", ");
      io.out(`${io.style("green", "✓")} ${written.length === 0 ? `up to date: ${paths}` : `written: ${paths}`}`);
      done(EXIT.done);
    });
}
