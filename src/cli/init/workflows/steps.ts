import { CHECKOUT, NODE_VERSION, PG_VERSION, SETUP_NODE } from "./pins.ts";
import { yamlWord, type Install, type WorkflowSettings } from "./settings.ts";

interface StepOptions {
  /** The ref to check out; the one that started the workflow unless given. */
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
