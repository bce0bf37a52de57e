import { own } from "../core/own.ts";
/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sets configuration that takes precedence over the user's, the system's and the repository's files, as `name=value` for `git -c`.
 * Contains only settings that could change a result or start another program. `safe.directory` remains the user's choice.
 */
export const FIXED_CONFIGURATION: readonly string[] = [
  "advice.graftFileDeprecated=false",
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
  // A folder of a commit that looks like a repository is none: see bare-layout.ts. Known since git 2.38.
  "safe.bareRepository=explicit",
  "status.showUntrackedFiles=all",
];

/** Variables that say where git finds configuration and repositories. Every other GIT_ variable is dropped. */
const KEPT = new Set([
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CEILING_DIRECTORIES",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
]);

const OURS: Readonly<Record<string, string>> = {
  // Git's messages are parsed, so they must be in English.
  LC_ALL: "C",
  // refs/replace and info/grafts must not change commits.
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_GRAFT_FILE: "/dev/null",
  // Paths are never patterns: a folder may be named `a*`.
  GIT_LITERAL_PATHSPECS: "1",
  // Reading must not write the index, and must not wait for a password.
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
};

/** Lists the variables that {@link gitEnvironment} may pass to git although simple-git blocks them by default. */
export const GUARDED_VARIABLES: readonly string[] = [
  ...KEPT,
  ...Object.keys(OURS).filter((name) => name.startsWith("GIT_")),
];

/**
 * Returns the environment that git is started with. Drops GIT_DIR and similar variables, which git sets for its hooks:
 * the folder alone decides which repository is read.
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

/**
 * Passes on `safe.directory` from GIT_CONFIG_COUNT variables, with which CI images mark a folder as trusted. Drops all
 * other settings.
 */
function trustedOwners(ambient: Environment): Record<string, string> {
  const count = Number(ambient["GIT_CONFIG_COUNT"] ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) return {};
  const values = Array.from({ length: count }, (_, n) => n)
    .filter((n) => own(ambient, `GIT_CONFIG_KEY_${n}`)?.toLowerCase() === "safe.directory")
    .map((n) => own(ambient, `GIT_CONFIG_VALUE_${n}`) ?? "");
  if (values.length === 0) return {};
  const pairs = values.flatMap((value, n): [string, string][] => [
    [`GIT_CONFIG_KEY_${n}`, "safe.directory"],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(values.length), ...Object.fromEntries(pairs) };
}
