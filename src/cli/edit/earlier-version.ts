import { FlagError } from "../../core/errors.ts";
import type { FlagKey } from "../../core/flag/flag.ts";
import type { LandedChange } from "../../history/mainline.ts";
import type { CommitInfo } from "../../history/last-changes.ts";
import { openRepository, type Repository } from "../../history/repository.ts";
import { servedBy } from "../../source/edit/rollback.ts";
import { shortCommit } from "../plan/plan-text.ts";

interface Question {
  readonly key: FlagKey;
  /** The file as it stands. */
  readonly text: string;
  /** Null for what any environment is served. */
  readonly environment: string | null;
  /** A commit, branch or tag; null for the version before the last change of what is served. */
  readonly ref: string | null;
  /** The commit whose history is looked through; null for HEAD. */
  readonly from: string | null;
}

export interface EarlierVersion {
  readonly text: string;
  /** What is undone: commit, author, pull request. */
  readonly notes: readonly string[];
}

/** The version of a flag's file to go back to. @throws FlagError where git has none */
export async function earlierVersion(folder: string, question: Question): Promise<EarlierVersion> {
  const { key, ref } = question;
  const repository = await openRepository(folder);
  if (question.from !== null) await checkThere(repository, question.from);
  return ref === null ? beforeLastChange(repository, question) : atRef(repository, key, ref);
}

/** The branch on GitHub may be ahead of the clone. */
async function checkThere(repository: Repository, commit: string): Promise<void> {
  await repository.resolve(commit).catch((cause: unknown) => {
    if (!(cause instanceof FlagError) || cause.code !== "UNKNOWN_COMMIT") throw cause;
    const message = `this clone does not have ${shortCommit(commit)} of GitHub yet, and what there was before is read from its history`;
    throw new FlagError("GITHUB_CONFLICT", message, { hint: "git pull, look at the flag, then run it again", cause });
  });
}

async function atRef(repository: Repository, key: FlagKey, ref: string): Promise<EarlierVersion> {
  const commit = await repository.resolve(ref);
  const files = await repository.readFiles(commit, "flags");
  const file = files.find(({ path, kind }) => kind === "file" && path.endsWith(`/${key}.yaml`));
  if (file === undefined) {
    throw new FlagError("USAGE", `${ref} (${shortCommit(commit)}) has no flag ${key}`, {
      hint: `hoist log ${key} shows since when there is one`,
    });
  }
  return { text: textOf(file.bytes), notes: [`as it was at ${ref} (${shortCommit(commit)})`] };
}

async function beforeLastChange(
  repository: Repository,
  { key, text, environment, from }: Question,
): Promise<EarlierVersion> {
  const served = servedBy(text, environment);
  const unreadable: string[] = [];
  let oldest: string | undefined;
  const blobs = repository.openBlobs();
  try {
    for await (const step of repository.landings(from ?? "HEAD", "flags")) {
      const { before, after, paths } = changeOf(key, step);
      if (paths.size === 0) continue;
      if (oldest === undefined && after !== null) {
        const committed = textOf(await blobs.read(after));
        const last = servedBy(committed, environment);
        if (last !== undefined && last !== served)
          return { text: committed, notes: ["undoes what is not committed yet"] };
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
  const where = environment === null ? "" : ` in ${environment}`;
  const since = oldest === undefined ? "git has no version of it yet" : `it has been so since ${shortCommit(oldest)}`;
  throw new FlagError("USAGE", `nothing to go back to: what ${key} serves${where} has never changed; ${since}`, {
    hint: `switch it off: hoist set ${key} enabled=false${environment === null ? "" : ` --env ${environment}`}`,
  });
}

/** What a step did to the flag's file, wherever it lies: one that only moved is gone at one path and new at another. */
function changeOf(key: FlagKey, { changes }: LandedChange) {
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
    unreadable.length === 0 ? [] : [`versions before ${unreadable.join(", ")} could not be read and were passed over`];
  return [`undoes ${shortCommit(sha)} by ${authorEmail}, ${date.slice(0, 10)}: ${subject}${number}`, ...skipped];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
