/**
 * The number of the pull request that a commit says it came from, or null: `New limit (#412)` as a squash writes it,
 * `Merge pull request #412 from acme/limit` as a merge does, `Merged in limit (pull request #412)` elsewhere. In
 * `Revert "New limit (#412)" (#415)` it is 415: only the end of the line counts, the rest quotes another one.
 */
export function pullRequestOf(subject: string): number | null {
  const digits =
    /^Merge pull request #(\d{1,9}) from /.exec(subject)?.[1] ??
    /\((?:pull request )?#(\d{1,9})\)\s*$/.exec(subject)?.[1];
  return digits === undefined ? null : Number(digits);
}
