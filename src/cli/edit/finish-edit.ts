import { existsSync } from "node:fs";
import { join } from "node:path";
import { FlagError } from "../../core/errors.ts";
import type { Flag, FlagKey } from "../../core/flag/flag.ts";
import { type Edited, type EditResult, refusal } from "../../source/edit/edit-result.ts";
import { meaningsOf } from "../../source/edit/meanings.ts";
import type { LoadedFlags } from "../../source/load/load.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Io } from "../terminal/io.ts";
import { editText, type EditNeed, type EditView } from "./edit-text.ts";
import { lineDiff } from "../terminal/line-diff.ts";
import { writeEdits } from "./write-edits.ts";

export interface Finish {
  /** The folder that holds `flags/`. */
  readonly folder: string;
  readonly key: FlagKey;
  /** Where the flag is found before the edit, when its key changes. */
  readonly formerKey?: FlagKey;
  readonly dryRun: boolean;
  readonly format: "text" | "json";
  readonly notes?: readonly string[];
  /** In place of the usual next steps. */
  readonly next?: readonly string[];
}

/** Writes what an edit came to, and says what it means and what comes next. @throws FlagError where it was refused */
export async function finishEdit(io: Io, result: EditResult, finish: Finish): Promise<ExitCode> {
  if (!result.ok) throw refusal(result);
  const { folder, key, dryRun } = finish;
  const isWritten = !dryRun && result.edits.length > 0;
  if (isWritten) {
    await writeEdits(folder, result.edits);
    await refreshSchema(folder, result.after);
  }
  const view: EditView = {
    key,
    isWritten,
    edits: result.edits,
    meanings: meaningsOf(result, key, finish.formerKey),
    voided: result.voided,
    needs: isWritten ? await needsOf(folder, result, key) : [],
    failures: result.failures,
    notes: [...(finish.notes ?? []), ...disabledNotes(result, key)],
    next: result.edits.length === 0 ? [] : (finish.next ?? nextSteps(result, key)),
  };
  io.out(finish.format === "json" ? editJson(view) : editText(view, io.style, io.columns));
  return EXIT.done;
}

/**
 * A share in an environment that is switched off reaches nobody, which is easily forgotten.
 *
 * @param again  what the printed command says again, empty or beginning with a space
 */
export function disabledNotes({ before, after }: Edited, key: FlagKey, again = ""): readonly string[] {
  const environments = after.config?.environments.map(({ name }) => name) ?? [];
  const idle = environments.filter((name) => {
    const [was, is] = [before.flagsFor(name).get(key), after.flagsFor(name).get(key)];
    return was !== undefined && is !== undefined && !was.enabled && !is.enabled && changesAnswer(was, is);
  });
  return idle.map(
    (name) =>
      `${key} is disabled in ${name}, nobody gets this before: hoist set ${key} enabled=true --env ${name}${again}`,
  );
}

function changesAnswer(was: Flag, is: Flag): boolean {
  const lines = ({ rules, rollout, serve }: Flag) => JSON.stringify({ rules, rollout, serve });
  return lines(was) !== lines(is);
}

/** What a sync will ask about, compared with the last commit: that is where the table comes from. */
async function needsOf(folder: string, result: Edited, key: FlagKey): Promise<readonly EditNeed[]> {
  const { after, before } = result;
  const { environments = [], policies } = after.config ?? {};
  const isTouched = (name: string) =>
    JSON.stringify(before.flagsFor(name).get(key)) !== JSON.stringify(after.flagsFor(name).get(key));
  const touched = environments.filter((each) => each.protected && isTouched(each.name));
  const info = after.flags.find((flag) => flag.key === key);
  if (touched.length === 0 || policies === undefined || info === undefined) return [];
  const committed = await lastCommitted(folder);
  if (committed === undefined) return [];
  const { editNeeds } = await import("../../impact/needs.ts");
  return touched.flatMap(({ name }) => {
    const flag = after.flagsFor(name).get(key);
    if (flag === undefined) return [];
    const desired = { flag, path: info.path, acknowledged: info.acknowledge[name] ?? null };
    const was = committed.flagsFor(name).get(key) ?? null;
    const open = editNeeds(name, { before: was, desired }, policies).filter(({ acknowledged }) => !acknowledged);
    const [first] = open;
    // One id stands for the end state, whatever is dangerous about it.
    return first === undefined
      ? []
      : [{ environment: name, id: first.id, text: open.map(({ text }) => text).join("; ") }];
  });
}

/** The flags of HEAD; undefined without a commit, where nothing can have been synced from one. */
async function lastCommitted(folder: string): Promise<LoadedFlags | undefined> {
  const { readFiles } = await import("../../source/read/desired.ts");
  try {
    return (await readFiles({ folder, ref: "HEAD" }, () => {})).loaded;
  } catch (error) {
    if (error instanceof FlagError) return undefined;
    throw error;
  }
}

function nextSteps({ after }: Edited, key: FlagKey): readonly string[] {
  const hasTests = after.flags.some((flag) => flag.key === key && (flag.file.tests?.length ?? 0) > 0);
  const compare = "hoist validate --base HEAD        what the edit changes, and what has to be acknowledged";
  return hasTests ? [`hoist test ${key}`, compare] : [compare];
}

function editJson({ edits, ...view }: EditView): string {
  const files = edits.map(({ from, to, before, after }) => ({ from, to, diff: lineDiff(before, after) }));
  return JSON.stringify({ ...view, files }, null, 2);
}

/** Editors complete from flags/_schema/, in a repository that has it. */
async function refreshSchema(folder: string, loaded: LoadedFlags): Promise<void> {
  if (!existsSync(join(folder, "flags/_schema"))) return;
  const { writeSchemas } = await import("../generate/generated-files.ts");
  await writeSchemas(folder, loaded);
}
