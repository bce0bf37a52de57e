import { differences } from "../core/plan/difference.ts";
import { FlagError } from "../core/errors.ts";
import type { Flag, FlagKey } from "../core/flag/flag.ts";
import type { Environment } from "../history/git-environment.ts";
import { checkedTree } from "../source/edit/checked-tree.ts";
import { type FlagTree, withText } from "../source/edit/edit-flag.ts";
import { refusal, refused, type Refused } from "../source/edit/edit-result.ts";
import { loadFlags } from "../source/load/load.ts";
import { isKey } from "../source/shape/key.ts";
import { gitHubFrom, type GitHub } from "./connect.ts";
import { gitHubFailure, statusOf } from "./failure.ts";
import { proposalOf } from "./proposal.ts";
import { reportOf } from "./proposal-report.ts";
import { propose } from "./propose.ts";
import { tipOf } from "./tip.ts";
import { flagTextAt, readTipFiles } from "./tip-files.ts";
import { editToggle } from "./toggle-edit.ts";
import { isRefusal, parseUpdates } from "./parse-updates.ts";

/** A change that a program asks for, for somebody. Nothing of it is trusted. */
export interface ToggleRequest {
  readonly key: FlagKey;
  readonly updates: unknown;
  /** Who asks: stands in the pull request and in its commit. */
  readonly adminUserId: string;
  readonly notes: string | undefined;
}

/** What whoever asks has before their eyes. */
export interface Seen {
  readonly environment: string;
  /** The commit that the table was synced from; null where that is unknown. */
  readonly commit: string | null;
  /** As the table has it; null where it has none, or there is no data. */
  readonly flag: Flag | null;
}

/** Which repository holds the flags. */
export interface FlagRepository {
  /** `owner/name`; else GITHUB_REPOSITORY. */
  readonly repository?: string | undefined;
  /** May write contents and pull requests; else FLAGS_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN. */
  readonly token?: string | undefined;
  /** Else GITHUB_API_URL, else github.com's. */
  readonly apiUrl?: string | undefined;
  /** The folder that holds `flags/`, from the top of the repository; the top unless given. */
  readonly folder?: string | undefined;
}

export interface ProposedUpdate {
  readonly number: number;
  readonly url: string;
}

const LONGEST_ADMIN = 200;
const LONGEST_NOTES = 4_000;

/**
 * Opens the pull request that updates a flag in one environment, or finds the one that was opened for the same before.
 *
 * @throws FlagError for everything that stands against it: GITHUB_CONFLICT where the flag is no longer what was seen
 */
export async function proposeUpdate(
  request: ToggleRequest,
  seen: Seen,
  where: { readonly github: FlagRepository; readonly env: Environment; readonly today: Date },
): Promise<ProposedUpdate> {
  const { key, adminUserId, notes } = request;
  const problem = requestProblem(request);
  if (problem !== undefined) throw refusal(problem);
  const updates = parseUpdates(request.updates);
  if (isRefusal(updates)) throw refusal(updates);

  const github = await gitHubFrom(environmentWith(where.env, where.github));
  const tip = await tipOf(github);
  const wanted = { prefix: prefixOf(where.github.folder), key };
  const { files, isWhole } = await readTipFiles(github, tip.tree, wanted);
  const tree = checkedTree(files);
  const edited = editToggle(tree, key, seen.environment, updates);
  if (!edited.ok) throw refusal(edited);
  const held = await heldByHand(github, tree, seen, wanted);
  if (edited.edits.length === 0) throw nothingToDo(key, seen.environment, tip.branch, held);

  const ground = { tip, prefix: wanted.prefix, isWhole };
  const byHand = held.map((text) => `in the table of ${seen.environment} it was changed by hand: ${text}`);
  const wish = { key, note: notes, requestedBy: adminUserId, notes: byHand };
  const { proposal } = proposalOf(github, edited, reportOf(edited, tip, where.today), ground, wish);
  const { number, url } = await propose(github, proposal);
  return { number, url };
}

