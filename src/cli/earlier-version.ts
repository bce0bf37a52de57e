import { FlagError } from "../core/errors.ts";
import type { FlagKey } from "../core/flag.ts";
import { fileVersions, type FileVersion } from "../history/file-versions.ts";
import { openRepository, type Repository } from "../history/repository.ts";
import { servedBy } from "../source/edit/rollback.ts";
import { shortCommit } from "./views/plan-text.ts";

interface Question {
  readonly key: FlagKey;
  /** The file as it stands. */
  readonly text: string;
  /** Null for what any environment is served. */
  readonly environment: string | null;
  /** A commit, branch or tag; null for the version before the last change of what is served. */
  readonly ref: string | null;
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
  return ref === null ? beforeLastChange(repository, folder, question) : atRef(repository, key, ref);
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
  folder: string,
  { key, text, environment }: Question,
): Promise<EarlierVersion> {
  const versions = await fileVersions(folder, { below: "flags", name: `${key}.yaml` });
  const served = servedBy(text, environment);
  const [newest] = versions;
  if (newest?.after != null && differs(newest.after, served, environment)) {
    return { text: textOf(newest.after), notes: ["undoes what is not committed yet"] };
  }
  const unreadable: string[] = [];
  for (const version of versions) {
    if (version.before === null) break;
    const before = servedBy(textOf(version.before), environment);
    if (before === undefined) unreadable.push(shortCommit(version.sha));
    else if (before !== served)
      return { text: textOf(version.before), notes: await undone(repository, version, unreadable) };
  }
  const where = environment === null ? "" : ` in ${environment}`;
  const since = versions.at(-1);
  const created =
    since === undefined ? "git has no earlier version of it" : `it has been so since ${shortCommit(since.sha)}`;
  throw new FlagError("USAGE", `nothing to go back to: what ${key} serves${where} has never changed; ${created}`, {
    hint: `switch it off: hoist set ${key} enabled=false${environment === null ? "" : ` --env ${environment}`}`,
  });
}

function differs(bytes: Uint8Array, served: string | undefined, environment: string | null): boolean {
  const before = servedBy(textOf(bytes), environment);
  return before !== undefined && before !== served;
}

async function undone(
  repository: Repository,
  { sha, parent, path }: FileVersion,
  unreadable: readonly string[],
): Promise<readonly string[]> {
  const info = (await repository.lastChanges([path], { from: parent, to: sha })).get(path);
  const number =
    info?.pullRequest == null || info.subject.includes(`#${info.pullRequest}`) ? "" : ` (#${info.pullRequest})`;
  const who = info === undefined ? "" : ` by ${info.authorEmail}, ${info.date.slice(0, 10)}: ${info.subject}${number}`;
  const skipped =
    unreadable.length === 0 ? [] : [`versions before ${unreadable.join(", ")} could not be read and were passed over`];
  return [`undoes ${shortCommit(info?.sha ?? sha)}${who}`, ...skipped];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
