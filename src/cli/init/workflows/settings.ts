/** The values that the workflows of a repository are made from. */
export interface WorkflowSettings {
  /** The environments that are synced, in the order of promotion. */
  readonly environments: readonly string[];
  /** The branch from which the environments are synced. */
  readonly branch: string;
  /** The path from the top of the repository to the folder that holds `flags/`: "" or `apps/shop`. */
  readonly folder: string;
  readonly install: Install;
}

/**
 * How the workflows install the command.
 *
 * `locked`: as a dependency of the repository, from its lock file. `exact`: one version from the registry. `source`: the
 * repository is the one of Flaghoist itself.
 */
export type Install =
  | { readonly kind: "locked"; readonly folder: string }
  | { readonly kind: "exact"; readonly version: string }
  | { readonly kind: "source" };

/** Returns the command line that starts `hoist`. */
export function hoistOf({ kind }: Install): string {
  return { locked: "npx --no-install hoist", exact: "hoist", source: "node src/cli/bin.js" }[kind];
}

/** Returns a text as a YAML scalar, quoted where YAML would read it as something else, such as `on`. */
export function yamlWord(text: string): string {
  return /^[A-Za-z][\w/.-]*$/.test(text) && !/^(?:on|off|yes|no|y|n|true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** Escapes a branch or path for a filter, where GitHub reads patterns. */
export function filterPattern(text: string): string {
  return JSON.stringify(text.replace(/[\\*?+[\]!]/g, "\\$&"));
}
