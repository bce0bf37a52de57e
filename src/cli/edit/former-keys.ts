import { FlagError } from "../../core/errors.ts";
import { openRepository } from "../../history/repository.ts";
import { formerHolders } from "../../source/edit/key-problem.ts";

/** Warns where git's history once had the key, or one of the same environment variable: its rows are still in the tables. */
export async function formerNotes(folder: string, key: string): Promise<readonly string[]> {
  const removed = await removedPaths(folder).catch((error: unknown) => {
    // Without a repository or a commit there is no history to ask.
    if (error instanceof FlagError) return new Set<string>();
    throw error;
  });
  return formerHolders(key, removed).map((former) =>
    former === key
      ? `git once had a flag ${key}: tables restore its archived row, and programs of that time may still ask for it`
      : `git once had ${former}, whose environment variable ${key} would take over: plan refuses it where a table still has that flag`,
  );
}

/** Every path below flags/ that some step of the main line removed, whether it came back or not. */
async function removedPaths(folder: string): Promise<ReadonlySet<string>> {
  const repository = await openRepository(folder);
  const removed = new Set<string>();
  for await (const { changes } of repository.landings("HEAD", "flags")) {
    for (const { path, after } of changes) if (after === null) removed.add(path);
  }
  return removed;
}
