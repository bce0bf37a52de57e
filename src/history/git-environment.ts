/** Variables of the program around us. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Configuration that wins over the user's, the system's and the repository's own files, as `name=value` for `git -c`. Only what
 * could change an answer of ours or start a foreign program: which owners are trusted (`safe.directory`) stays the user's.
 */
export const FIXED_CONFIGURATION: readonly string[] = [
  "core.quotePath=false",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.useReplaceRefs=false",
  "color.ui=false",
  "diff.renames=false",
  "diff.orderFile=/dev/null",
  "diff.relative=false",
  "i18n.logOutputEncoding=UTF-8",
  "log.follow=false",
  "log.mailmap=false",
  "log.showRoot=true",
  "log.showSignature=false",
  "status.showUntrackedFiles=all",
];

/** Where git looks for configuration and repositories: the machine's business. Every other GIT_ variable is dropped. */
const KEPT = new Set([
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CEILING_DIRECTORIES",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
]);

const OURS: Readonly<Record<string, string>> = {
  // Messages are read by us: they have to be the English ones.
  LC_ALL: "C",
  // A commit is what its id says, not what refs/replace or info/grafts make of it.
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/dev/null",
  // Paths are names, never patterns: a folder may be called `a*`.
  GIT_LITERAL_PATHSPECS: "1",
  // Reading must not write the index, and must not wait for a password.
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
};

/** The names of the guarded variables that {@link gitEnvironment} may hand to git. */
export const GUARDED_VARIABLES: readonly string[] = [
  ...KEPT,
  ...Object.keys(OURS).filter((name) => name.startsWith("GIT_")),
];

/**
 * What git is started with. GIT_DIR and its kin are dropped: a hook that calls us sets them, but the folder decides which
 * repository is meant.
 */
export function gitEnvironment(ambient: Environment): Record<string, string> {
  const kept = Object.entries(ambient).filter(([name]) => !isForeign(name.toUpperCase()));
  const defined = kept.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(defined), ...trustedOwners(ambient), ...OURS };
}

function isForeign(name: string): boolean {
  if (name.startsWith("GIT_")) return !KEPT.has(name);
  return ["EDITOR", "PAGER", "PREFIX", "SSH_ASKPASS", "VISUAL"].includes(name);
}

/** CI images trust a folder by `safe.directory` in GIT_CONFIG_COUNT variables; of those, only that one is handed on. */
function trustedOwners(ambient: Environment): Record<string, string> {
  const count = Number(ambient["GIT_CONFIG_COUNT"] ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) return {};
  const values = Array.from({ length: count }, (_, n) => n)
    .filter((n) => ambient[`GIT_CONFIG_KEY_${n}`]?.toLowerCase() === "safe.directory")
    .map((n) => ambient[`GIT_CONFIG_VALUE_${n}`] ?? "");
  if (values.length === 0) return {};
  const pairs = values.flatMap((value, n): [string, string][] => [
    [`GIT_CONFIG_KEY_${n}`, "safe.directory"],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(values.length), ...Object.fromEntries(pairs) };
}
