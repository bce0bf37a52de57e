import { shellWord } from "../../core/text.ts";

/** The options that a printed command repeats from the command that ran. Each text is empty or starts with a space. */
export interface Again {
  /** Folder, database and commit. */
  readonly place: string;
  /** The same, and how to treat manual changes, which the id of a plan depends on. */
  readonly intent: string;
}

export interface GivenOptions {
  readonly cwd?: string | undefined;
  readonly database?: string | undefined;
  readonly commit: string;
  readonly workTree?: boolean | undefined;
  readonly release?: readonly string[] | undefined;
  readonly onDrift: string;
  readonly acceptLive?: string | undefined;
}

export function againOf({ cwd, database, commit, workTree, release = [], onDrift, acceptLive }: GivenOptions): Again {
  const place = [
    ...(workTree === true ? ["--work-tree"] : commit === "HEAD" ? [] : ["--commit", shellWord(commit)]),
    ...(database === undefined ? [] : ["--database", shellWord(withoutPassword(database))]),
    ...(cwd === undefined ? [] : ["--cwd", shellWord(cwd)]),
  ];
  const intent = [
    ...release.flatMap((key) => ["--release", shellWord(key)]),
    ...(onDrift === "keep" ? [] : ["--on-drift", onDrift]),
    ...(acceptLive === undefined ? [] : ["--accept-live", shellWord(acceptLive)]),
  ];
  return { place: spaced(place), intent: spaced([...place, ...intent]) };
}

function spaced(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join("");
}

/** Hides the password of an address; it has to be filled in again before the command can run. */
function withoutPassword(url: string): string {
  if (url.startsWith("file:")) return url;
  const hidden = url.replace(/^(\w+:\/\/[^:/?@]*):.*@/, "$1:PASSWORD@");
  return hidden.replace(/([?&](?:ssl)?password=)[^&]*/gi, "$1PASSWORD");
}
