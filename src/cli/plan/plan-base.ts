import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { contextsFrom } from "../../impact/contexts.ts";
import type { Population } from "../../impact/population.ts";
import type { ChangeReport } from "../../impact/report.ts";
import { checkFiles } from "../../source/read/check-files.ts";
import type { Files } from "../../source/read/read-files.ts";
import { baseOf, reportSince } from "../../impact/changes-since.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { type LiveTables, readLiveTables } from "./live-tables.ts";
import { reportDiagnostics } from "../validate/report.ts";
import { noteUncommitted } from "./uncommitted.ts";
import { reportJson } from "./report-json.ts";
import { reportText } from "./report-text.ts";
import { flagsFolder, selectedEnvironments } from "../workspace.ts";

export interface PlanBaseOptions {
  readonly base: string;
  /** Only this environment; all unless given. */
  readonly env?: string | undefined;
  readonly commit: string;
  readonly workTree?: boolean | undefined;
  readonly database?: string | undefined;
  readonly contexts?: string | undefined;
  readonly sample?: number | undefined;
  readonly seed?: number | undefined;
  readonly format: "text" | "markdown" | "json";
  readonly cwd?: string | undefined;
}

/** `hoist plan --base`: prints what a branch does to the people, and says how that ends. */
export async function planBase(io: Io, options: PlanBaseOptions): Promise<ExitCode> {
  const folder = flagsFolder(io, options.cwd);
  const today = todayOf(io);
  const contexts = options.contexts === undefined ? undefined : await readContexts(io, options.contexts);
  const origin = { folder, ref: options.workTree === true ? null : options.commit };
  const checked = await checkFiles(origin, { progress: progressOf(io), today });
  const { files, diagnostics, testsPassed } = checked;
  if (diagnostics.some(({ severity }) => severity === "error")) {
    const format = options.format === "json" ? "json" : "text";
    return reportDiagnostics(io, { diagnostics, flagCount: files.loaded.fileCount, testsPassed }, format);
  }
  selectedEnvironments(files.loaded, options.env);
  const report = reportSince(await baseOf(folder, options.base, files), options.base, files, {
    today,
    testsPassed,
    environments: options.env === undefined ? undefined : [options.env],
    contexts,
    sample: options.sample,
    seed: options.seed,
    ...(await tablesOf(io, folder, files, options)),
  });
  io.out(await textOf(io, report, options.format));
  noteUncommitted(io, files.uncommitted);
  return exitOf(report);
}

async function readContexts(io: Io, name: string): Promise<Population> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(io.cwd, name));
  } catch (error) {
    const found = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
    throw new FlagError("USAGE", `--contexts ${name}: ${found === "ENOENT" ? "there is no such file" : found}`, {
      hint: "a file of contexts holds one JSON object a line, e.g. without names and addresses from your own logs",
    });
  }
  try {
    return contextsFrom(new TextDecoder("utf-8", { fatal: true }).decode(bytes), name);
  } catch (error) {
    if (error instanceof FlagError) throw error;
    throw new FlagError("USAGE", `${name} is not UTF-8 text`, { hint: "write the contexts as UTF-8" });
  }
}

/** Of the tables that somebody asked for, by an environment or a database. */
async function tablesOf(
  io: Io,
  folder: string,
  files: Files,
  { env, database }: PlanBaseOptions,
): Promise<Partial<LiveTables>> {
  if (env === undefined && database === undefined) return {};
  const environments = env === undefined ? undefined : [env];
  return readLiveTables(io, files, { folder, environments, database });
}

async function textOf(io: Io, report: ChangeReport, format: PlanBaseOptions["format"]): Promise<string> {
  if (format === "json") return reportJson(report);
  if (format === "text") return reportText(report, { now: io.now(), style: io.style, columns: io.columns });
  const { reportMarkdown, SUMMARY_LIMIT } = await import("../../github/report/markdown.ts");
  return reportMarkdown(report, { limit: SUMMARY_LIMIT });
}

function exitOf({ environments }: ChangeReport): ExitCode {
  if (environments.some(({ problems }) => problems.length > 0)) return EXIT.invalid;
  return environments.some(({ flags }) => flags.length > 0) ? EXIT.changesPending : EXIT.done;
}
