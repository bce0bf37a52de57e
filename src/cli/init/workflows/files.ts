import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { FlagError } from "../../../core/errors.ts";
import { writeNew, type NewFile, type Step } from "../first-steps.ts";
import { driftWorkflow } from "./drift.ts";
import { MARK, type WorkflowSettings } from "./parts.ts";
import type { FoundRepository } from "./find-settings.ts";
import { syncWorkflow } from "./sync.ts";
import { validateWorkflow } from "./validate.ts";

/**
 * Returns the files for a repository's `.github/`, with paths from its top.
 *
 * @throws FlagError USAGE for a branch or folder that GitHub would read as an expression
 */
export function gitHubFiles(settings: WorkflowSettings): readonly NewFile[] {
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

/** Asks the author for what the report in the comment cannot contain. */
const PULL_REQUEST_TEMPLATE = `## What changes


## Why


## How to undo it

<!-- For a flag: hoist rollback KEY --pr, or immediately: hoist kill KEY. -->
`;

/**
 * Writes the files of `.github/` that do not exist yet. If a different workflow of the same name exists, the new one
 * gets the prefix `flags-`.
 *
 * @param folder  the folder to which the paths in the result are relative
 * @throws the errors of {@link gitHubFiles}, before anything is written
 */
export function writeWorkflows(folder: string, { root, settings }: FoundRepository): readonly Step[] {
  return gitHubFiles(settings).map((file) => {
    const path = freePath(root, file);
    const { outcome, note } = writeNew(root, { ...file, path });
    return { path: relative(folder, join(root, path)).replaceAll("\\", "/"), outcome, note };
  });
}

/** GitHub reads a template from any of these folders, in any case. */
const TEMPLATE_FOLDERS = [".github", ".", "docs"];

function freePath(root: string, { path, text }: NewFile): string {
  if (basename(path) === "pull_request_template.md") return templateIn(root) ?? path;
  const file = join(root, path);
  if (!text.startsWith(MARK) || !existsSync(file) || readFileSync(file, "utf8").startsWith(MARK)) return path;
  return path.replace(/([^/]+)$/, "flags-$1");
}

function templateIn(root: string): string | undefined {
  return TEMPLATE_FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .find((path) => /^pull_request_template\.(?:md|txt)$/i.test(basename(path)));
}
