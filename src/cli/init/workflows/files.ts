import { FlagError } from "../../../core/errors.ts";
import type { TextFile } from "../../generate/text-files.ts";
import { driftWorkflow } from "./drift.ts";
import { PULL_REQUEST_TEMPLATE } from "./pull-request-template.ts";
import type { WorkflowSettings } from "./settings.ts";
import { syncWorkflow } from "./sync.ts";
import { validateWorkflow } from "./validate.ts";

/** A file of `.github/`, and what it is for. */
export interface GitHubFile extends TextFile {
  readonly note: string;
}

/**
 * Returns the files for a repository's `.github/`, with paths from its top.
 *
 * @throws FlagError USAGE for a branch or folder that GitHub would read as an expression
 */
export function gitHubFiles(settings: WorkflowSettings): readonly GitHubFile[] {
  for (const text of [settings.branch, settings.folder]) {
    if (!text.includes("${{")) continue;
    throw new FlagError("USAGE", `"${text}" cannot be used in a workflow, because GitHub evaluates \${{`, {
      hint: "rename it, or run hoist init --no-workflows",
    });
  }
  const workflow = (name: string, text: string, note: string) => ({
    path: `.github/workflows/${name}.yml`,
    text,
    note,
  });
  return [
    workflow("validate", validateWorkflow(settings), "on a pull request: check the flags, report what changes"),
    workflow("sync", syncWorkflow(settings), "on a merge: sync the flags to the databases"),
    workflow("drift", driftWorkflow(settings), "every hour: report drift in an issue"),
    {
      path: ".github/pull_request_template.md",
      text: PULL_REQUEST_TEMPLATE,
      note: "what changes, why, how to undo it",
    },
  ];
}
