import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FLAG_KINDS } from "../../core/flag/flag.ts";
import type { LoadedFlag, LoadedFlags } from "../../source/load/load.ts";
import { cwdOption, formatOption, hoistCommand, printResult, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import { listText, type ListedFlag } from "./list-text.ts";

export function listCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = ["hoist list", "hoist list --owner team-workshops", "hoist list --tag payments --sentences"];
  return hoistCommand("list", "list the flags and what each environment serves", examples, io)
    .option("--owner <name>", "only flags of this owner")
    .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
    .option("--tag <tag>", "only flags with this tag")
    .option("--sentences", "describe in words what each environment serves", false)
    .addOption(formatOption)
    .addOption(cwdOption)
    .action(async (options) => {
      const { checkFiles } = await import("../../source/read/check-files.ts");
      const origin = { folder: flagsFolder(io, options.cwd), ref: null };
      const checked = await checkFiles(origin, { progress: progressOf(io), today: todayOf(io) });
      if (checked.diagnostics.some(({ severity }) => severity === "error")) {
        const { report } = await import("../validate/report.ts");
        done(report(io, checked, options.format));
        return;
      }
      const { loaded } = checked.files;
      const flags = await listedFlags(
        loaded,
        loaded.flags.filter((flag) => isSelected(flag, options)),
        options.sentences,
      );
      printResult(io, options.format, flags, () => listText(flags, io));
      done(EXIT.done);
    });
}

interface Filter {
  readonly owner?: string | undefined;
  readonly kind?: string | undefined;
  readonly tag?: string | undefined;
}

function isSelected({ file }: LoadedFlag, { owner, kind, tag }: Filter): boolean {
  return (
    (owner === undefined || file.owner === owner) &&
    (kind === undefined || file.kind === kind) &&
    (tag === undefined || (file.tags ?? []).includes(tag))
  );
}

async function listedFlags(
  loaded: LoadedFlags,
  flags: readonly LoadedFlag[],
  withSentences: boolean,
): Promise<readonly ListedFlag[]> {
  const { cellText } = await import("../../core/describe/wording.ts");
  const { descriptionsOf } = await import("./descriptions.ts");
  const environments = loaded.config?.environments.map(({ name }) => name) ?? [];
  const stateOf = (key: string, environment: string) => {
    const flag = loaded.flagsFor(environment).get(key);
    return flag === undefined ? "" : cellText(flag);
  };
  return flags.map(({ key, path, file }) => ({
    key,
    path,
    name: file.name,
    type: file.type ?? "boolean",
    kind: file.kind,
    owner: file.owner,
    expires: file.expires ?? null,
    tags: file.tags ?? [],
    environments: Object.fromEntries(environments.map((name) => [name, stateOf(key, name)])),
    ...(withSentences && { descriptions: descriptionsOf(loaded, key, environments) }),
  }));
}
