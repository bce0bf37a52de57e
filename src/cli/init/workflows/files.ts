import { FlagError } from "../../../core/errors.ts";
import type { TextFile } from "../../generate/text-files.ts";
import { driftWorkflow } from "./drift.ts";
import { PULL_REQUEST_TEMPLATE } from "./pull-request-template.ts";
import type { WorkflowSettings } from "./settings.ts";
import { syncWorkflow } from "./sync.ts";
import { validateWorkflow } from "./validate.ts";

/** A file of `.github/`, and what it is good for. */
export interface GitHubFile extends TextFile {
  readonly note: string;
}

/**
 * What a repository's `.github/` begins with, by paths from its top.
 *
 * @throws FlagError USAGE where a name would be read as an expression
 */
export function gitHubFiles(settings: WorkflowSettings): readonly GitHubFile[] {
  for (const text of [settings.branch, settings.folder]) {
    if (!text.includes("${{")) continue;
    throw new FlagError("USAGE", `"${text}" cannot stand in a workflow: GitHub replaces what begins with \${{`, {
      hint: "rename it, or run hoist init --no-workflows",
    });
  }
  const workflow = (name: string, text: string, note: string) => ({
    path: `.github/workflows/${name}.yml`,
    text,
    note,
  });
  return [
    workflow("validate", validateWorkflow(settings), "on a pull request: check, and say who flips"),
    workflow("sync", syncWorkflow(settings), "on a merge: bring the databases to what the files say"),
    workflow("drift", driftWorkflow(settings), "every hour: an issue while a database says something else"),
    {
      path: ".github/pull_request_template.md",
      text: PULL_REQUEST_TEMPLATE,
      note: "what changes, why, how to undo it",
    },
  ];
}
