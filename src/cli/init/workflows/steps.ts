import { CHECKOUT, NODE_VERSION, PG_VERSION, SETUP_NODE } from "./pins.ts";
import { yamlWord, type Install, type WorkflowSettings } from "./settings.ts";

interface StepOptions {
  /** Checked out in place of what started the workflow. */
  readonly ref?: string;
  readonly needsDatabase: boolean;
  /** The condition of each of the steps. */
  readonly onlyIf?: string;
}

/**
 * The steps that every job begins with: the whole history, without a token left in .git; the exact Node, whose cache no other
 * job reads; the command, whose packages run nothing while they are installed.
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
  // PostgreSQL's driver is a package of development here.
  if (install.kind === "source") return `npm ci ${needsDatabase ? "" : "--omit=dev "}--omit=optional --ignore-scripts`;
  const driver = needsDatabase ? ` pg@${PG_VERSION}` : "";
  return `npm install --global --ignore-scripts flaghoist@${install.version}${driver}`;
}

function installFolder(install: Install, folder: string): string {
  if (install.kind !== "locked" || install.folder === folder) return "";
  return `\n        working-directory: ${install.folder === "" ? "." : yamlWord(install.folder)}`;
}

/** What stands at the top of every workflow: what it may do by itself is nothing. */
export function head({ folder }: WorkflowSettings): string {
  const place = folder === "" ? "" : `\n    working-directory: ${yamlWord(folder)}`;
  return `permissions: {}

defaults:
  run:
    shell: bash${place}
`;
}

/** By this line a workflow is known for one of ours. */
export const MARK = "# Written by hoist init.";
