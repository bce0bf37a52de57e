import { FlagError } from "../core/errors.ts";
import { type Git, textFrom } from "./git.ts";
import { headOf } from "./head.ts";

/**
 * Returns the full id of a branch, tag, short id or relative name such as `HEAD~2`. A name that could mean two things is
 * refused, because git would silently take one of them.
 *
 * @throws FlagError UNKNOWN_COMMIT
 */
export async function resolveRef(git: Git, ref: string): Promise<string> {
  // oxlint-disable-next-line no-control-regex -- the pattern is meant to match control characters
  if (ref === "" || ref.startsWith("-") || /[\u0000-\u001f\u007f]/.test(ref)) {
    throw unknown(`${JSON.stringify(ref)} is not the name of a commit`, "give a branch, a tag or a commit id");
  }
  // A full id always means the commit with this id.
  if (FULL_ID.test(ref)) return (await idOf(git, ref)) ?? missing(git, ref);
  const { name, steps } = partsOf(ref);
  const meanings = await meaningsOf(git, name);
  if (meanings.length > 1) throw ambiguous(name, steps, meanings);
  // For a name below refs/ that does not exist, git would look in other places.
  if (meanings.length === 0 && name.startsWith("refs/")) return missing(git, ref);
  // Git resolves `@{upstream}` only after a short name.
  const meaning = steps.startsWith("@{") ? name : (meanings[0] ?? name);
  return (await idOf(git, meaning + steps, ref)) ?? missing(git, ref);
}

/** Returns whether the clone is shallow. */
export async function isShallow(git: Git): Promise<boolean> {
  return (await git.run("rev-parse", "--is-shallow-repository")).trim() === "true";
}

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Splits `main~2` into the name and the steps from there. */
function partsOf(ref: string): { readonly name: string; readonly steps: string } {
  const [name = ref] = /^(?:[^~^:@]|@(?!\{))+/.exec(ref) ?? [];
  return { name, steps: ref.slice(name.length) };
}

/** Returns the full names of everything that a name can mean. Empty for HEAD, and for names that git computes. */
async function meaningsOf(git: Git, name: string): Promise<readonly string[]> {
  // Git never takes HEAD, or a name below refs/ that exists, for anything else.
  if (name === "HEAD" || name === "@" || /[*?[\\]/.test(name)) return [];
  const full = name.startsWith("refs/") ? [name] : PLACES.map((place) => place.replace("*", name));
  const found = (await git.run("for-each-ref", "--format=%(refname)", ...full)).split("\n");
  const refs = full.filter((each) => found.includes(each));
  return refs.length > 0 && SHORT_ID.test(name) ? [...refs, ...(await commitsLike(git, name))] : refs;
}

/** Matches the ids that git prints in short: nobody shortens them further, and many branches have a name like `beef`. */
const SHORT_ID = /^[0-9a-f]{7,}$/;

/** Returns the ids of the commits that begin with these digits. */
async function commitsLike(git: Git, digits: string): Promise<readonly string[]> {
  const objects = await git.run("rev-parse", `--disambiguate=${digits}`);
  const described = await textFrom(git.stream(["cat-file", "--batch-check"], objects));
  return [...described.matchAll(/^([0-9a-f]+) commit /gm)].map(([, id = ""]) => id);
}

/** Where git looks for a name, in git's order. */
const PLACES = ["refs/*", "refs/tags/*", "refs/heads/*", "refs/remotes/*", "refs/remotes/*/HEAD"];

function ambiguous(name: string, steps: string, meanings: readonly string[]): FlagError {
  const listed = meanings.map((meaning) => `${kindOf(meaning)} ${meaning}`).join(" and ");
  const hint = `write the full name: ${meanings.map((meaning) => meaning + steps).join(", or ")}`;
  return unknown(`"${name}" is ambiguous: it names ${listed}`, hint);
}

function kindOf(meaning: string): string {
  if (FULL_ID.test(meaning)) return "the commit";
  if (meaning.startsWith("refs/heads/")) return "the branch";
  if (meaning.startsWith("refs/tags/")) return "the tag";
  return meaning.startsWith("refs/remotes/") ? "the remote branch" : "the ref";
}

/** Returns null if there is no such commit. @throws FlagError UNKNOWN_COMMIT for a name that git cannot read */
async function idOf(git: Git, name: string, shown = name): Promise<string | null> {
  // The repository is open, so an error from git is about the name.
  const found = await git.run("rev-parse", "--verify", "--quiet", `${name}^{commit}`).catch((cause: unknown) => {
    const complaint = cause instanceof Error ? cause.message : String(cause);
    throw unknown(`"${shown}" is not a commit: ${complaint}`, "give a branch, a tag or a full commit id", cause);
  });
  return found.trim() || null;
}

async function missing(git: Git, ref: string): Promise<never> {
  const { name, steps } = partsOf(ref);
  const start = /^(?:~\d*|\^\d*)+$/.test(steps) ? await idOf(git, name).catch(() => null) : null;
  if (start === null || (await isShallow(git))) {
    throw unknown(`commit "${ref}" does not exist in this repository`, await hintFor(git, ref));
  }
  const { length } = (await git.run("rev-list", "--first-parent", "--max-count=2", start)).trim().split("\n");
  const message =
    length === 1
      ? `"${ref}" does not exist: ${name} is the first commit, and nothing comes before it`
      : `"${ref}" does not exist: the history of ${name} does not go back that far`;
  throw unknown(message, "to check the flags without a comparison, leave out --base");
}

async function hintFor(git: Git, ref: string): Promise<string> {
  if ((await headOf(git)).commit === null) return "the repository has no commits yet: commit flags/ first";
  const [, remote, branch] = /^(origin)\/([\w./-]+)$/.exec(ref) ?? [];
  if (await isShallow(git)) {
    // In a clone of a single branch, --unshallow alone would not fetch other branches.
    const all = remote === undefined ? "" : ` ${remote} '+refs/heads/*:refs/remotes/${remote}/*'`;
    return `this clone is shallow; fetch the rest of the history with: git fetch --unshallow${all}`;
  }
  if (branch !== undefined) {
    const fetch = `git fetch ${remote} '+refs/heads/${branch}:refs/remotes/${ref}'`;
    return `${fetch}\ngit branch --remotes        lists the branches that were fetched`;
  }
  if (/^[0-9a-f]{4,39}$/.test(ref))
    return "check that it was pushed and fetched; if several commits begin with this id, give more digits";
  return "check that it was pushed and fetched; git branch --all lists what exists here";
}

function unknown(message: string, hint: string, cause?: unknown): FlagError {
  return new FlagError("UNKNOWN_COMMIT", message, { hint, cause });
}
