import { githubAnnotations } from "../../core/diagnostic/diagnostic-text.ts";
import { FlagError } from "../../core/errors.ts";
import { appendToFile } from "../../files/append-file.ts";
import { COMMENT_MARKER } from "../../github/report/live-line.ts";
import { writeCheck } from "../../github/check-run.ts";
import { gitHubFrom, type GitHub } from "../../github/connect.ts";
import { isForbidden } from "../../github/failure.ts";
import { pullRequestOf, readPullRequest, type PullRequest, type PullRequestEvent } from "../../github/pull-request.ts";
import { tokenAccount } from "../../github/token-account.ts";
import { upsertComment, type UpsertedComment } from "../../github/comment.ts";
import { branchReport, type BranchReport } from "./branch-report.ts";
import { printNote, type Io, type Style } from "../terminal/io.ts";

/** What was written on GitHub. */
export interface CommentResult {
  /** Null when there is none, as in a merge queue. */
  readonly pullRequest: number | null;
  /**
   * `left`: a newer run will comment, or the pull request is merged. `refused`: the token may not comment, as in a pull request
   * from a fork.
   */
  readonly comment: { readonly action: UpsertedComment["action"] | "left" | "refused"; readonly url: string | null };
  readonly check: {
    readonly conclusion: BranchReport["conclusion"];
    readonly title: string;
    /** `run`: as a check. `annotations`: as lines of the job log, which GitHub turns into annotations. */
    readonly written: "run" | "annotations" | "none";
    readonly url: string | null;
  };
  /** Whether the job summary was written. */
  readonly summary: boolean;
}

/** The options of `hoist github comment`. */
export interface CommentOptions {
  readonly folder: string;
  readonly base: string;
  readonly ref: string;
  /** The number of the pull request. Default: the pull request of the workflow run. */
  readonly number: number | undefined;
  /** Prints lines that GitHub turns into annotations. */
  readonly annotate: (text: string) => void;
}

/**
 * Reports what a commit changes in every place on GitHub that the token may write to: the job summary, the comment of
 * the pull request, and a check with annotations. Each of them is complete, and a second run produces the same result.
 *
 * @throws the errors of {@link branchReport}, {@link gitHubFrom} and {@link upsertComment}
 */
export async function commentOnPullRequest(io: Io, options: CommentOptions): Promise<CommentResult> {
  const event = await pullRequestOf(io.env, options.number);
  const report = await branchReport(io, options);
  const summary = await appendSummary(io, report.summary);
  const { conclusion, title } = report;
  if (event === null) {
    if (!summary && io.env["GITHUB_EVENT_NAME"] !== "merge_group")
      throw new FlagError("USAGE", "no pull request is given, and GITHUB_EVENT_PATH and GITHUB_REF contain none", {
        hint: "hoist github comment --pr 12 --base origin/main",
      });
    printNote(io, "this run has no pull request to comment on");
    const check = { conclusion, title, written: annotated(io, report, options), url: null };
    return { pullRequest: null, comment: { action: "none", url: null }, check, summary };
  }
  const github = await gitHubFrom(io.env, options.folder, (text) => printNote(io, text));
  const pull = await readPullRequest(github, event.number);
  await checkSameCommit(report, event, pull);
  const comment = await writeComment(io, github, { report, event, pull, summary });
  const check = await writeCheckOf(io, github, report, event.headSha ?? pull.headSha);
  const written = check.written === "none" ? annotated(io, report, options) : check.written;
  return { pullRequest: pull.number, comment, check: { ...check, written }, summary };
}

/** Annotations are useful only in a workflow. */
function annotated(io: Io, { diagnostics }: BranchReport, { annotate }: CommentOptions): "annotations" | "none" {
  if (diagnostics.length === 0 || io.env["GITHUB_ACTIONS"] !== "true") return "none";
  annotate(githubAnnotations(diagnostics));
  return "annotations";
}

