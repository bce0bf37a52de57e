/** Actions are pinned to commits, because a tag can be moved to other code. */
export const CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
export const SETUP_NODE = "actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e # v6.4.0";
export const RUNNER = "ubuntu-24.04";
export const NODE_VERSION = "24.21.0";
/** The version of PostgreSQL's driver in repositories without a lock file. */
export const PG_VERSION = "8.23.1";

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

interface StepOptions {
  /** The ref to check out. Default: the ref that started the workflow. */
  readonly ref?: string;
  readonly needsDatabase: boolean;
  /** The condition of every step. */
  readonly onlyIf?: string;
}

/**
 * Returns the first steps of every job. They check out the whole history without leaving a token in .git, set up the pinned
 * Node.js without a shared cache, and install the command without running install scripts.
 */
export function firstSteps({ install, folder }: WorkflowSettings, options: StepOptions): string {
  const condition = options.onlyIf === undefined ? "" : `\n        if: ${options.onlyIf}`;
  const ref = options.ref === undefined ? "" : `\n          ref: ${yamlWord(options.ref)}`;
  return `      - name: Check out
        uses: ${CHECKOUT}${condition}
        with:${ref}
          fetch-depth: 0
          persist-credentials: false
      - name: Set up Node
        uses: ${SETUP_NODE}${condition}
        with:
          node-version: ${NODE_VERSION}
          package-manager-cache: false
      - name: Install hoist
        id: install${condition}${installFolder(install, folder)}
        run: ${installCommand(install, options.needsDatabase)}`;
}

function installCommand(install: Install, needsDatabase: boolean): string {
  if (install.kind === "locked") return "npm ci --ignore-scripts";
  // In this repository PostgreSQL's driver is a development dependency.
  if (install.kind === "source") return `npm ci ${needsDatabase ? "" : "--omit=dev "}--omit=optional --ignore-scripts`;
  const driver = needsDatabase ? ` pg@${PG_VERSION}` : "";
  return `npm install --global --ignore-scripts flaghoist@${install.version}${driver}`;
}

function installFolder(install: Install, folder: string): string {
  if (install.kind !== "locked" || install.folder === folder) return "";
  return `\n        working-directory: ${install.folder === "" ? "." : yamlWord(install.folder)}`;
}

/** Returns the top of every workflow, which grants no permissions. */
export function head({ folder }: WorkflowSettings): string {
  const place = folder === "" ? "" : `\n    working-directory: ${yamlWord(folder)}`;
  return `permissions: {}

defaults:
  run:
    shell: bash${place}
`;
}

/** The line that identifies a generated workflow. */
export const MARK = "# Written by hoist init.";

/** Returns the GitHub environment whose database user can only read. */
export function readEnvironment(environment: string): string {
  return `${environment}-read`;
}
