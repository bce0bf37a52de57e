import { counted } from "../../core/text.ts";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { code } from "../../github/report/escape.ts";
import { lineText, listText, pathText } from "../../github/report/words.ts";
import type { ChangeReport } from "../../impact/report.ts";
import { ACKNOWLEDGEABLE_CODES } from "../../source/check/codes.ts";

/** The conclusion of the check on a commit. */
export interface Verdict {
  readonly conclusion: "success" | "failure" | "neutral";
  /** A summary in one line. */
  readonly title: string;
}

/** The maximum number of errors in the list; annotations and the check contain all of them. */
const MAX_ERRORS = 40;
/** The codes that the report itself explains. */
const IN_REPORT: ReadonlySet<string> = new Set([...ACKNOWLEDGEABLE_CODES, "type-changed", "name-taken"]);

/**
 * Returns the errors of flag files as a Markdown list; "" when there are none.
 *
 * @param hasReport  whether a report of the changes follows; without one, a headline gives the reason
 */
export function findingsMarkdown(diagnostics: readonly Diagnostic[], hasReport: boolean): string {
  const errors = diagnostics.filter(
    ({ severity, code: of }) => severity === "error" && !(hasReport && IN_REPORT.has(of)),
  );
  if (errors.length === 0) return "";
  const list = listText(errors.map(findingText), MAX_ERRORS);
  const counts = errorsText(errors);
  return hasReport
    ? `**${counts}**, as \`hoist validate --base\` shows\n\n${list}`
    : `### Flags: ${counts}, so the changes cannot be reported\n\n${list}`;
}

function findingText({ file, line, column, code: of, message, hint }: Diagnostic): string {
  // Further lines of a hint are in the check; in a list they would start a new entry.
  const [todo] = (hint ?? "").split("\n");
  const then = todo === undefined || todo === "" ? "" : ` — ${lineText(todo)}`;
  return `${pathText(`${file}:${line}:${column}`)} ${code(of)} ${lineText(message)}${then}`;
}

/** Returns the conclusion of the check on a commit. @param report  null when the files are invalid */
export function verdictOf(diagnostics: readonly Diagnostic[], report: ChangeReport | null): Verdict {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const waiting = errors.filter(({ code: of }) => ACKNOWLEDGEABLE_CODES.has(of)).length;
    const title = waiting === errors.length ? `${counted(waiting, "change")} to be acknowledged` : errorsText(errors);
    return { conclusion: "failure", title };
  }
  const environments = report?.environments ?? [];
  const isAsked = environments.some(({ needs }) => needs.some(({ acknowledged }) => !acknowledged));
  const changed = new Set(environments.flatMap(({ flags }) => flags.map(({ key }) => key))).size;
  const title =
    changed === 0 ? "no flag changes" : `${counted(changed, "flag")} ${changed === 1 ? "changes" : "change"}`;
  return isAsked
    ? { conclusion: "neutral", title: `${title}; the sync will need an acknowledgement` }
    : { conclusion: "success", title };
}

function errorsText(errors: readonly Diagnostic[]): string {
  const files = new Set(errors.map(({ file }) => file)).size;
  return `${counted(errors.length, "error")} in ${counted(files, "file")}`;
}
