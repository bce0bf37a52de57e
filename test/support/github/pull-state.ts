import type { Pull, World } from "./world.ts";

/** Updates the open pull requests after pushes. Only git knows the branches, so this runs before each query. */
export async function refreshPulls(world: World): Promise<void> {
  const open = [...world.pulls.values()].filter(({ issue }) => issue.state === "open");
  for (const pull of open) {
    const [head, base] = await Promise.all([world.git.tipOf(pull.headRef), world.git.tipOf(pull.baseRef)]);
    // Whoever deletes a branch closes what was to be merged from it, or into it.
    if (head === null || base === null) close(world, pull);
    else await follow(world, pull, head, base);
  }
}

async function follow(world: World, pull: Pull, head: string, base: string): Promise<void> {
  const seen = `${head} ${base}`;
  if (pull.seen === seen) return;
  if (pull.headSha !== head) {
    pull.headSha = head;
    pull.baseSha = base;
    pull.issue.updatedAt = world.now();
    await world.git.run(["update-ref", `refs/pull/${pull.issue.number}/head`, head]);
  }
  pull.seen = seen;
  pull.mergeable = null;
  if ((await world.git.fixed(["merge-base", "--is-ancestor", head, base])) === null) return;
  // Somebody pushed the branch's commits to the base: that is a merge, too.
  const path = await world.git.run(["rev-list", "--ancestry-path", "--reverse", `${head}..${base}`]);
  const landed = await world.git.run(["rev-list", `${pull.baseSha}..${base}`]);
  markMerged(world, pull, { commit: path.split("\n")[0] || head, landed: landed.split("\n"), by: null });
}

function close(world: World, pull: Pull): void {
  pull.issue.state = "closed";
  pull.issue.closedAt = world.now();
  pull.issue.updatedAt = pull.issue.closedAt;
}

/** Marks a pull request as merged. @param merge.landed the commits that it added to the base */
export function markMerged(
  world: World,
  pull: Pull,
  merge: { readonly commit: string; readonly landed: readonly string[]; readonly by: Pull["mergedBy"] },
): void {
  close(world, pull);
  pull.mergedAt = pull.issue.closedAt;
  pull.mergedBy = merge.by;
  pull.issue.closedBy = merge.by;
  pull.mergeCommit = merge.commit;
  pull.landed = merge.landed;
}

/** By name. */
export async function branchTips(world: World): Promise<ReadonlyMap<string, string>> {
  const text = await world.git.run(["for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/heads"]);
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
