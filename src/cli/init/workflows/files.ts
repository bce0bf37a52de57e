import { readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { FlagError } from "../../../core/errors.ts";
import { existsAt } from "../../../files/entry.ts";
import { checkWritable } from "../../../files/safe-path.ts";
import { textOf } from "../../generate/text-files.ts";
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
export async function writeWorkflows(folder: string, { root, settings }: FoundRepository): Promise<readonly Step[]> {
  const files: NewFile[] = [];
  for (const file of gitHubFiles(settings)) {
    await checkWritable(root, file.path);
    files.push({ ...file, path: await freePath(root, file) });
  }
  const steps: Step[] = [];
  for (const file of files) {
    const { outcome, note } = await writeNew(root, file);
    steps.push({ path: relative(folder, join(root, file.path)).replaceAll("\\", "/"), outcome, note });
  }
  return steps;
}

/** GitHub reads a template from any of these folders, whatever the case of its name. */
const TEMPLATE_FOLDERS = [".github", ".", "docs"];

async function freePath(root: string, { path, text }: NewFile): Promise<string> {
  if (basename(path) === "pull_request_template.md") return (await templateIn(root)) ?? path;
  if (!text.startsWith(MARK)) return path;
  const present = await textOf(join(root, path));
  return present === undefined || present.startsWith(MARK) ? path : path.replace(/([^/]+)$/, "flags-$1");
}

async function templateIn(root: string): Promise<string | undefined> {
  for (const folder of TEMPLATE_FOLDERS.filter((each) => existsAt(join(root, each)))) {
    const names = await readdir(join(root, folder));
    const name = names.find((each) => /^pull_request_template\.(?:md|txt)$/i.test(each));
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}
