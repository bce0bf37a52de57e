import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import { existsAt } from "../../files/entry.ts";
import { checkWritable } from "../../files/safe-path.ts";
import { editNeeds } from "../../impact/needs.ts";
import type { Edited } from "../../source/edit/edit-result.ts";
import { editableTree, type FlagTree } from "../../source/edit/flag-tree.ts";
import { touchedEnvironments } from "../../source/edit/meanings.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { readWorkTree } from "../../source/read/work-tree.ts";
import { type TextFile, writeStale } from "../generate/text-files.ts";
import { type EditNeed, type EditOutcome, type EditRequest, openNeeds, outcomeOf } from "./outcome.ts";
import { writeEdits } from "./write-edits.ts";
import { own } from "../../core/own.ts";

/**
 * Makes an edit in the work tree.
 *
 * @param folder  the one that holds `flags/`
 * @throws FlagError when the edit is refused or cannot be written
 */
export async function editWorkTree(folder: string, dryRun: boolean, request: EditRequest): Promise<EditOutcome> {
  const { result, notes = [], next } = await request.edit(await readFlagTree(folder), { folder, commit: null });
  const isWritten = !dryRun && result.edits.length > 0;
  if (isWritten) {
    const schemas = await schemasOf(folder, result.after);
    for (const { path } of schemas) await checkWritable(folder, path);
    await writeEdits(folder, result.edits);
    await writeStale(folder, schemas);
  }
  return {
    ...outcomeOf(result, notes),
    destination: { kind: "workTree", isWritten },
    needs: isWritten ? await needsOf(folder, result) : [],
    next: result.edits.length === 0 ? [] : (next ?? nextSteps(result)),
  };
}

async function readFlagTree(folder: string): Promise<FlagTree> {
  const files = await readWorkTree(folder);
  if (files.length > 0) return editableTree(files);
  throw new FlagError("NO_FLAGS", `${folder}/flags is missing or empty`, {
    hint: "run hoist init to create it, or name another folder with --cwd",
  });
}

/** Returns the files of flags/_schema/, which editors use for completion; none in a repository without that folder. */
async function schemasOf(folder: string, loaded: LoadedFlags): Promise<readonly TextFile[]> {
  if (!existsAt(join(folder, "flags/_schema"))) return [];
  const { schemaFiles } = await import("../generate/generated-files.ts");
  return schemaFiles(loaded);
}

/**
 * Returns the changes that a sync will refuse, compared with the last commit, because tables are synced from commits.
 */
async function needsOf(folder: string, edited: Edited): Promise<readonly EditNeed[]> {
  const { after, key } = edited;
  const { environments = [], policies, attributes } = after.config ?? {};
  const touched = touchedEnvironments({ ...edited, formerKey: key });
  const guarded = environments.filter(({ name, protected: isProtected }) => isProtected && touched.includes(name));
  const info = after.flags.find((flag) => flag.key === key);
  if (guarded.length === 0 || policies === undefined || attributes === undefined || info === undefined) return [];
  const committed = await lastCommitted(folder);
  if (committed === undefined) return [];
  return guarded.flatMap(({ name }) => {
    const flag = after.flagsFor(name).get(key);
    if (flag === undefined) return [];
    const desired = { flag, path: info.path, acknowledged: own(info.acknowledge, name) ?? null };
    const sides = { before: committed.flagsFor(name), after: after.flagsFor(name) };
    const needs = editNeeds(name, desired, sides, { policies, attributes: [attributes], work: after.work });
    return openNeeds(name, needs, () => info.path);
  });
}

/** Loads the flags of HEAD; undefined without a commit, since nothing can have been synced then. */
async function lastCommitted(folder: string): Promise<LoadedFlags | undefined> {
  const { readFiles } = await import("../../source/read/read-files.ts");
  try {
    return (await readFiles({ folder, ref: "HEAD", isPast: true }, () => {})).loaded;
  } catch (error) {
    if (error instanceof FlagError) return undefined;
    throw error;
  }
}

function nextSteps({ after, key }: Edited): readonly string[] {
  const hasTests = after.flags.some((flag) => flag.key === key && (flag.file.tests?.length ?? 0) > 0);
  const compare = "hoist validate --base HEAD --work-tree   what the edit changes, and what has to be acknowledged";
  return hasTests ? [`hoist test ${key}`, compare] : [compare];
}
