import { InvalidArgumentError, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { FlagError } from "../../core/errors.ts";
import { shellWord } from "../../core/text.ts";
import { printResult, type Done } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { viewOf, type Io } from "../terminal/io.ts";
import { syncingCommand } from "../sync/syncing-command.ts";
import type { PlanBaseOptions } from "./plan-base.ts";
import { manualRowsData, newEpochData, planData } from "./plan-json.ts";
import { noteUncommitted, planText } from "./plan-text.ts";

const baseOption = new Option(
  "--base <ref>",
  "compare with this commit instead of a table: what the branch changes in each environment, and for whom",
);
/** The options shared with `sync` that `--base` uses; it refuses the others. */
const WITH_BASE: ReadonlySet<string> = new Set<keyof PlanBaseOptions>(["cwd", "env", "commit", "workTree", "database"]);
const contextsOption = new Option(
  "--contexts <file>",
  "with --base: evaluate the contexts in this file, one JSON object per line",
);
const sampleOption = new Option("--sample <number>", "with --base: number of contexts to generate (default: 20000)")
  .argParser(wholeNumber(1, 1_000_000))
  .conflicts("contexts");
const seedOption = new Option("--seed <number>", "with --base: seed of the generated contexts (default: 1)")
  .argParser(wholeNumber(0, 4_294_967_295))
  .conflicts("contexts");
const planFormatOption = new Option("--format <format>", "output format (markdown requires --base)")
  .choices(["text", "markdown", "json"] as const)
  .default("text" as const);

/** Creates the command `hoist plan`. */
export function planCommand(io: Io, done: Done): CommandUnknownOpts {
  const examples = [
    "hoist plan --env production",
    "hoist plan --env staging --commit origin/main --format json",
    "hoist plan --work-tree",
    "hoist plan --base origin/main                           what this branch changes, and for whom",
    "hoist plan --base origin/main --contexts people.jsonl   for the people in this file",
  ];
  const summary = "show what a sync would change; writes nothing (exit 2: changes are pending)";
  const command = syncingCommand("plan", summary, examples, io);
  const refused = command.options.map((option) => option.attributeName()).filter((name) => !WITH_BASE.has(name));
  return command
    .addOption(baseOption.conflicts(refused))
    .addOption(contextsOption)
    .addOption(sampleOption)
    .addOption(seedOption)
    .addOption(planFormatOption)
    .action(async (options) => {
      if (options.base !== undefined) {
        const { planBase } = await import("./plan-base.ts");
        done(await planBase(io, { ...options, base: options.base }));
        return;
      }
      refuseWithoutBase(options);
      const { planSync } = await import("../../sync/sync.ts");
      const { syncOptions } = await import("../sync/sync-options.ts");
      const format = options.format === "json" ? "json" : "text";
      const outcome = await planSync(syncOptions(io, options, "read"));
      if (outcome.kind === "invalid") {
        const { reportDiagnostics } = await import("../validate/report.ts");
        done(reportDiagnostics(io, outcome, format));
        return;
      }
      printResult(
        io,
        format,
        {
          ...planData(outcome.plan),
          manualRows: manualRowsData(outcome.plan, outcome.manual),
          ...newEpochData(outcome, "will end"),
        },
        () => planText({ ...outcome, ...viewOf(io) }),
      );
      noteUncommitted(io, outcome.desired.uncommitted, "plan");
      if (outcome.plan.problems.length > 0) done(EXIT.invalid);
      else done(outcome.plan.changes.length > 0 || outcome.newEpoch !== null ? EXIT.changesPending : EXIT.done);
    });
}

/**
 * Refuses options that only a comparison of commits has, because a table contains no people.
 *
 * @throws FlagError USAGE
 */
function refuseWithoutBase(options: Pick<PlanBaseOptions, "format" | "contexts" | "sample" | "seed">): void {
  const given = [
    ...(["contexts", "sample", "seed"] as const).flatMap((name) => {
      const value = options[name];
      return value === undefined ? [] : [{ name: `--${name}`, words: `--${name} ${shellWord(String(value))}` }];
    }),
    ...(options.format === "markdown" ? [{ name: "--format markdown", words: "--format markdown" }] : []),
  ];
  const [first] = given;
  if (first === undefined) return;
  throw new FlagError("USAGE", `${first.name} requires --base, because a plan against a table does not report flips`, {
    hint: `add the commit to compare with: hoist plan --base origin/main ${given.map(({ words }) => words).join(" ")}`,
  });
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Write a whole number from ${from} to ${to}.`);
  };
}
