import { printNote, type Io } from "../terminal/io.ts";

/** What is not committed is not planned: said once, where it cannot be taken for the result. */
export function noteUncommitted(io: Io, uncommitted: readonly string[]): void {
  const [first, ...others] = uncommitted;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  printNote(io, `${first}${more}: changed but not committed, so not part of this plan`);
}
