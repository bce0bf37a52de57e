import { gitHubFrom } from "../../github/connect.ts";
import { closeDriftIssue, openDriftIssue, type DriftIssue } from "../../github/drift-issue.ts";
import { tokenAccount } from "../../github/token-account.ts";
import type { SyncOptions } from "../../sync/sync.ts";
import { readDrift, type Drift } from "./drift.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { printNote, type Io } from "../terminal/io.ts";
import { driftReport, settledText } from "./drift-markdown.ts";
import { driftIssueText, driftText } from "./drift-text.ts";

interface Asked {
  readonly folder: string;
  readonly sync: SyncOptions;
  readonly afterMs: number;
  readonly settleMs: number;
  readonly issue: boolean;
  readonly format: "text" | "json";
}

/**
 * Prints what differs between a table and the branch, then brings the issue of that environment up to date: what was found is
 * told also where GitHub cannot be.
 *
 * @throws FlagError as readDrift, gitHubFrom and gitHubFailure do
 */
export async function reportedDrift(
  io: Io,
  { folder, sync, afterMs, settleMs, issue, format }: Asked,
): Promise<ExitCode> {
  const note = (text: string) => printNote(io, text);
  const github = () => gitHubFrom(io.env, folder, note);
  const outcome = await readDrift({ sync, now: io.now(), afterMs, settleMs, github });
  if (outcome.kind === "invalid") {
    const { reportDiagnostics } = await import("../validate/report.ts");
    return reportDiagnostics(io, { ...outcome, testsPassed: 0 }, format);
  }
  if (outcome.kind === "newer") {
    note(`${outcome.message}: nothing was compared`);
    if (format === "json") io.out(JSON.stringify({ outcome: "newer", environment: sync.environment }, null, 2));
    return EXIT.done;
  }
  const { drift, kind } = outcome;
  if (format === "text") io.out(driftText(drift, io.now(), io.style));
  const told = issue ? await issueOf(drift, kind, github) : { ok: true as const, issue: null };
  const done = told.ok ? told.issue : null;
  if (format === "json") io.out(JSON.stringify({ outcome: kind, ...drift, issue: done }, null, 2));
  else if (done !== null && done.number !== null) io.out(`\n${driftIssueText(done, io.style)}`);
  if (!told.ok) throw told.error;
  return EXIT.done;
}

type Told = { readonly ok: true; readonly issue: DriftIssue | null } | { readonly ok: false; readonly error: unknown };

async function issueOf(
  drift: Drift,
  kind: "agrees" | "differs",
  connect: () => ReturnType<typeof gitHubFrom>,
): Promise<Told> {
  try {
    const github = await connect();
    const self = await tokenAccount(github);
    const { environment } = drift;
    return {
      ok: true,
      issue:
        kind === "differs"
          ? await openDriftIssue(github, self, environment, driftReport(drift))
          : await closeDriftIssue(github, self, environment, settledText(drift)),
    };
  } catch (error) {
    return { ok: false, error };
  }
}
