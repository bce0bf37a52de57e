import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { CommitInfo } from "../../history/commit-info.ts";
import type { MainlineChange } from "../../history/mainline.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { servedBy } from "../../source/edit/rollback.ts";
import { shortCommit } from "../plan/plan-text.ts";

interface VersionQuery {
  readonly key: FlagKey;
  /** The current text of the flag's file. */
  readonly current: string;
  /** The environment whose served values are compared; null for all environments. */
  readonly environment: string | null;
  /** A commit, branch or tag; null for the version before the last change to the served values. */
  readonly ref: string | null;
  /** The commit from which history is searched backwards; null for HEAD. */
  readonly from: string | null;
}

/** An earlier version of a flag's file. */
export interface EarlierVersion {
  readonly text: string;
  /** Describes the commits that are undone, one per line. */
  readonly notes: readonly string[];
}

/** Finds the version of a flag's file to restore. @throws FlagError when git has none */
export async function earlierVersion(folder: string, query: VersionQuery): Promise<EarlierVersion> {
  const repository = await openRepository(folder);
  if (query.from !== null) await checkFetched(repository, query.from);
  return query.ref === null ? beforeLastChange(repository, query) : atRef(repository, query.key, query.ref);
}

/** Refuses a commit that the clone does not have, because the branch on GitHub may be ahead of it. */
async function checkFetched(repository: Repository, commit: string): Promise<void> {
  await repository.resolve(commit).catch((cause: unknown) => {
    if (!(cause instanceof FlagError) || cause.code !== "UNKNOWN_COMMIT") throw cause;
    const message = `this clone does not have commit ${shortCommit(commit)} from GitHub yet, and a rollback reads earlier versions from the clone`;
    throw new FlagError("GITHUB_CONFLICT", message, {
      hint: "git pull, review the flag, then run the command again",
      cause,
    });
  });
}

async function atRef(repository: Repository, key: FlagKey, ref: string): Promise<EarlierVersion> {
  const commit = await repository.resolve(ref);
  const files = await repository.readFiles(commit, "flags");
  const file = files.find(({ path, kind }) => kind === "file" && path.endsWith(`/${key}.yaml`));
  if (file === undefined) {
    throw new FlagError("USAGE", `flag ${key} does not exist at ${ref} (${shortCommit(commit)})`, {
      hint: `hoist log ${key} shows when it was added`,
    });
  }
  return { text: textOf(file.bytes), notes: [`restores the version of ${ref} (${shortCommit(commit)})`] };
}

async function beforeLastChange(repository: Repository, query: VersionQuery): Promise<EarlierVersion> {
  const { key, current, environment, from } = query;
  const served = servedBy(current, environment);
  const unreadable: string[] = [];
  let oldest: string | undefined;
  const blobs = repository.openBlobs();
  try {
    for await (const step of repository.mainline(from ?? "HEAD", "flags")) {
      const { before, after, paths } = changeOf(key, step);
      if (paths.size === 0) continue;
      if (oldest === undefined && after !== null) {
        const committed = textOf(await blobs.read(after));
        const last = servedBy(committed, environment);
        if (last !== undefined && last !== served) return { text: committed, notes: ["undoes uncommitted changes"] };
      }
      oldest = step.sha;
      if (before === null) break;
      const earlier = textOf(await blobs.read(before));
      const was = servedBy(earlier, environment);
      if (was === undefined) unreadable.push(shortCommit(step.sha));
      else if (was !== served) return { text: earlier, notes: undone(step.madeBy(paths), unreadable) };
    }
  } finally {
    await blobs.close();
  }
  throw neverChanged(query, oldest);
}

function neverChanged({ key, environment }: VersionQuery, oldest: string | undefined): FlagError {
  const where = environment === null ? "" : ` in ${environment}`;
  const since = oldest === undefined ? "no version of it is committed yet" : `unchanged since ${shortCommit(oldest)}`;
  return new FlagError("USAGE", `nothing to roll back: what ${key} serves${where} has never changed (${since})`, {
    hint: `to disable it: hoist set ${key} enabled=false${environment === null ? "" : ` --env ${environment}`}`,
  });
}

/** Returns how a commit changed the flag's file, in any folder. A move removes one path and adds another. */
function changeOf(key: FlagKey, { changes }: MainlineChange) {
  const own = changes.filter(({ path }) => path.endsWith(`/${key}.yaml`));
  return {
    paths: new Set(own.map(({ path }) => path)),
    before: own.find((change) => change.before !== null)?.before ?? null,
    after: own.find((change) => change.after !== null)?.after ?? null,
  };
}

function undone(
  { sha, authorEmail, date, subject, pullRequest }: CommitInfo,
  unreadable: readonly string[],
): readonly string[] {
  const number = pullRequest === null || subject.includes(`#${pullRequest}`) ? "" : ` (#${pullRequest})`;
  const skipped =
    unreadable.length === 0 ? [] : [`skipped versions that cannot be read, before ${unreadable.join(", ")}`];
  return [`undoes ${shortCommit(sha)} by ${authorEmail}, ${date.slice(0, 10)}: ${subject}${number}`, ...skipped];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
