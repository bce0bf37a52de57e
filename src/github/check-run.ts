import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { printable, printableLines } from "../core/printable.ts";
import type { GitHub } from "./connect.ts";
import { attempt } from "./failure.ts";

/** A check on a commit, as GitHub shows it. */
export interface CheckRun {
  /** The head commit of the pull request. */
  readonly headSha: string;
  readonly conclusion: "success" | "failure" | "neutral";
  /** A summary in one line. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  /** The diagnostics to show in the files. Their paths are relative to the top of the repository. */
  readonly annotations: readonly Diagnostic[];
}

/** The name by which branch protection can require the check. */
export const CHECK_NAME = "flaghoist";
/** The maximum number of annotations that GitHub accepts in one request. */
const BATCH = 50;
/** The maximum number of annotations of one check. The summary counts all diagnostics. */
export const MAX_ANNOTATIONS = 500;
/** GitHub's limit for the summary of a check. */
const SUMMARY_LIMIT = 65_535;

/**
 * Writes the check of a commit. The first request contains everything except the annotations that do not fit into it, so that
 * a later failure loses only annotations. GitHub shows the newest check of a commit.
 *
 * @throws the errors of {@link attempt}; only the token of an app, such as that of a workflow, may write checks
 */
export async function writeCheck(github: GitHub, check: CheckRun): Promise<{ readonly url: string | null }> {
  const { octokit, owner, repo } = github;
  const { headSha, conclusion, title, summary } = check;
  const all = check.annotations.slice(0, MAX_ANNOTATIONS).map(annotationOf);
  const output = { title: title.slice(0, 255), summary: summary.slice(0, SUMMARY_LIMIT) };
  return attempt(`write the check of ${headSha.slice(0, 7)}`, async () => {
    const { data } = await octokit.rest.checks.create({
      owner,
      repo,
      name: CHECK_NAME,
      head_sha: headSha,
      status: "completed",
      conclusion,
      output: { ...output, annotations: all.slice(0, BATCH) },
    });
    for (let at = BATCH; at < all.length; at += BATCH) {
      const annotations = all.slice(at, at + BATCH);
      await octokit.rest.checks.update({ owner, repo, check_run_id: data.id, output: { ...output, annotations } });
    }
    return { url: data.html_url };
  });
}

function annotationOf({ severity, file, line, column, length, code, message, hint }: Diagnostic) {
  return {
    path: file,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column + length,
    annotation_level: severity === "error" ? ("failure" as const) : ("warning" as const),
    title: code,
    message: hint === undefined ? printable(message) : `${printable(message)}\n${printableLines(hint)}`,
  };
}
