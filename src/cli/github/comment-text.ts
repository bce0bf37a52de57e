import type { CommentResult } from "./comment-on-pull-request.ts";
import type { Style } from "../terminal/io.ts";

/** Says what was written on GitHub, one line for each place. */
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