function requestProblem({ key, adminUserId, notes }: ToggleRequest): Refused | undefined {
  const wrong = (name: string, expected: string) => refused("usage", `${name}: expected ${expected}`, "");
  // A program may be JavaScript, and what it hands on may come from a form.
  if (typeof key !== "string" || !isKey(key)) return wrong("key", "the key of a flag, e.g. workshop_routing");
  const isNamed = typeof adminUserId === "string" && adminUserId.trim() !== "" && adminUserId.length <= LONGEST_ADMIN;
  if (!isNamed) return wrong("adminUserId", `who asks for the change, in 1 to ${LONGEST_ADMIN} characters`);
  const isText = notes === undefined || (typeof notes === "string" && notes.length <= LONGEST_NOTES);
  return isText ? undefined : wrong("notes", `a text of at most ${LONGEST_NOTES} characters`);
}

/**
 * Compares what was seen with what the branch says now. What was changed by hand in the table is told, not refused: git has
 * not moved.
 *
 * @returns what the table has otherwise than git, in words
 * @throws FlagError GITHUB_CONFLICT where git has moved since
 */
async function heldByHand(
  github: GitHub,
  tree: FlagTree,
  { environment, commit, flag }: Seen,
  wanted: { readonly prefix: string; readonly key: FlagKey },
): Promise<readonly string[]> {
  const { key } = wanted;
  const now = tree.loaded.flagsFor(environment).get(key);
  if (now === undefined || flag === null) return [];
  const seenTexts = textsBetween(flag, now);
  if (seenTexts.length === 0) return [];
  const synced = commit === null ? undefined : await flagAt(github, tree, commit, environment, wanted);
  const moved = synced === undefined ? seenTexts : textsBetween(synced, now);
  if (moved.length === 0) return textsBetween(now, flag);
  throw new FlagError(
    "GITHUB_CONFLICT",
    `${key} was changed in git since the ${environment} that you see: ${moved.join("; ")}`,
    { hint: "wait until that is synced, look at it again, then ask again" },
  );
}

/** The flag as its file stood at a commit; undefined where GitHub has no such commit, or no such flag in it. */
async function flagAt(
  github: GitHub,
  tree: FlagTree,
  commit: string,
  environment: string,
  wanted: { readonly prefix: string; readonly key: FlagKey },
): Promise<Flag | undefined> {
  const { octokit, owner, repo } = github;
  const root = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }).catch((error: unknown) => {
    const status = statusOf(error);
    if (status === 404 || status === 422) return undefined;
    throw gitHubFailure(error, `read ${commit.slice(0, 7)} of ${github.repository}`);
  });
  const text = root && (await flagTextAt(github, root.data.tree.sha, wanted));
  const path = tree.loaded.flags.find(({ key }) => key === wanted.key)?.path;
  if (text === undefined || path === undefined) return undefined;
  // Among today's segments: what those have changed since is not this flag's doing.
  return loadFlags(withText(tree.files, path, text))
    .flagsFor(environment)
    .get(wanted.key);
}

function textsBetween(before: Flag, after: Flag): readonly string[] {
  return differences(before, after).map(({ text }) => text);
}

function nothingToDo(key: FlagKey, environment: string, branch: string, held: readonly string[]): FlagError {
  const message = `nothing to change: the file of ${key} on ${branch} says so already for ${environment}`;
  if (held.length === 0) return new FlagError("USAGE", message);
  return new FlagError("USAGE", `${message}; the table was changed by hand: ${held.join("; ")}`, {
    hint: `hoist sync --env ${environment} --release ${key}        what git says applies again`,
  });
}

/** What the program says beats the environment. */
function environmentWith(env: Environment, { token, repository, apiUrl }: FlagRepository): Environment {
  return {
    ...env,
    ...(token === undefined ? {} : { FLAGS_GITHUB_TOKEN: token }),
    ...(repository === undefined ? {} : { GITHUB_REPOSITORY: repository }),
    ...(apiUrl === undefined ? {} : { GITHUB_API_URL: apiUrl }),
  };
}

function prefixOf(folder: string | undefined): string {
  const parts = (folder ?? "").split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((part) => `${part}/`).join("");
}
