import { FlagError } from "../../core/errors.ts";
import { openRepository } from "../../history/repository.ts";
import { variableOf } from "../../core/override/override-text.ts";
import { keyOfPath } from "../../source/shape/key.ts";
import { isFlagPath } from "../../source/shape/paths.ts";

/**
 * Warns when the git history contains the key, or one with the same environment variable, because tables still have its
 * row.
 */
export async function formerKeyNotes(folder: string, key: string): Promise<readonly string[]> {
  const removed = await removedPaths(folder).catch((error: unknown) => {
    // Without a repository or a commit there is no history.
    if (error instanceof FlagError) return new Set<string>();
    throw error;
  });
  const formerKeys = new Set([...removed].filter(isFlagPath).map(keyOfPath));
  const holders = [...formerKeys].filter((former) => variableOf(former) === variableOf(key));
  return holders.map((former) =>
    former === key
      ? `a flag ${key} existed before: a sync restores its archived row, and old programs may still evaluate it`
      : `a flag ${former} with the same environment variable as ${key} existed before: \`hoist plan\` and \`hoist sync\` refuse ${key} while a table still contains ${former}`,
  );
}

/** Returns every path below flags/ that a mainline commit removed, even if it came back later. */
async function removedPaths(folder: string): Promise<ReadonlySet<string>> {
  const repository = await openRepository(folder);
  const removed = new Set<string>();
  for await (const { changes } of repository.mainline("HEAD", "flags")) {
    for (const { path, after } of changes) if (after === null) removed.add(path);
  }
  return removed;
}
