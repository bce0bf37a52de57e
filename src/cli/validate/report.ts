import { counted } from "../../core/text.ts";
import { realpathSync } from "node:fs";
import { relative } from "node:path";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { diagnosticsText, githubAnnotations } from "../../core/diagnostic/diagnostic-text.ts";
import { ACKNOWLEDGEABLE_CODES } from "../../source/check/codes.ts";
import type { Checked } from "../../source/read/check-files.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";

export type ReportFormat = "text" | "json" | "github";

/**
 * Prints what a check found, and says how it ends.
 *
 * @param more    what else stands in the result as data
 * @param folder  the one that holds `flags/`, for annotations, whose paths begin at the top of what is checked out
 */
export function report(
  io: Io,
  { files, diagnostics, testsPassed }: Checked,
  format: ReportFormat,
  more: object = {},
  folder?: string,
): ExitCode {
  return reportDiagnostics(io, { diagnostics, flagCount: files.loaded.fileCount, testsPassed, more, folder }, format);
}

export function reportDiagnostics(
  io: Io,
  found: {
    readonly diagnostics: readonly Diagnostic[];
    readonly flagCount: number;
    readonly testsPassed: number;
    readonly more?: object;
    readonly folder?: string | undefined;
  },
  format: ReportFormat,
): ExitCode {
  const { diagnostics, flagCount, testsPassed, more = {}, folder } = found;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.length - errors.length;
  const code = endOf(errors);
  if (format === "json") {
    io.out(
      JSON.stringify({ valid: errors.length === 0, flags: flagCount, testsPassed, diagnostics, ...more }, null, 2),
    );
    return code;
  }
  if (format === "github") {
    const below = belowWorkspace(io, folder);
    const placed = diagnostics.map((each) => ({ ...each, file: `${below}${each.file}` }));
    if (placed.length > 0) io.out(githubAnnotations(placed));
  } else if (diagnostics.length > 0) {
    io.out(`${diagnosticsText(diagnostics, io.style, io.columns)}\n`);
  }
  const files = new Set(errors.map(({ file }) => file)).size;
  const also = warnings === 0 ? "" : ` · ${counted(warnings, "warning")}`;
  if (code === EXIT.done) {
    io.out(
      `${io.style("green", "✓")} ${counted(flagCount, "flag")} valid, ${counted(testsPassed, "test")} pass${also}`,
    );
  } else {
    io.out(
      `${counted(errors.length, "error")} in ${counted(files, "file")} of ${counted(flagCount, "flag")}${also} · nothing was changed    exit ${code}`,
    );
  }
  return code;
}

/** What only waits for somebody to say yes is not invalid. */
function endOf(errors: readonly Diagnostic[]): ExitCode {
  if (errors.length === 0) return EXIT.done;
  return errors.every(({ code }) => ACKNOWLEDGEABLE_CODES.has(code)) ? EXIT.needsAcknowledgement : EXIT.invalid;
}

/** `apps/shop/` in a monorepo; nothing where GitHub Actions is not at work. */
function belowWorkspace({ env }: Io, folder: string | undefined): string {
  const top = env["GITHUB_WORKSPACE"];
  if (!top || folder === undefined) return "";
  const path = relative(realpathSync(top), realpathSync(folder)).replaceAll("\\", "/");
  return path === "" || path.startsWith("..") ? "" : `${path}/`;
}
