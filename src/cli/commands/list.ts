import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { cellText } from "../../core/wording.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { progressOf, type Io } from "../io.ts";
import { tableText } from "../views/table.ts";
import { flagsFolder } from "../workspace.ts";

export function listCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist list", "hoist list --owner team-workshops", "hoist list --tag payments --format json"];
  return hoistCommand("list", "the flags under flags/, and what each environment is to be served", examples, io)
    .option("--owner <name>", "only that owner's")
    .option("--kind <kind>", "only release, experiment, ops or permission flags")
    .option("--tag <tag>", "only those with the tag")
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { checkFiles } = await import("../../sync/check-files.ts");
      const today = io.now().toISOString().slice(0, 10);
      const origin = { folder: flagsFolder(io, options.cwd), ref: null };
      const { files, diagnostics, testsPassed } = await checkFiles(origin, { progress: progressOf(io), today });
      const { loaded } = files;
      if (diagnostics.some(({ severity }) => severity === "error")) {
        const { reportDiagnostics } = await import("../report.ts");
        done(reportDiagnostics(io, { diagnostics, flagCount: loaded.fileCount, testsPassed }, options.format));
        return;
      }
      const environments = loaded.config?.environments.map(({ name }) => name) ?? [];
      const flags = loaded.flags.filter(
        ({ file }) =>
          (options.owner === undefined || file.owner === options.owner) &&
          (options.kind === undefined || file.kind === options.kind) &&
          (options.tag === undefined || (file.tags ?? []).includes(options.tag)),
      );
      const stateOf = (key: string, environment: string) => {
        const flag = loaded.flagsFor(environment).get(key);
        return flag === undefined ? "" : cellText(flag);
      };
      if (options.format === "json") {
        const rows = flags.map(({ key, path, file }) => ({
          key,
          path,
          name: file.name,
          type: file.type ?? "boolean",
          kind: file.kind,
          owner: file.owner,
          expires: file.expires ?? null,
          tags: file.tags ?? [],
          environments: Object.fromEntries(environments.map((name) => [name, stateOf(key, name)])),
        }));
        io.out(JSON.stringify(rows, null, 2));
      } else {
        const header = ["flag", "kind", "owner", "expires", ...environments].map((title) => io.style("dim", title));
        const rows = flags.map(({ key, file }) => [
          key,
          file.kind,
          file.owner,
          file.expires ?? "–",
          ...environments.map((name) => stateOf(key, name)),
        ]);
        io.out(rows.length === 0 ? "no flag matches" : tableText([header, ...rows]));
      }
      done(0);
    });
}
