import { realpathSync } from "node:fs";
import { relative } from "node:path";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { diagnosticsText, githubAnnotations } from "../../core/diagnostic/diagnostic-text.ts";
import { counted } from "../../core/text.ts";
import { ACKNOWLEDGEABLE_CODES } from "../../source/check/codes.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { checkFiles, type Checked } from "../../source/read/check-files.ts";
import type { Done } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { jsonText } from "../terminal/json-text.ts";

/** The output formats of a check. */
export type ReportFormat = "text" | "json" | "github";

/** The result of a check, for {@link reportDiagnostics}. */
interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly flagCount: number;
  /** 0 unless given. */
  readonly testsPassed?: number;
  /** Additional members of the JSON. */
  readonly more?: object;
  /** The folder that holds `flags/`: annotations on GitHub need paths from the top of the checkout. */
  readonly folder?: string | undefined;
}

/** Returns whether a check found errors, not only warnings. */
export function hasErrors({ diagnostics }: Pick<Checked, "diagnostics">): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** Checks the files of the work tree and returns them; prints their errors, if there are any, and returns undefined. */
export async function validFiles(
  io: Io,
  folder: string,
  format: ReportFormat,
  done: Done,
): Promise<LoadedFlags | undefined> {
  const checked = await checkFiles({ folder, ref: null }, { progress: progressOf(io), today: todayOf(io) });
  if (!hasErrors(checked)) return checked.files.loaded;
  done(report(io, checked, format));
  return undefined;
}

/** Prints the result of `checkFiles` and returns the exit code. */
export function report(
  io: Io,
  { files, diagnostics, testsPassed }: Checked,
  format: ReportFormat,
  options: Pick<Found, "more" | "folder"> = {},
): ExitCode {
  return reportDiagnostics(io, { diagnostics, flagCount: files.loaded.fileCount, testsPassed, ...options }, format);
}

/** Prints diagnostics and a summary, and returns the exit code. */
export function reportDiagnostics(io: Io, found: Found, format: ReportFormat): ExitCode {
  const { diagnostics, flagCount, testsPassed = 0, more = {}, folder } = found;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (format === "json") {
    const data = { valid: errors.length === 0, flags: flagCount, testsPassed, diagnostics, ...more };
    io.out(jsonText(data));
    return exitCodeOf(errors);
  }
  if (format === "github") {
    const prefix = checkoutPrefix(io, folder);
    const fromTop = diagnostics.map((each) => ({ ...each, file: `${prefix}${each.file}` }));
    if (fromTop.length > 0) io.annotate(githubAnnotations(fromTop), "out");
  } else if (diagnostics.length > 0) {
    io.out(`${diagnosticsText(diagnostics, io.style, io.columns)}\n`);
  }
  io.out(summaryText(found, errors, io));
  return exitCodeOf(errors);
}

function summaryText(
  { diagnostics, flagCount, testsPassed = 0 }: Found,
  errors: readonly Diagnostic[],
  io: Io,
): string {
  const flags = counted(flagCount, "flag");
  const warnings = diagnostics.length - errors.length;
  const also = warnings === 0 ? "" : ` · ${counted(warnings, "warning")}`;
  if (errors.length === 0)
    return `${io.style("green", "✓")} ${flags} valid, ${counted(testsPassed, "test")} passed${also}`;
  const files = counted(new Set(errors.map(({ file }) => file)).size, "file");
  return `${counted(errors.length, "error")} in ${files} of ${flags}${also} · nothing was changed    exit ${exitCodeOf(errors)}`;
}

/** Returns 5 when the only errors are missing acknowledgements. */
function exitCodeOf(errors: readonly Diagnostic[]): ExitCode {
  if (errors.length === 0) return EXIT.done;
  return errors.every(({ code }) => ACKNOWLEDGEABLE_CODES.has(code)) ? EXIT.needsAcknowledgement : EXIT.invalid;
}

/** Returns the path from the top of the checkout to the folder, e.g. `apps/shop/`; "" outside GitHub Actions. */
function checkoutPrefix({ env }: Io, folder: string | undefined): string {
  const top = env["GITHUB_WORKSPACE"];
  if (!top || folder === undefined) return "";
  const path = relative(realpathSync(top), realpathSync(folder)).replaceAll("\\", "/");
  return path === "" || path.startsWith("..") ? "" : `${path}/`;
}
