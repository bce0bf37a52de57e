import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { cellText } from "../../core/describe/wording.ts";
import { FLAG_KINDS } from "../../core/flag/flag.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { formatOption, hoistCommand, printResult, type Done } from "../command.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { fittedTable } from "../terminal/table.ts";
import { flagsFolder } from "../workspace.ts";
import { sentencesText } from "./describe-text.ts";

export function listCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist list", "hoist list --owner team-workshops", "hoist list --tag payments --sentences"];
  return hoistCommand("list", "list the flags and what each environment serves", examples, io)
    .option("--owner <name>", "only flags of this owner")
    .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
    .option("--tag <tag>", "only flags with this tag")
    .option("--sentences", "describe in words what each environment serves", false)
    .addOption(formatOption)
    .action(async ({ owner, kind, tag, sentences, format, cwd }) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const origin = { folder: flagsFolder(io, cwd), ref: null };
      const checked = await checkFiles(origin, { progress: progressOf(io), today: todayOf(io) });
      if (checked.diagnostics.some(({ severity }) => severity === "error")) {
        const { report } = await import("../validate/report.ts");
        done(report(io, checked, format));
        return;
      }
      const { loaded } = checked.files;
      const selected = loaded.flags.filter(
        ({ file }) =>
          (owner === undefined || file.owner === owner) &&
          (kind === undefined || file.kind === kind) &&
          (tag === undefined || (file.tags ?? []).includes(tag)),
      );
      const listed = selected.map((flag) => listedFlag(loaded, flag));
      if (!sentences) {
        printResult(io, format, listed, () => listText(loaded, listed, io));
        return;
      }
      const { descriptionsOf } = await import("./descriptions.ts");
      const described = listed.map((flag) => ({
        ...flag,
        descriptions: descriptionsOf(loaded, flag.key, environmentsOf(loaded)),
      }));
      printResult(io, format, described, () => (described.length === 0 ? NO_MATCH : sentencesText(described, io)));
    });
}

const NO_MATCH = "no flags match";

function environmentsOf({ config }: LoadedFlags): readonly string[] {
  return config?.environments.map(({ name }) => name) ?? [];
}

function listedFlag(loaded: LoadedFlags, { key, path, file }: LoadedFlag) {
  const stateIn = (environment: string) => {
    const flag = loaded.flagsFor(environment).get(key);
    return flag === undefined ? "" : cellText(flag);
  };
  const { name, type = "boolean", kind, owner, expires = null, tags = [] } = file;
  const environments = Object.fromEntries(
    environmentsOf(loaded).map((environment) => [environment, stateIn(environment)]),
  );
  return { key, path, name, type, kind, owner, expires, tags, environments };
}

function listText(
  loaded: LoadedFlags,
  flags: readonly ReturnType<typeof listedFlag>[],
  { style, columns }: Io,
): string {
  const titles = ["flag", "kind", "owner", "expires", ...environmentsOf(loaded)].map((title) => style("dim", title));
  const rows = flags.map(({ key, kind, owner, expires, environments }) => {
    return [key, kind, owner, expires ?? "–", ...Object.values(environments)];
  });
  return rows.length === 0 ? NO_MATCH : fittedTable(titles, rows, columns);
}
