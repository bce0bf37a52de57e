import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import type { SetTarget } from "../../source/edit/set.ts";
import { type Done, formatOption } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { flagsFolder } from "../workspace.ts";
import type { EditRequest } from "./outcome.ts";

const prOption = new Option("--pr", "open a pull request on GitHub instead of editing the work tree").default(false);
const noteOption = new Option("--note <text>", "reason for the change, shown in the pull request");
const dryRunOption = new Option("--dry-run", "show the edit and write nothing").default(false);

/** Adds the options that every edit command has. */
export function withEditOptions<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command.addOption(prOption).addOption(noteOption).addOption(dryRunOption).addOption(formatOption);
}

export const overlayOption = new Option(
  "-e, --env <name>",
  "environment whose overlay to edit (default: the base of the file)",
);
export const baseOption = new Option("--base", "edit the base even if overlays hide the edit in some environments")
  .default(false)
  .conflicts("env");

/** Returns the part of the flag file that the options of `hoist set` and `hoist rollout` select. */
export function setTarget(
  key: string,
  { env, base, pr }: { readonly env?: string | undefined; readonly base: boolean; readonly pr: boolean },
): SetTarget {
  return { key, environment: env ?? null, evenIfMasked: base, commandSuffix: pr ? " --pr" : "" };
}

/** The options that every edit command has. */
export interface EditOptions {
  readonly pr: boolean;
  readonly note?: string | undefined;
  readonly dryRun: boolean;
  readonly format: "text" | "json";
  readonly cwd?: string | undefined;
}

/** Runs an edit in the work tree or as a pull request, and prints its outcome. @throws FlagError when it is refused */
export async function runEdit(io: Io, done: Done, options: EditOptions, request: EditRequest): Promise<void> {
  const folder = flagsFolder(io, options.cwd);
  const { pr, note, dryRun } = options;
  if (note !== undefined && !pr) {
    throw new FlagError("USAGE", "--note requires --pr: it is written into the pull request", {
      hint: "the reason for an edit in the work tree goes into the commit message: git commit",
    });
  }
  const outcome = pr
    ? await (await import("./pull-request.ts")).proposeEdit(io, folder, { note, dryRun }, request)
    : await (await import("./work-tree.ts")).editWorkTree(folder, dryRun, request);
  if (!dryRun) io.changed?.();
  const { outcomeJson, outcomeText } = await import("./outcome-text.ts");
  io.out(options.format === "json" ? outcomeJson(outcome) : outcomeText(outcome, io.style, io.columns));
  done(EXIT.done);
}

/** Parses an option with values separated by commas. */
export function commaList(text: string): readonly string[] {
  return text.split(",").map((word) => word.trim());
}
