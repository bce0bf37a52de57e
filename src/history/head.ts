import type { Git } from "./git.ts";

/** The commit and branch of HEAD. */
export interface HeadInfo {
  /** The full id of the commit; null before the first commit. */
  readonly commit: string | null;
  /** The name of the branch; null while HEAD is detached, as it usually is in CI. */
  readonly branch: string | null;
}

/** Reads the commit and branch of HEAD. */
export async function headOf(git: Git): Promise<HeadInfo> {
  const commit = (await git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")).trim();
  const name = (await git.run("symbolic-ref", "--quiet", "HEAD")).trim();
  const branch = name.startsWith("refs/heads/") ? name.slice("refs/heads/".length) : null;
  return { commit: commit || null, branch };
}
