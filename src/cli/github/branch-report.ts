import { realpathSync } from "node:fs";
import { relative } from "node:path";
import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { COMMENT_LIMIT, reportMarkdown, SUMMARY_LIMIT } from "../../github/report/markdown.ts";
import { COMMENT_MARKER } from "../../github/report/live-line.ts";
import { bytesOf } from "../../github/report/shorten.ts";
import type { ChangeReport } from "../../impact/report.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { inFileOrder } from "../../source/load/parsed-file.ts";
import { reportBetween } from "../../impact/report-between.ts";
import { checkPolicies } from "../../impact/policy/check-policies.ts";
import { withExpiredErrors } from "../../impact/policy/check-expiry.ts";
import { baseOf, plansSince } from "../../impact/changes-since.ts";
import { checkFiles } from "../../source/read/check-files.ts";
import { progressOf, todayOf, type Io } from "../terminal/io.ts";
import { readLiveTables } from "../plan/live-tables.ts";
import { findingsMarkdown, verdictOf, type Verdict } from "./findings-markdown.ts";

/** The report about a commit, in every form in which GitHub shows it. */
export interface BranchReport extends Verdict {
  /** The full id. */
  readonly commit: string;
  readonly repository: Repository;
  /** Markdown, short enough for comments and checks. */
  readonly text: string;
  /** The same Markdown, with the marker that identifies the comment. */
  readonly comment: string;
  /** Markdown for the job summary, which may be longer than a comment. */
  readonly summary: string;
  /** False when a pull request changes no flag and the files have no errors. */
  readonly needsComment: boolean;
  /** Diagnostics with paths relative to the top of the repository. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reports everything that `validate --base` finds and `plan --base` shows for a commit. If files are invalid, reports only
 * their errors. Tables are compared as well where environment variables contain their addresses.
 *
 * @throws the errors of {@link checkFiles} and {@link baseOf}
 */
export async function branchReport(
  io: Io,
  { folder, base, ref }: { readonly folder: string; readonly base: string; readonly ref: string },
): Promise<BranchReport> {
  const today = todayOf(io);
  const repository = await openRepository(folder, io.env);
  const { files, diagnostics, testsPassed } = await checkFiles({ folder, ref }, { progress: progressOf(io), today });
  const commit = files.commit ?? (await repository.resolve(ref));
  const prefix = relative(realpathSync(repository.root), realpathSync(folder)).replaceAll("\\", "/");
  const fromTop = (each: Diagnostic) => (prefix === "" ? each : { ...each, file: `${prefix}/${each.file}` });
  const common = { commit, repository };
  if (diagnostics.some(({ severity }) => severity === "error")) {
    const found = diagnostics.map(fromTop);
    return { ...common, ...verdictOf(found, null), ...textsOf(found, null), needsComment: true, diagnostics: found };
  }
  const before = await baseOf(folder, base, files);
  const change = { before: before.loaded, after: files.loaded, plans: plansSince(before, files) };
  const found = [...withExpiredErrors(diagnostics, change), ...checkPolicies(change, { today })]
    .sort(inFileOrder)
    .map(fromTop);
  const report = reportBetween(before.loaded, files.loaded, {
    from: { ref: base, commit: before.commit },
    to: { commit },
    plans: change.plans,
    today,
    testsPassed,
    ...(await readLiveTables(io, files, { folder, onlyNamed: true })),
  });
  const needsComment =
    found.some(({ severity }) => severity === "error") ||
    report.environments.some(({ flags, needs, problems }) => flags.length + needs.length + problems.length > 0);
  return { ...common, ...verdictOf(found, report), ...textsOf(found, report), needsComment, diagnostics: found };
}

function textsOf(
  diagnostics: readonly Diagnostic[],
  report: ChangeReport | null,
): Pick<BranchReport, "text" | "comment" | "summary"> {
  const start = `${COMMENT_MARKER}\n`;
  const text = markdownOf(diagnostics, report, COMMENT_LIMIT - bytesOf(start), "the summary of the job");
  return { text, comment: start + text, summary: markdownOf(diagnostics, report, SUMMARY_LIMIT) };
}

/** Puts the headline first, then the errors, then the changes. */
function markdownOf(
  diagnostics: readonly Diagnostic[],
  report: ChangeReport | null,
  limit: number,
  elsewhere?: string,
): string {
  const wrong = findingsMarkdown(diagnostics, report !== null);
  if (report === null) return wrong;
  const separator = wrong === "" ? "" : "\n\n";
  const text = reportMarkdown(report, {
    limit: limit - bytesOf(wrong + separator),
    ...(elsewhere === undefined ? {} : { elsewhere }),
  });
  if (wrong === "") return text;
  const [headline = "", ...rest] = text.split("\n\n");
  return [headline, wrong, ...rest].join("\n\n");
}
