import { appendFile } from "node:fs/promises";
import { githubAnnotations } from "../../core/diagnostic/diagnostic-text.ts";
import { FlagError } from "../../core/errors.ts";
import { COMMENT_MARKER } from "../../github/report/live-line.ts";
import { writeCheck } from "../../github/check-run.ts";
import { gitHubFrom, type GitHub } from "../../github/connect.ts";
import { isForbidden } from "../../github/failure.ts";
import { pullRequestOf, readPullRequest, type PullRequest, type PullRequestEvent } from "../../github/pull-request.ts";
import { tokenAccount } from "../../github/token-account.ts";
import { upsertComment, type UpsertedComment } from "../../github/comment.ts";
import { branchReport, type BranchReport } from "./branch-report.ts";
import { printNote, type Io } from "../terminal/io.ts";

export interface CommentResult {
  /** Null where the run is for none, as in a merge queue. */
  readonly pullRequest: number | null;
  /**
   * `left`: a newer run has its say, or the pull request is merged. `refused`: the token may not comment, as in a pull request
   * from a fork.
   */
  readonly comment: { readonly action: UpsertedComment["action"] | "left" | "refused"; readonly url: string | null };
  readonly check: {
    readonly conclusion: BranchReport["conclusion"];
    readonly title: string;
    /** `run`: on GitHub. `annotations`: as lines of the job's log, which GitHub makes annotations of. */
    readonly written: "run" | "annotations" | "none";
    readonly url: string | null;
  };
  /** Whether the job's summary was written. */
  readonly summary: boolean;
}

export interface CommentOptions {
  readonly folder: string;
  readonly base: string;
  readonly ref: string;
  /** Else what the environment says. */
  readonly number: number | undefined;
  /** Where lines that GitHub makes annotations of go. */
  readonly annotate: (text: string) => void;
}

/**
 * Says what a commit does to the people in every place on GitHub that the token may write to: the job's summary, the one comment
 * of the pull request, a check with annotations. Each of them is complete by itself, and the same again when it is asked again.
 *
 * @throws FlagError as branchReport, gitHubFrom and gitHubFailure do
 */
export async function commentOnPullRequest(io: Io, options: CommentOptions): Promise<CommentResult> {
  const event = await pullRequestOf(io.env, options.number);
  const report = await branchReport(io, options);
  const summary = await appendSummary(io, report.summary);
  const { conclusion, title } = report;
  if (event === null) {
    if (!summary && io.env["GITHUB_EVENT_NAME"] !== "merge_group") throw noPullRequest();
    printNote(io, "this run is for no pull request, so there is nothing to comment on");
    const check = { conclusion, title, written: annotated(io, report, options), url: null };
    return { pullRequest: null, comment: { action: "none", url: null }, check, summary };
  }
  const github = await gitHubFrom(io.env, options.folder, (text) => printNote(io, text));
  const pull = await readPullRequest(github, event.number);
  await refuseAnother(report, event, pull);
  const comment = await writeComment(io, github, { report, event, pull, summary });
  const check = await writeCheckOf(io, github, report, event.headSha ?? pull.headSha);
  const written = check.written === "none" ? annotated(io, report, options) : check.written;
  return { pullRequest: pull.number, comment, check: { ...check, written }, summary };
}

/** Only in a workflow does somebody read such lines. */
function annotated(io: Io, { diagnostics }: BranchReport, { annotate }: CommentOptions): "annotations" | "none" {
  if (diagnostics.length === 0 || io.env["GITHUB_ACTIONS"] !== "true") return "none";
  annotate(githubAnnotations(diagnostics));
  return "annotations";
}

interface Occasion {
  readonly report: BranchReport;
  readonly event: PullRequestEvent;
  readonly pull: PullRequest;
  readonly summary: boolean;
}

async function writeComment(
  io: Io,
  github: GitHub,
  { report, event, pull, summary }: Occasion,
): Promise<CommentResult["comment"]> {
  const { number, headSha, mergedAt } = pull;
  const isFork = event.isFork ?? pull.isFork;
  if (mergedAt !== null) {
    printNote(io, `#${number} is merged: its comment stays as it was`);
    return { action: "left", url: null };
  }
  if (event.headSha !== null && event.headSha !== headSha) {
    printNote(
      io,
      `#${number} has moved on to ${short(headSha)}: the run of that commit comments, not this one of ${short(event.headSha)}`,
    );
    return { action: "left", url: null };
  }
  try {
    const wanted = { marker: COMMENT_MARKER, body: report.comment, isNews: report.isNews };
    return await upsertComment(github, number, await tokenAccount(github), wanted);
  } catch (error) {
    // Elsewhere it is a mistake in the workflow, which somebody has to be told.
    if (!isForbidden(error) || !(isFork || io.env["GITHUB_ACTOR"] === "dependabot[bot]")) throw error;
    const whose = isFork ? "comes from a fork" : "is Dependabot's";
    printNote(
      io,
      `#${number} ${whose}, where a workflow may not comment${summary ? ": the report is in the job's summary" : ""}`,
    );
    return { action: "refused", url: null };
  }
}

async function writeCheckOf(
  io: Io,
  github: GitHub,
  { conclusion, title, text, diagnostics }: BranchReport,
  headSha: string,
): Promise<CommentResult["check"]> {
  try {
    const { url } = await writeCheck(github, { headSha, conclusion, title, summary: text, annotations: diagnostics });
    return { conclusion, title, written: "run", url };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    // Only apps may write checks, and a workflow may do without.
    printNote(io, "no check was written: it takes the token of a workflow with checks: write");
    return { conclusion, title, written: "none", url: null };
  }
}

/** A report of one commit under a pull request that is at another would mislead whoever reviews it. */
async function refuseAnother(
  { commit, repository }: BranchReport,
  event: PullRequestEvent,
  { number, headSha }: PullRequest,
): Promise<void> {
  if (event.headSha !== null || commit === headSha) return;
  // What a workflow checks out is the merge of the pull request into its base.
  const merged = await repository.resolve(`${commit}^2`).catch(() => undefined);
  if (merged === headSha) return;
  throw new FlagError("USAGE", `#${number} is at ${short(headSha)}, and this report would be of ${short(commit)}`, {
    hint: `git fetch origin pull/${number}/head && git checkout FETCH_HEAD     or, after a push is missing: git push`,
  });
}

/** @returns whether there is one, and it was written */
async function appendSummary(io: Io, markdown: string): Promise<boolean> {
  const path = io.env["GITHUB_STEP_SUMMARY"];
  if (!path) return false;
  try {
    await appendFile(path, `${markdown}\n`);
    return true;
  } catch (error) {
    printNote(io, `the job's summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function noPullRequest(): FlagError {
  return new FlagError("USAGE", "no pull request is named: GITHUB_EVENT_PATH and GITHUB_REF tell of none", {
    hint: "hoist github comment --pr 12 --base origin/main",
  });
}

function short(commit: string): string {
  return commit.slice(0, 7);
}