interface CommentContext {
  readonly report: BranchReport;
  readonly event: PullRequestEvent;
  readonly pull: PullRequest;
  readonly summary: boolean;
}

async function writeComment(
  io: Io,
  github: GitHub,
  { report, event, pull, summary }: CommentContext,
): Promise<CommentResult["comment"]> {
  const { number, headSha, mergedAt } = pull;
  const isFork = event.isFork ?? pull.isFork;
  if (mergedAt !== null) {
    printNote(io, `#${number} is merged, so its comment is left unchanged`);
    return { action: "left", url: null };
  }
  if (event.headSha !== null && event.headSha !== headSha) {
    printNote(
      io,
      `#${number} is now at ${short(headSha)}; the run for that commit will write the comment, not this run for ${short(event.headSha)}`,
    );
    return { action: "left", url: null };
  }
  try {
    const wanted = { marker: COMMENT_MARKER, body: report.comment, needsComment: report.needsComment };
    return await upsertComment(github, number, await tokenAccount(github), wanted);
  } catch (error) {
    // In any other case the workflow is misconfigured, which must be reported.
    if (!isForbidden(error) || !(isFork || io.env["GITHUB_ACTOR"] === "dependabot[bot]")) throw error;
    const origin = isFork ? "comes from a fork" : "is from Dependabot";
    printNote(
      io,
      `#${number} ${origin}, so a workflow may not comment on it${summary ? "; the report is in the job summary" : ""}`,
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
    // Only apps may write checks, and the permission is optional in a workflow.
    printNote(io, "no check was written, because that needs the token of a workflow with checks: write");
    return { conclusion, title, written: "none", url: null };
  }
}

/** Refuses a report about a commit that is not the head of the pull request. */
async function checkSameCommit(
  { commit, repository }: BranchReport,
  event: PullRequestEvent,
  { number, headSha }: PullRequest,
): Promise<void> {
  if (event.headSha !== null || commit === headSha) return;
  // A workflow checks out the merge of the pull request into its base.
  const merged = await repository.resolve(`${commit}^2`).catch(() => undefined);
  if (merged === headSha) return;
  throw new FlagError("USAGE", `#${number} is at ${short(headSha)}, but the report would be for ${short(commit)}`, {
    hint: `git fetch origin pull/${number}/head && git checkout FETCH_HEAD     or push your commits: git push`,
  });
}

/** Writes the report into the job summary. @returns whether it was written */
async function appendSummary(io: Io, markdown: string): Promise<boolean> {
  const path = io.env["GITHUB_STEP_SUMMARY"];
  if (!path) return false;
  try {
    await appendToFile(path, `${markdown}\n`);
    return true;
  } catch (error) {
    printNote(io, `the job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

/** Describes what was written on GitHub, one line for each place. */
export function commentText({ pullRequest, comment, check, summary }: CommentResult, style: Style): string {
  const tick = style("green", "✓");
  const of = pullRequest === null ? "" : ` on #${pullRequest}`;
  const did = {
    created: `${tick} commented${of}`,
    updated: `${tick} comment updated${of}`,
    unchanged: `${tick} comment${of} is up to date`,
    none: pullRequest === null ? "" : `${tick} no comment${of}: no flag changes`,
    left: `${style("yellow", "!")} comment${of} left unchanged`,
    refused: `${style("yellow", "!")} no comment${of}: the token lacks the permission`,
  }[comment.action];
  const lines = [
    did === "" || comment.url === null ? did : `${did}  ${comment.url}`,
    `${sign(check.conclusion, style)} check: ${check.title}${check.url === null ? "" : `  ${check.url}`}`,
    summary ? `${tick} the job summary contains the whole report` : "",
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function sign(conclusion: CommentResult["check"]["conclusion"], style: Style): string {
  if (conclusion === "success") return style("green", "✓");
  return conclusion === "failure" ? style("red", "✗") : style("yellow", "!");
}
