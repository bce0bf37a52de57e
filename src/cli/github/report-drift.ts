import { type GitHub, gitHubFrom } from "../../github/connect.ts";
import { closeDriftIssue, openDriftIssue, type DriftIssue } from "../../github/drift-issue.ts";
import { tokenAccount } from "../../github/token-account.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { closingComment, driftReport } from "./drift-markdown.ts";
import { driftIssueText, driftJson, driftText } from "./drift-text.ts";
import { findDrift, type Drift, type DriftOptions } from "./find-drift.ts";
import { jsonText } from "../terminal/json-text.ts";

interface ReportOptions extends Pick<DriftOptions, "sync" | "afterMs" | "settleMs"> {
  readonly folder: string;
  /** Whether to update the issue on GitHub. */
  readonly issue: boolean;
  readonly format: "text" | "json";
}

/**
 * Prints how a table differs from the branch, and then updates the drift issue of the environment. The differences are
 * printed even when GitHub cannot be reached.
 *
 * @throws the errors of {@link findDrift}, {@link gitHubFrom} and {@link openDriftIssue}
 */
export async function reportDrift(io: Io, { folder, issue, format, ...compared }: ReportOptions): Promise<ExitCode> {
  const github = () => gitHubFrom(io.env, folder, (text) => printNote(io, text));
  const outcome = await findDrift({ ...compared, now: io.now(), github });
  if (outcome.kind === "invalid") {
    const { reportDiagnostics } = await import("../validate/report.ts");
    return reportDiagnostics(io, { ...outcome, testsPassed: 0 }, format);
  }
  if (outcome.kind === "newer") {
    printNote(io, `${outcome.message}: nothing was compared`);
    if (format === "json") io.out(jsonText({ outcome: "newer", environment: compared.sync.environment }));
    return EXIT.done;
  }
  const { drift, kind } = outcome;
  if (format === "text") io.out(driftText(drift, io.now(), io.style));
  let updated: DriftIssue | null = null;
  try {
    if (issue) updated = await updateIssue(drift, kind, await github());
  } finally {
    if (format === "json") io.out(driftJson(kind, drift, updated));
  }
  const text = updated === null ? "" : driftIssueText(updated, io.style);
  if (format === "text" && text !== "") io.out(`\n${text}`);
  return EXIT.done;
}

async function updateIssue(drift: Drift, kind: "agrees" | "differs", github: GitHub): Promise<DriftIssue> {
  const account = await tokenAccount(github);
  return kind === "differs"
    ? openDriftIssue(github, account, drift.environment, driftReport(drift))
    : closeDriftIssue(github, account, drift.environment, closingComment(drift));
}
