import { gitHubFrom } from "../../github/connect.ts";
import { closeDriftIssue, openDriftIssue, type DriftIssue } from "../../github/drift-issue.ts";
import { tokenAccount } from "../../github/token-account.ts";
import type { SyncOptions } from "../../sync/sync.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { closingComment, driftReport } from "./drift-markdown.ts";
import { driftIssueText, driftJson, driftText } from "./drift-text.ts";
import { findDrift, type Drift } from "./find-drift.ts";

interface ReportOptions {
  readonly folder: string;
  readonly sync: SyncOptions;
  readonly afterMs: number;
  readonly settleMs: number;
  /** Whether to update the issue on GitHub. */
  readonly issue: boolean;
  readonly format: "text" | "json";
}

/**
 * Prints how a table differs from the branch, and then updates the drift issue of the environment. The differences are printed
 * even when GitHub cannot be reached.
 *
 * @throws FlagError as findDrift, gitHubFrom and gitHubFailure do
 */
export async function reportDrift(
  io: Io,
  { folder, sync, afterMs, settleMs, issue, format }: ReportOptions,
): Promise<ExitCode> {
  const github = () => gitHubFrom(io.env, folder, (text) => printNote(io, text));
  const outcome = await findDrift({ sync, now: io.now(), afterMs, settleMs, github });
  if (outcome.kind === "invalid") {
    const { reportDiagnostics } = await import("../validate/report.ts");
    return reportDiagnostics(io, { ...outcome, testsPassed: 0 }, format);
  }
  if (outcome.kind === "newer") {
    printNote(io, `${outcome.message}: nothing was compared`);
    if (format === "json") io.out(JSON.stringify({ outcome: "newer", environment: sync.environment }, null, 2));
    return EXIT.done;
  }
  const { drift, kind } = outcome;
  if (format === "text") io.out(driftText(drift, io.now(), io.style));
  const updated = issue ? await updateIssue(drift, kind, github) : { ok: true as const, issue: null };
  const shown = updated.ok ? updated.issue : null;
  if (format === "json") io.out(driftJson(kind, drift, shown));
  else if (shown !== null && shown.number !== null) io.out(`\n${driftIssueText(shown, io.style)}`);
  if (!updated.ok) throw updated.error;
  return EXIT.done;
}

type IssueUpdate =
  | { readonly ok: true; readonly issue: DriftIssue | null }
  | { readonly ok: false; readonly error: unknown };

async function updateIssue(
  drift: Drift,
  kind: "agrees" | "differs",
  connect: () => ReturnType<typeof gitHubFrom>,
): Promise<IssueUpdate> {
  try {
    const github = await connect();
    const account = await tokenAccount(github);
    const { environment } = drift;
    const issue =
      kind === "differs"
        ? await openDriftIssue(github, account, environment, driftReport(drift))
        : await closeDriftIssue(github, account, environment, closingComment(drift));
    return { ok: true, issue };
  } catch (error) {
    return { ok: false, error };
  }
}
