import type { Diagnostic } from "../../core/diagnostic/diagnostic.ts";
import { FlagError } from "../../core/errors.ts";
import type { CommitInfo } from "../../history/last-changes.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import type { DiagnosticCode } from "../check/codes.ts";
import type { Files, Origin } from "./desired.ts";

const SETTLED: DiagnosticCode = "fully-rolled-out";

/**
 * The same diagnostics; those of flags that are over also say since when git has had them so, and by whom: the last change
 * of the flag's file and of its segments. Nothing is added where git does not know: no repository, a shallow clone, or
 * changes that no commit has.
 */
export async function withDates(
  diagnostics: readonly Diagnostic[],
  { loaded, commit, repository }: Files,
  { folder }: Origin,
): Promise<readonly Diagnostic[]> {
  const settled = new Set(diagnostics.filter(({ code }) => code === SETTLED).map(({ file }) => file));
  if (settled.size === 0) return diagnostics;
  const git = repository ?? (await repositoryAround(folder));
  const to = commit ?? (await git?.describeHead())?.commit ?? null;
  if (git === null || to === null || (await git.isShallow())) return diagnostics;
  const changed = new Set(commit === null ? await git.changedFiles("flags") : []);
  const pathsOf = new Map(loaded.flags.map(({ path, segmentPaths }) => [path, [path, ...segmentPaths]]));
  const wanted = [...settled].flatMap((path) => pathsOf.get(path) ?? []);
  const changes = await git.lastChanges(new Set(wanted), { from: null, to });
  return diagnostics.map((diagnostic) => {
    const paths = pathsOf.get(diagnostic.file) ?? [];
    if (diagnostic.code !== SETTLED || paths.some((path) => changed.has(path))) return diagnostic;
    const last = newest(paths.flatMap((path) => changes.get(path) ?? []));
    if (last === undefined) return diagnostic;
    return { ...diagnostic, message: `${diagnostic.message}, unchanged since ${sinceText(last)}` };
  });
}

async function repositoryAround(folder: string): Promise<Repository | null> {
  try {
    return await openRepository(folder);
  } catch (error) {
    if (error instanceof FlagError) return null;
    throw error;
  }
}

function newest(changes: readonly CommitInfo[]): CommitInfo | undefined {
  return changes.toSorted((a, b) => Date.parse(b.date) - Date.parse(a.date))[0];
}

function sinceText({ date, authorEmail, pullRequest }: CommitInfo): string {
  const by = pullRequest === null ? authorEmail : `${authorEmail}, #${pullRequest}`;
  return `${date.slice(0, 10)} (${by})`;
}
