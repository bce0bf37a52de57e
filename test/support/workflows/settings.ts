import type { WorkflowSettings } from "../../../src/cli/init/workflows/parts.ts";

/** The tool's own repository. */
export const OWN: WorkflowSettings = {
  environments: ["staging", "production"],
  branch: "main",
  folder: "",
  install: { kind: "source" },
};

/** Every kind of repository that `hoist init` meets, with names that YAML or GitHub could read as something else. */
export const KINDS: Readonly<Record<string, WorkflowSettings>> = {
  "the tool's own": OWN,
  "an application's with a lock file": { ...OWN, install: { kind: "locked", folder: "" } },
  "a folder of a monorepo": {
    environments: ["on", "a-b_c", "live"],
    branch: "release/1.x+[hot]!",
    folder: "apps/the shop",
    install: { kind: "locked", folder: "" },
  },
  "one without npm": { ...OWN, branch: "yes", install: { kind: "exact", version: "0.1.0" } },
};
