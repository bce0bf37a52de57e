import { created, listed, nodeId, ok, repoUrl, type Call, type Handlers } from "./call.ts";
import { NO_OBJECT } from "./git.ts";
import { notFound, Refusal, unprocessable } from "./refusal.ts";
import type { World } from "./world.ts";

const withCommits = new WeakSet<World>();

/** @throws Refusal  409, as long as nothing was ever pushed */
export async function demandCommits(world: World): Promise<void> {
  if (withCommits.has(world)) return;
  if ((await world.git.run(["for-each-ref", "--count=1", "--format=x"])) === "") {
    throw new Refusal(409, "Git Repository is empty.");
  }
  withCommits.add(world);
}

/** The error of a protected branch for changes without a pull request. */
export const PROTECTED = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n";

/** @throws Refusal */
function demandFree(world: World, ref: string): void {
  if (world.protectedBranches.has(ref.replace(/^refs\/heads\//, ""))) throw unprocessable(PROTECTED);
}

async function refJson(call: Call, ref: string, sha: string): Promise<Readonly<Record<string, unknown>>> {
  const type = (await call.world.git.info(sha))?.type ?? "commit";
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${repoUrl(call)}/git/${ref}`,
    object: { sha, type, url: `${repoUrl(call)}/git/${type}s/${sha}` },
  };
}

/** Returns the refs with a prefix, by full name. */
async function refsUnder({ git }: World, prefix: string): Promise<readonly (readonly [string, string])[]> {
  const text = await git.run(["for-each-ref", "--format=%(objectname) %(refname)"]);
  const lines = text.split("\n").filter((line) => line.slice(41).startsWith(prefix));
  return lines.map((line) => [line.slice(41), line.slice(0, 40)]);
}

async function shaOf({ git }: World, ref: string): Promise<string | null> {
  return (await git.info(ref))?.sha ?? null;
}

function refIn(call: Call): string {
  return `refs/${call.path["ref"]}`;
}

export const refHandlers: Handlers = {
  "git/get-ref": async (call) => {
    await demandCommits(call.world);
    const sha = await shaOf(call.world, refIn(call));
    if (sha === null) throw notFound();
    return ok(await refJson(call, refIn(call), sha));
  },
  "git/list-matching-refs": async (call) => {
    await demandCommits(call.world);
    const found = await refsUnder(call.world, refIn(call));
    return listed(await Promise.all(found.map(([ref, sha]) => refJson(call, ref, sha))));
  },
  "git/create-ref": async (call) => {
    const { world, body } = call;
    const { ref, sha } = body as { ref: string; sha: string };
    await demandCommits(world);
    const isWellFormed = /^refs\/[^/]+\/./.test(ref) && (await world.git.attempt(["check-ref-format", ref])) !== null;
    if (!isWellFormed) throw unprocessable(`${ref} is not a valid ref name.`);
    if ((await world.git.info(sha)) === null) throw unprocessable("Object does not exist");
    if ((await shaOf(world, ref)) !== null) throw unprocessable("Reference already exists");
    if ((await world.git.attempt(["update-ref", ref, sha, NO_OBJECT])) === null) {
      throw unprocessable("Reference update failed");
    }
    return created(await refJson(call, ref, sha));
  },
  "git/update-ref": async (call) => {
    const { world, body } = call;
    const { sha, force = false } = body as { sha: string; force?: boolean };
    await demandCommits(world);
    const ref = refIn(call);
    const from = await shaOf(world, ref);
    if (from === null) throw unprocessable("Reference does not exist");
    if ((await world.git.info(sha)) === null) throw unprocessable("Object does not exist");
    demandFree(world, ref);
    if (!force && (await world.git.fixed(["merge-base", "--is-ancestor", from, sha])) === null) {
      throw unprocessable("Update is not a fast forward");
    }
    if ((await world.git.attempt(["update-ref", ref, sha, from])) === null) {
      throw unprocessable("Reference cannot be updated");
    }
    return ok(await refJson(call, ref, sha));
  },
  "git/delete-ref": async (call) => {
    const ref = refIn(call);
    const sha = await shaOf(call.world, ref);
    if (sha === null) throw unprocessable("Reference does not exist");
    if (ref === `refs/heads/${call.world.defaultBranch}`) throw unprocessable("Cannot delete the default branch");
    demandFree(call.world, ref);
    await call.world.git.run(["update-ref", "-d", ref, sha]);
    return { status: 204 };
  },
};
