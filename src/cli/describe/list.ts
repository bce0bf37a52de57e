import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FLAG_KINDS } from "../../core/flag/flag.ts";
import { cellText } from "../../core/describe/wording.ts";
import { cwdOption, formatOption, hoistCommand, type Done } from "../command.ts";
import { progressOf, type Io } from "../terminal/io.ts";
import { sentencesText } from "./describe-text.ts";
import { fittedTable } from "../terminal/table.ts";
import { flagsFolder } from "../workspace.ts";

export function listCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist list", "hoist list --owner team-workshops", "hoist list --tag payments --sentences"];
  return hoistCommand("list", "the flags under flags/, and what each environment is to be served", examples, io)
    .option("--owner <name>", "only that owner's")
    .addOption(new Option("--kind <kind>", "only flags of that kind").choices(FLAG_KINDS))
    .option("--tag <tag>", "only those with the tag")
    .option("--sentences", "what each environment is to be served, in words", false)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const { descriptionsOf } = await import("./descriptions.ts");
      const today = io.now().toISOString().slice(0, 10);
      const origin = { folder: flagsFolder(io, options.cwd), ref: null };
      const { files, diagnostics, testsPassed } = await checkFiles(origin, { progress: progressOf(io), today });
      const { loaded } = files;
      if (diagnostics.some(({ severity }) => severity === "error")) {
        const { reportDiagnostics } = await import("../validate/report.ts");
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
      const views = options.sentences
        ? flags.map(({ key, path, file }) => {
            return { key, name: file.name, path, descriptions: descriptionsOf(loaded, key, environments) };
          })
        : [];
      if (options.format === "json") {
        const rows = flags.map(({ key, path, file }, index) => ({
          key,
          path,
          name: file.name,
          type: file.type ?? "boolean",
          kind: file.kind,
          owner: file.owner,
          expires: file.expires ?? null,
          tags: file.tags ?? [],
          environments: Object.fromEntries(environments.map((name) => [name, stateOf(key, name)])),
          ...(options.sentences && { descriptions: views[index]?.descriptions ?? [] }),
        }));
        io.out(JSON.stringify(rows, null, 2));
      } else if (options.sentences && views.length > 0) {
        io.out(sentencesText(views, { width: io.width, style: io.style }));
      } else {
        const header = ["flag", "kind", "owner", "expires", ...environments].map((title) => io.style("dim", title));
        const rows = flags.map(({ key, file }) => [
          key,
          file.kind,
          file.owner,
          file.expires ?? "–",
          ...environments.map((name) => stateOf(key, name)),
        ]);
        io.out(rows.length === 0 ? "no flag matches" : fittedTable(header, rows, io.columns));
      }
      done(0);
    });
}
