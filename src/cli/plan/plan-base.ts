import { resolve } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { readRegularFile } from "../../files/read-file.ts";
import { contextsFrom } from "../../impact/contexts.ts";
import type { Population } from "../../impact/population.ts";
import type { ChangeReport } from "../../impact/report.ts";
import { checkFiles } from "../../source/read/check-files.ts";
import type { Files } from "../../source/read/read-files.ts";
import { baseOf, checkBase } from "../../impact/changes-since.ts";
import { reportBetween } from "../../impact/report-between.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { progressOf, todayOf, viewOf, type Io } from "../terminal/io.ts";
import { type LiveTables, readLiveTables } from "./live-tables.ts";
import { hasErrors, report } from "../validate/report.ts";
import { reportData } from "./plan-json.ts";
import { noteUncommitted } from "./plan-text.ts";
import { reportText } from "./report-text.ts";
import type { TargetOptions } from "../live-table.ts";
import { flagsFolder, selectedEnvironments } from "../workspace.ts";
import { jsonText } from "../terminal/json-text.ts";

/** `env` limits the report to one environment. */
export interface PlanBaseOptions extends TargetOptions {
  readonly base: string;
  readonly commit: string;
  readonly workTree?: boolean | undefined;
  readonly contexts?: string | undefined;
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
  readonly format: "text" | "markdown" | "json";
}

/** Prints what a branch changes and for whom, and returns the exit code. */
export async function planBase(io: Io, options: PlanBaseOptions): Promise<ExitCode> {
  const folder = flagsFolder(io, options.cwd);
  const today = todayOf(io);
  const contexts = options.contexts === undefined ? undefined : await readContexts(io, options.contexts);
  await checkBase(folder, options.base);
  const origin = { folder, ref: options.workTree === true ? null : options.commit };
  const checked = await checkFiles(origin, { progress: progressOf(io), today });
  const { files, testsPassed } = checked;
  if (hasErrors(checked)) {
    noteUncommitted(io, files.uncommitted, "comparison");
    return report(io, checked, options.format === "json" ? "json" : "text");
  }
  selectedEnvironments(files.loaded, options.env);
  const base = await baseOf(folder, options.base, files);
  const changes = reportBetween(base.loaded, files.loaded, {
    from: { ref: options.base, commit: base.commit },
    to: { commit: files.commit },
    today,
    testsPassed,
    environments: options.env === undefined ? undefined : [options.env],
    contexts,
    sample: options.sample,
    seed: options.seed,
    ...(await tablesOf(io, folder, files, options)),
  });
  io.out(await textOf(io, changes, options.format));
  noteUncommitted(io, files.uncommitted, "comparison");
  return exitOf(changes);
}

/** The maximum size of a file of contexts: more than 1 KB for each of the contexts that are used. */
const MAX_CONTEXTS_BYTES = 256 * 1024 * 1024;

async function readContexts(io: Io, name: string): Promise<Population> {
  const found = await readRegularFile(resolve(io.cwd, name), { maxBytes: MAX_CONTEXTS_BYTES, timeoutMs: 60_000 });
  if (found.kind !== "read") {
    const problem = found.kind === "missing" ? "the file does not exist" : found.reason;
    throw new FlagError("USAGE", `--contexts ${name}: ${problem}`, {
      hint: "write one JSON object per line, for example from your logs, without names and addresses",
    });
  }
  try {
    return contextsFrom(new TextDecoder("utf-8", { fatal: true }).decode(found.bytes), name);
  } catch (error) {
    if (error instanceof FlagError) throw error;
    throw new FlagError("USAGE", `${name} is not UTF-8 text`, { hint: "write the contexts as UTF-8" });
  }
}

/** Reads the tables that `--env` or `--database` names. */
async function tablesOf(
  io: Io,
  folder: string,
  files: Files,
  { env, database }: PlanBaseOptions,
): Promise<Partial<LiveTables>> {
  if (env === undefined && database === undefined) return {};
  return readLiveTables(io, files, { folder, environments: env === undefined ? undefined : [env], database });
}

async function textOf(io: Io, report: ChangeReport, format: PlanBaseOptions["format"]): Promise<string> {
  if (format === "json") return jsonText(reportData(report));
  if (format === "text") return reportText(report, viewOf(io));
  const { reportMarkdown, SUMMARY_LIMIT } = await import("../../github/report/markdown.ts");
  return reportMarkdown(report, { limit: SUMMARY_LIMIT });
}

function exitOf({ environments }: ChangeReport): ExitCode {
  if (environments.some(({ problems }) => problems.length > 0)) return EXIT.invalid;
  return environments.some(({ flags }) => flags.length > 0) ? EXIT.changesPending : EXIT.done;
}
