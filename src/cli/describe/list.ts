import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { cellText } from "../../core/describe/wording.ts";
import { FLAG_KINDS } from "../../core/flag/flag.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { formatOption, hoistCommand, printResult, type Done } from "../command.ts";
import type { Io } from "../terminal/io.ts";
import { fittedTable } from "../terminal/layout.ts";
import { flagsFolder, selectedEnvironments } from "../workspace.ts";
import { sentencesText } from "./describe-text.ts";

/** Creates the command `hoist list`. */
export function listCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist list", "hoist list --owner team-workshops", "hoist list --tag payments --sentences"];
  return hoistCommand("list", "list the flags and what each environment serves", examples, io)
    .option("--owner <name>", "only flags of this owner")
    .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
    .option("--tag <tag>", "only flags with this tag")
    .option("--sentences", "describe in words what each environment serves", false)
    .addOption(formatOption)
    .action(async ({ owner, kind, tag, sentences, format, cwd }) => {
      const { validFiles } = await import("../validate/report.ts");
      const loaded = await validFiles(io, flagsFolder(io, cwd), format, done);
      if (loaded === undefined) return;
      const environments = selectedEnvironments(loaded, undefined);
      const selected = loaded.flags.filter(
        ({ file }) =>
          (owner === undefined || file.owner === owner) &&
          (kind === undefined || file.kind === kind) &&
          (tag === undefined || (file.tags ?? []).includes(tag)),
      );
      const listed = selected.map((flag) => listedFlag(loaded, flag, environments));
      if (!sentences) {
        printResult(io, format, listed, () => listText(listed, environments, io));
        return;
      }
      const { descriptionsOf } = await import("./descriptions.ts");
      const described = listed.map((flag) => ({
        ...flag,
        descriptions: descriptionsOf(loaded, flag.key, environments),
      }));
      printResult(io, format, described, () => (described.length === 0 ? NO_MATCH : sentencesText(described, io)));
    });
}

const NO_MATCH = "no flags match";

function listedFlag(loaded: LoadedFlags, { key, path, file }: LoadedFlag, names: readonly string[]) {
  const stateIn = (environment: string) => {
    const flag = loaded.flagsFor(environment).get(key);
    return flag === undefined ? "" : cellText(flag);
  };
  const { name, type = "boolean", kind, owner, expires = null, tags = [] } = file;
  const environments = Object.fromEntries(names.map((environment) => [environment, stateIn(environment)]));
  return { key, path, name, type, kind, owner, expires, tags, environments };
}

function listText(
  flags: readonly ReturnType<typeof listedFlag>[],
  environments: readonly string[],
  { style, columns }: Io,
): string {
  const titles = ["flag", "kind", "owner", "expires", ...environments].map((title) => style("dim", title));
  const rows = flags.map(({ key, kind, owner, expires, environments }) => {
    return [key, kind, owner, expires ?? "–", ...Object.values(environments)];
  });
  return rows.length === 0 ? NO_MATCH : fittedTable(titles, rows, columns);
}
