/** What a repository's workflows depend on. */
export interface WorkflowSettings {
  /** Those that are synced from here, in the order of promotion. */
  readonly environments: readonly string[];
  /** The branch that is live once it is merged into. */
  readonly branch: string;
  /** The folder that holds `flags/`, from the top of the repository: "" or `apps/shop`. */
  readonly folder: string;
  readonly install: Install;
}

/**
 * Where the workflows have the command from.
 *
 * `locked`: the repository's own package.json has it, and a lock file says which. `exact`: the registry, by its version.
 * `source`: the repository is the tool's own.
 */
export type Install =
  | { readonly kind: "locked"; readonly folder: string }
  | { readonly kind: "exact"; readonly version: string }
  | { readonly kind: "source" };

/** How a step begins that runs the command. */
export function hoistOf({ kind }: Install): string {
  return { locked: "npx --no-install hoist", exact: "hoist", source: "node src/cli/bin.js" }[kind];
}

/** An environment's job in a workflow; quoted where YAML would read the name as something else, as `on`. */
export function yamlWord(text: string): string {
  return /^[A-Za-z][\w/.-]*$/.test(text) && !/^(?:on|off|yes|no|y|n|true|false|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** A branch or path where GitHub reads a pattern: what has a meaning there stands for itself. */
export function filterPattern(text: string): string {
  return JSON.stringify(text.replace(/[\\*?+[\]!]/g, "\\$&"));
}
