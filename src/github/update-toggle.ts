import { differenceTexts } from "../core/describe/describe-difference.ts";
import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { Environment } from "../history/git-environment.ts";
import { editableTree, filesAfter, type FlagTree } from "../source/edit/flag-tree.ts";
import { loadFlags } from "../source/load/load.ts";
import { isKey } from "../source/shape/key.ts";
import { flagTextAt, readFilesFromGitHub, type WantedFiles } from "./branch-files.ts";
import { gitHubFrom, type GitHub } from "./connect.ts";
import { absentFor, attempt } from "./failure.ts";
import { proposalOf } from "./proposal.ts";
import { propose, type Proposed } from "./propose.ts";
import { branchHead } from "./repository.ts";
import { editToggle } from "./toggle-edit.ts";
import { parseUpdates } from "./toggle-updates.ts";

/** A change that a program requests on behalf of a person. None of its values is trusted. */
export interface ToggleRequest {
  readonly key: FlagKey;
  readonly updates: unknown;
  /** The person who asks for the change, named in the pull request and its commit. */
  readonly adminUserId: string;
  readonly notes: string | undefined;
}

/** The state of the flag that the person saw. */
export interface SeenState {
  readonly environment: string;
  /** The commit that the table was synced from; null when unknown. */
  readonly commit: string | null;
  /** The live flag; null when there is none. */
  readonly flag: Flag | null;
}

/** The repository that holds the flags. */
export interface FlagRepository {
  /** `owner/name`; GITHUB_REPOSITORY unless given. */
  readonly repository?: string | undefined;
  /** Needs write access to contents and pull requests; FLAGS_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN unless given. */
  readonly token?: string | undefined;
  /** GITHUB_API_URL unless given, else that of github.com. */
  readonly apiUrl?: string | undefined;
  /** The path from the top of the repository to the folder that holds `flags/`; the top unless given. */
  readonly folder?: string | undefined;
}

/** The pull request that proposes an update. */
export type ProposedUpdate = Pick<Proposed, "number" | "url">;

const MAX_ADMIN_ID = 200;
const MAX_NOTES = 4_000;

/**
 * Opens the pull request that updates a flag in one environment, or finds an open one with the same change.
 *
 * @throws FlagError when the change is refused; GITHUB_CONFLICT when the flag has changed since the person saw it
 */
export async function proposeUpdate(
  request: ToggleRequest,
  seen: SeenState,
  where: { readonly github: FlagRepository; readonly env: Environment; readonly today: Date },
): Promise<ProposedUpdate> {
  const { key, adminUserId, notes } = request;
  checkRequest(request);
  const updates = parseUpdates(request.updates);

  const github = await gitHubFrom(environmentWith(where.env, where.github));
  const head = await branchHead(github);
  const wanted = { prefix: prefixOf(where.github.folder), key };
  const { files, isWhole } = await readFilesFromGitHub(github, head.tree, wanted);
  const tree = editableTree(files);
  const edited = editToggle(tree, key, seen.environment, updates);
  const manual = await manualChanges(github, tree, seen, wanted);
  if (edited.edits.length === 0) throw nothingToDo(key, seen.environment, head.branch, manual);

  const source = { head, prefix: wanted.prefix, isWhole };
  const remarks = manual.map((text) => `the table of ${seen.environment} has a manual change: ${text}`);
  const by = { note: notes, requestedBy: adminUserId, notes: remarks, today: where.today };
  const { number, url } = await propose(github, proposalOf(github, edited, source, by).proposal);
  return { number, url };
}

function checkRequest({ key, adminUserId, notes }: ToggleRequest): void {
  const wrong = (name: string, expected: string) => new FlagError("USAGE", `${name}: expected ${expected}`);
  // The caller may be JavaScript, and its values may come from a form.
  if (typeof key !== "string" || !isKey(key)) throw wrong("key", "the key of a flag, e.g. workshop_routing");
  const isNamed = typeof adminUserId === "string" && adminUserId.trim() !== "" && adminUserId.length <= MAX_ADMIN_ID;
  if (!isNamed) throw wrong("adminUserId", `the person who asks for the change (1 to ${MAX_ADMIN_ID} characters)`);
  const isText = notes === undefined || (typeof notes === "string" && notes.length <= MAX_NOTES);
  if (!isText) throw wrong("notes", `a string of at most ${MAX_NOTES} characters`);
}

/**
 * Compares the state that the person saw with the branch. A manual change in the table is reported but not refused, because git
 * has not changed.
 *
 * @returns the manual changes as text
 * @throws FlagError GITHUB_CONFLICT when the flag has changed in git since then
 */
async function manualChanges(
  github: GitHub,
  tree: FlagTree,
  { environment, commit, flag }: SeenState,
  wanted: WantedFiles,
): Promise<readonly string[]> {
  const { key } = wanted;
  const now = tree.loaded.flagsFor(environment).get(key);
  if (now === undefined || flag === null) return [];
  const seenTexts = differenceTexts(flag, now);
  if (seenTexts.length === 0) return [];
  const synced = commit === null ? undefined : await flagAt(github, tree, commit, environment, wanted);
  const moved = synced === undefined ? seenTexts : differenceTexts(synced, now);
  if (moved.length === 0) return differenceTexts(now, flag);
  throw new FlagError(
    "GITHUB_CONFLICT",
    `${key} has changed in git since the displayed state of ${environment} was synced: ${moved.join("; ")}`,
    { hint: "wait for the next sync, review the flag, then try again" },
  );
}

/** Reads the flag as it was in a commit; undefined when GitHub does not have the commit, or the commit does not have the flag. */
async function flagAt(
  github: GitHub,
  tree: FlagTree,
  commit: string,
  environment: string,
  wanted: WantedFiles,
): Promise<Flag | undefined> {
  const { octokit, owner, repo } = github;
  const root = await attempt(`read ${commit.slice(0, 7)} of ${github.repository}`, () =>
    octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }),
  ).catch(absentFor(404, 422));
  const text = root && (await flagTextAt(github, root.data.tree.sha, wanted));
  const flag = tree.loaded.flags.find(({ key }) => key === wanted.key);
  if (text === undefined || flag === undefined) return undefined;
  // Uses the current segments, because a change to a segment is not a change to this flag.
  const edit = { from: flag.path, to: flag.path, before: flag.parsed.text, after: text };
  return loadFlags(filesAfter(tree.files, [edit]))
    .flagsFor(environment)
    .get(wanted.key);
}

function nothingToDo(key: FlagKey, environment: string, branch: string, manual: readonly string[]): FlagError {
  const message = `nothing to change: the file of ${key} on ${branch} already has these values for ${environment}`;
  if (manual.length === 0) return new FlagError("USAGE", message);
  return new FlagError("USAGE", `${message}; the table has a manual change: ${manual.join("; ")}`, {
    hint: `hoist sync --env ${environment} --release ${key}        discards the manual change`,
  });
}

/** Options of the program take precedence over environment variables. */
function environmentWith(env: Environment, options: FlagRepository): Environment {
  return {
    ...env,
    FLAGS_GITHUB_TOKEN: options.token ?? env["FLAGS_GITHUB_TOKEN"],
    GITHUB_REPOSITORY: options.repository ?? env["GITHUB_REPOSITORY"],
    GITHUB_API_URL: options.apiUrl ?? env["GITHUB_API_URL"],
  };
}

function prefixOf(folder: string | undefined): string {
  const parts = (folder ?? "").split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((part) => `${part}/`).join("");
}
