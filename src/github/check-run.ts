import type { Diagnostic } from "../core/diagnostic/diagnostic.ts";
import { visible } from "../core/diagnostic/diagnostic-text.ts";
import type { GitHub } from "./connect.ts";
import { gitHubFailure } from "./failure.ts";

export interface CheckRun {
  /** Of the commit that the pull request stands at. */
  readonly headSha: string;
  readonly conclusion: "success" | "failure" | "neutral";
  /** One line. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  /** Their files from the top of the repository. */
  readonly annotations: readonly Diagnostic[];
}

/** What branch protection can ask for by name. */
export const CHECK_NAME = "flaghoist";
/** What GitHub takes in one request. */
const BATCH = 50;
/** More than anybody reads; the summary counts them all. */
export const MOST_ANNOTATIONS = 500;
/** GitHub's limit for a summary, and 1,024 for a title … of an annotation 255. */
const SUMMARY_LIMIT = 65_535;

/**
 * The check of a commit with its annotations, complete from the first request: should a later one fail, only annotations are
 * missing. A second run for the same commit replaces the first in what GitHub shows.
 *
 * @throws FlagError as gitHubFailure says; only the token of an app, as a workflow's is, may write checks
 */
export async function writeCheck(github: GitHub, check: CheckRun): Promise<{ readonly url: string | null }> {
  const { octokit, owner, repo } = github;
  const { headSha, conclusion, title, summary } = check;
  const all = check.annotations.slice(0, MOST_ANNOTATIONS).map(annotationOf);
  const output = { title: title.slice(0, 255), summary: summary.slice(0, SUMMARY_LIMIT) };
  try {
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
  } catch (error) {
    throw gitHubFailure(error, `write the check of ${headSha.slice(0, 7)}`);
  }
}

interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  start_column: number;
  end_column: number;
  annotation_level: "failure" | "warning";
  title: string;
  message: string;
}

function annotationOf({ severity, file, line, column, length, code, message, hint }: Diagnostic): Annotation {
  return {
    path: file,
    start_line: line,
    end_line: line,
    start_column: column,
    end_column: column + length,
    annotation_level: severity === "error" ? "failure" : "warning",
    title: code,
    message: hint === undefined ? visible(message) : `${visible(message)}\n${lines(hint)}`,
  };
}

function lines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
