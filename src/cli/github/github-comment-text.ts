import type { CommentResult } from "./github-comment.ts";
import type { Style } from "../terminal/io.ts";

/** What was said where on GitHub, one line a place. */
export function commentText({ pullRequest, comment, check, summary }: CommentResult, style: Style): string {
  const tick = style("green", "✓");
  const of = pullRequest === null ? "" : ` on #${pullRequest}`;
  const did = {
    created: `${tick} commented${of}`,
    updated: `${tick} comment updated${of}`,
    unchanged: `${tick} comment${of} says so already`,
    none: pullRequest === null ? "" : `${tick} no comment${of}: no flag changes`,
    left: `${style("yellow", "!")} comment${of} left as it is`,
    refused: `${style("yellow", "!")} no comment${of}: the token may not write there`,
  }[comment.action];
  const lines = [
    did === "" || comment.url === null ? did : `${did}  ${comment.url}`,
    `${sign(check.conclusion, style)} check: ${check.title}${check.url === null ? "" : `  ${check.url}`}`,
    summary ? `${tick} the job's summary has the whole report` : "",
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function sign(conclusion: CommentResult["check"]["conclusion"], style: Style): string {
  if (conclusion === "success") return style("green", "✓");
  return conclusion === "failure" ? style("red", "✗") : style("yellow", "!");
}
