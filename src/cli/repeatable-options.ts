import { shellWord } from "../core/text.ts";

/** What of a command line has to be said again in a line that is printed to be pasted; each text is empty or begins with a space. */
export interface Again {
  /** Which folder, database and commit. */
  readonly place: string;
  /** And what is to be done about hand-written changes, on which the id of a plan hangs. */
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

/** A password is never printed: whoever pastes the line puts it back. */
function withoutPassword(url: string): string {
  if (url.startsWith("file:")) return url;
  const hidden = url.replace(/^(\w+:\/\/[^:/?@]*):.*@/, "$1:PASSWORD@");
  return hidden.replace(/([?&](?:ssl)?password=)[^&]*/gi, "$1PASSWORD");
}
